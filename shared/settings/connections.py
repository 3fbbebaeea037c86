"""The settings of InfluxDB and the webhook: each optional, all of a group or none."""

from pydantic import Field

from shared.domain.notice import NoticeKind
from shared.domain.secret_sources import SecretSource
from shared.settings.group import Group, needed, secret_source
from shared.settings.kinds import (
    NoticeKinds,
    PlainText,
    SecretName,
    SecretPath,
    WebUrl,
)


class InfluxDbSettings(Group):
    """Where points are written by the InfluxDB 2.x write API (also 1.8+, 3 and Cloud)."""

    url: WebUrl = Field(
        description="Address of InfluxDB. Without the `INFLUXDB__` settings no points are written.",
        examples=["https://influxdb.example.com:8086"],
    )
    org: PlainText | None = Field(
        None,
        description="Organization; InfluxDB 1.8 and 3 need none.",
        examples=["operations"],
    )
    bucket: PlainText = Field(
        description="Bucket; `database/retention-policy` on InfluxDB 1.8.",
        examples=["butler"],
    )
    token_secret: SecretName | None = Field(
        None,
        description="API token with the right to write to the bucket; `user:password` on "
        "InfluxDB 1.8. This or the file is required as soon as InfluxDB is used.",
        examples=["influxdb-token"],
    )
    token_file: SecretPath | None = Field(
        None,
        description="The same from a file, for local use.",
        examples=["certificates/influxdb.token"],
    )

    @property
    def token(self) -> SecretSource:
        """Where the API token is."""
        source = secret_source(self.token_secret, self.token_file, "INFLUXDB__TOKEN")
        return needed(source, "INFLUXDB__TOKEN")


class WebhookSettings(Group):
    """Who is told what, by a POST of JSON that Logic Apps and Teams workflows take."""

    url_secret: SecretName | None = Field(
        None,
        description="Address to which notices are posted, https only; whoever has it can post, so "
        "it is a secret. Without this and the file there is no webhook.",
        examples=["teams-webhook-url"],
    )
    url_file: SecretPath | None = Field(
        None,
        description="The same from a file, for local use.",
        examples=["certificates/webhook.url"],
    )
    events: NoticeKinds = Field(
        tuple(NoticeKind),
        description="What is told: licenses were marked as candidates (grace time), licenses were "
        "released, a plan waits for approval.",
        examples=['["licenses.released","plan.waiting"]'],
    )

    @property
    def url(self) -> SecretSource:
        """Where the address is."""
        source = secret_source(self.url_secret, self.url_file, "WEBHOOK__URL")
        return needed(source, "WEBHOOK__URL")
