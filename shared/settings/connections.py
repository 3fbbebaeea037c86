"""The settings of InfluxDB, QlikView and the webhook: each optional, all of a group or none."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from shared.domain.notice import NoticeKind
from shared.domain.secret_sources import SecretSource
from shared.settings.fields import Takes, choice
from shared.settings.group import Group, needed, secret_source
from shared.settings.kinds import (
    Account,
    NoticeKinds,
    PlainText,
    QmsUrl,
    SecretName,
    SecretPath,
    WebUrl,
)

QMS_APIS = ("11", "12", "12.2", "12.3", "12.4", "12.5", "12.6", "12.7")
QmsApi = Annotated[
    Literal["11", "12", "12.2", "12.3", "12.4", "12.5", "12.6", "12.7"],
    BeforeValidator(choice(*QMS_APIS)),
    Takes(f"one of {', '.join(QMS_APIS)}", blank_is_unset=True),
]


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


class QlikViewSettings(Group):
    """How to reach the QlikView Management Service."""

    url: QmsUrl = Field(
        description="Address of the QlikView Management Service (QMS). Without the `QLIKVIEW__` "
        "settings no leases are read.",
        examples=["http://qlikview.example.com:4799/QMS/Service"],
    )
    api: QmsApi = Field(
        "12",
        description="QMS interface to speak: 11 and 12 are understood by every later version, "
        "the others show what came with that version.",
        examples=["12.7"],
    )
    user: Account = Field(
        description="Windows account that may use the QMS API.",
        examples=["DOMAIN\\license-steward"],
    )
    password_secret: SecretName | None = Field(
        None,
        description="Password of the account. This or the file is required as soon as QlikView "
        "is used.",
        examples=["qlikview-password"],
    )
    password_file: SecretPath | None = Field(
        None,
        description="The same from a file, for local use.",
        examples=["certificates/qlikview.password"],
    )

    @property
    def password(self) -> SecretSource:
        """Where the password is."""
        source = secret_source(self.password_secret, self.password_file, "QLIKVIEW__PASSWORD")
        return needed(source, "QLIKVIEW__PASSWORD")


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
