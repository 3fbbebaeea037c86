"""No person's name arrives with the telemetry, whoever quotes it, unless the settings allow it."""

import gzip
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from local.demo_site import faults
from local.demo_site.site import DemoSite
from shared.domain.pseudonym import pseudonym
from tests.demo_site_fixture import StartDemoSite, a_license, a_user, small_world
from tests.e2e.conftest import StartSteward, Steward
from tests.e2e.expectations import planned
from tests.ingestion_endpoint import IngestionEndpoint

ACCOUNTS = (
    "CORP\\o'brien",
    "CORP\\Müller-Lüdenscheidt, Ännchen",
    "БАНК\\иванова",
    "CORP\\zoë=kröger w",
    "corp.example\\jos.e_garcía@corp.example",
    'AD\\"zitière" x',
)
# What of a name gives the person away, each in lower case.
TELLING = ("brien", "müller", "lüdenscheidt", "иванова", "zoë", "kröger", "garcía", "zitière")


@contextmanager
def rejecting_influxdb() -> Iterator[str]:
    """An InfluxDB that takes no line, and quotes each, as the real one does."""

    class Handler(BaseHTTPRequestHandler):
        """Reject."""

        def do_POST(self) -> None:
            """Answer 400 with the first line."""
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            line = body.decode().splitlines()[0]
            said = {"code": "invalid", "message": f"unable to parse '{line}': bad timestamp"}
            content = json.dumps(said).encode()
            self.send_response(400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def peopled_site(demo_site: StartDemoSite) -> DemoSite:
    """A site of these people, each with a license that nobody used for long."""
    created = datetime.now(UTC) - timedelta(days=400)
    users = [a_user(account, created=created) for account in ACCOUNTS]
    held = [(user, a_license(user, created=created)) for user in users]
    return demo_site(small_world(*held, clock=lambda: datetime.now(UTC)))


def quote_the_user(app: Steward, messages: list[dict[str, object]], *, ascii_only: bool) -> str:
    """Have the site refuse one DELETE in words that name its user; returns the account."""
    (message,) = messages
    licenses = message["licenses"]
    assert isinstance(licenses, list)
    refused = licenses[1]
    account = str(refused["user"])
    words = f"user {account} ({account.partition(chr(92))[2]})"
    said = json.dumps({"error": words}, ensure_ascii=ascii_only)
    path = f"/qrs/license/*accesstype/{refused['license_id']}"
    app.site.faults.inject(faults.status(403, body=said), method="DELETE", path=path)
    return account


def readable(endpoint: IngestionEndpoint) -> str:
    """Everything that arrived: as it came, and with all escapes undone, however deep."""
    plain = re.sub(r"\\+u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), endpoint.text)
    return f"{endpoint.text}\n{plain}\n{plain.replace(chr(92), '')}".lower()


async def release_and_be_refused(
    app: Steward, endpoint: IngestionEndpoint, *, ascii_only: bool
) -> tuple[str, str, list[str]]:
    """Release all; returns what arrived, the refused account and the errors of the functions."""
    refused = quote_the_user(app, await planned(app), ascii_only=ascii_only)
    drained = await app.drain()
    assert drained.poisoned == 1
    endpoint.wait_for(lambda: endpoint.events("message.poisoned"))
    endpoint.wait_for(lambda: len(endpoint.spans("release message")) == 2)
    errors = [str(line) for line in app.logs if line.level in {"WARNING", "ERROR"}]
    return readable(endpoint), refused, errors


@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("influxdb", [False, True], ids=["qrs quotes", "influxdb quotes too"])
async def test_no_name_arrives_whoever_quotes_it(
    steward: StartSteward,
    demo_site: StartDemoSite,
    endpoint: IngestionEndpoint,
    tmp_path: Path,
    *,
    influxdb: bool,
    ascii_only: bool,
) -> None:
    """Events, exceptions, spans and metrics: a pseudonym stands where a name was quoted."""
    (tmp_path / "token").write_text("token")
    with rejecting_influxdb() as url:
        settings = endpoint.settings()
        if influxdb:
            settings |= {
                "INFLUXDB__URL": url,
                "INFLUXDB__BUCKET": "b",
                "INFLUXDB__TOKEN_FILE": str(tmp_path / "token"),
            }
        app = await steward(settings, site=peopled_site(demo_site))
        arrived, refused, errors = await release_and_be_refused(
            app, endpoint, ascii_only=ascii_only
        )
    site = endpoint.events("plan.created")[0].properties["site"]
    assert len(app.deleted()) == len(ACCOUNTS) - 1
    for telling in TELLING:
        assert telling not in arrived
        assert telling not in "\n".join(errors).lower()
    assert endpoint.items("ExceptionData")
    quoted = ACCOUNTS if influxdb else (refused,)
    assert any(f"user:{pseudonym(account, site)}" in arrived for account in quoted)


async def test_names_arrive_when_the_settings_allow_it(
    steward: StartSteward, demo_site: StartDemoSite, endpoint: IngestionEndpoint
) -> None:
    """TELEMETRY__PERSONAL_NAMES says so; and so the test above could fail."""
    settings = {**endpoint.settings(), "TELEMETRY__PERSONAL_NAMES": "true"}
    app = await steward(settings, site=peopled_site(demo_site))
    arrived, refused, errors = await release_and_be_refused(app, endpoint, ascii_only=False)
    telling = [word for word in TELLING if word in refused.lower()]
    assert telling
    for word in telling:
        assert word in arrived
        assert word in "\n".join(errors).lower()


async def test_a_wrong_setting_is_told_without_the_name_in_it(
    steward: StartSteward, endpoint: IngestionEndpoint
) -> None:
    """Even before the settings can be read: which item is wrong is enough to correct it."""
    users = json.dumps(["CORP\\anna", "berta o'hara"])
    app = await steward({**endpoint.settings(), "LICENSE_RELEASE__NEVER_RELEASE__USERS": users})
    run = await app.run("plan_releases")
    (event,) = endpoint.wait_for(lambda: endpoint.events("settings.invalid"))
    assert "LICENSE_RELEASE__NEVER_RELEASE__USERS item 2 is user:" in event.properties["detail"]
    assert "hara" not in readable(endpoint)
    assert "hara" not in f"{run.error} {run.stack}"
