"""The second way in: a JWT through a virtual proxy."""

import pytest

from shared.adapters.qrs import JwtAuth
from shared.domain.errors import QrsDeniedError
from shared.domain.model import LicenseType
from shared.domain.release import DeleteAnswer
from tests.integration.qrs.raw_server import Answer, raw_server, reply, send, server_tls
from tests.integration.qrs.site import GUID, SERVER, qrs_client

TLS = server_tls(SERVER)
JWT = JwtAuth("abc.def.ghi")
COOKIE = {"Set-Cookie": "X-Qlik-Session-jwt=one-session; Path=/; HttpOnly; Secure"}


async def test_the_token_and_the_session_go_along() -> None:
    """The prefix, the token and, from the second request on, the session cookie are sent."""
    async with (
        raw_server(TLS, reply(body=[], headers=COOKIE), send(b"HTTP/1.1 204 x\r\n\r\n")) as server,
        qrs_client(server.port, material=None, auth=JWT, prefix="/jwt") as client,
    ):
        await client.access_licenses(LicenseType.ANALYZER)
        answer = await client.delete_access_license(LicenseType.ANALYZER, GUID)
    first, second = server.requests
    assert answer is DeleteAnswer.ACCEPTED
    assert first.path == "/jwt/qrs/license/analyzeraccesstype/full"
    assert second.path == f"/jwt/qrs/license/analyzeraccesstype/{GUID}"
    assert first.headers["authorization"] == "Bearer abc.def.ghi"
    assert first.query["xrfkey"] == first.headers["x-qlik-xrfkey"]
    assert "x-qlik-user" not in first.headers
    assert "cookie" not in first.headers
    assert second.headers["cookie"] == "X-Qlik-Session-jwt=one-session"


@pytest.mark.parametrize(
    "answer",
    [
        reply(302, headers={"Location": "https://127.0.0.1/internal_forms_authentication/?t=1"}),
        reply(200, b"<html>Sign in</html>", "text/html; charset=utf-8"),
        reply(401),
    ],
)
async def test_a_token_that_is_not_accepted(answer: Answer) -> None:
    """A redirect, a login page and 401 name the settings, and nothing is followed."""
    async with (
        raw_server(TLS, answer) as server,
        qrs_client(server.port, material=None, auth=JWT, prefix="jwt") as client,
    ):
        with pytest.raises(QrsDeniedError, match=r"QLIK_SENSE__JWT.*QLIK_SENSE__VIRTUAL_PROXY"):
            await client.access_licenses(LicenseType.ANALYZER)
    assert len(server.requests) == 1
