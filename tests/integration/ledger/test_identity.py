"""The ledger as an Entra identity: tokens over TLS, from the app's managed identity by default."""

import json
import ssl
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import trustme
from azure.core.credentials import AccessToken

from shared.adapters.ledger import TableAccess, TablesLedger
from shared.domain.errors import LedgerError
from tests.integration.ledger.storage_servers import complaint_of, serving, storage_that_answers


def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's TLS whose certificate the client trusts."""
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    return tls


class Identity:
    """A credential that hands out one token."""

    def get_token(self, *_scopes: str, **_options: object) -> AccessToken:
        """The token."""
        return AccessToken("a-token", 2**33)


async def test_an_identity_without_the_role(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The identity's token is sent; a 403 ends in an error that names the missing role."""
    tls = trusted(tmp_path, monkeypatch)
    with storage_that_answers(403, "AuthorizationPermissionMismatch", tls) as (address, seen):
        ledger = TablesLedger("site", TableAccess.from_identity(address, Identity()))
        said = await complaint_of(ledger)
    assert set(seen) == {"Bearer a-token"}
    assert "403 AuthorizationPermissionMismatch" in said
    assert "Storage Table Data Contributor" in said


class TokenEndpoint(BaseHTTPRequestHandler):
    """The endpoint from which a function app gets its managed identity's tokens."""

    seen: list[str]

    def do_GET(self) -> None:
        """Give a token."""
        self.seen.append(self.path)
        token = {"access_token": "managed", "expires_on": 2**33, "resource": "r"}
        body = json.dumps({**token, "token_type": "Bearer"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


async def test_the_managed_identity_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a credential the app's own identity is used, the one with the given client id."""
    asked: list[str] = []
    with (
        serving(type("This", (TokenEndpoint,), {"seen": asked})) as port,
        storage_that_answers(403, "AuthorizationFailure", trusted(tmp_path, monkeypatch)) as (
            address,
            seen,
        ),
    ):
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"http://127.0.0.1:{port}/token")
        monkeypatch.setenv("IDENTITY_HEADER", "secret")
        ledger = TablesLedger("site", TableAccess.from_identity(address, client_id="an-id"))
        await complaint_of(ledger)
    assert set(seen) == {"Bearer managed"}
    assert "client_id=an-id" in asked[0]
    assert "storage.azure.com" in asked[0]


async def test_an_identity_needs_https() -> None:
    """A token is never sent in the clear: an http address is refused with the setting's name."""
    ledger = TablesLedger("site", TableAccess.from_identity("http://127.0.0.1:9", Identity()))
    with pytest.raises(LedgerError, match="tableServiceUri"):
        await ledger.runs()
