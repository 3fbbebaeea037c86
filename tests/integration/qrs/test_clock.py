"""The site's clock, as the answers tell it."""

from datetime import timedelta
from email.utils import format_datetime

import pytest

from shared.domain.errors import QrsError
from tests.integration.qrs.certificates import NOW
from tests.integration.qrs.raw_server import raw_server, reply, server_tls
from tests.integration.qrs.site import ROOT, SERVER, qrs_client

TLS = server_tls(SERVER, clients=ROOT)
ABOUT = {"buildVersion": "1"}


@pytest.mark.parametrize("minutes", [-90, 0, 7])
async def test_the_clocks_are_compared_with_every_read(minutes: int) -> None:
    """Nothing is known before the first answer; then the difference, with its sign."""
    date = format_datetime(NOW + timedelta(minutes=minutes), usegmt=True)
    about = reply(body=ABOUT, headers={"Date": date})
    async with raw_server(TLS, about) as server, qrs_client(server.port) as client:
        assert client.clock_difference() is None
        await client.site_version()
        found = client.clock_difference()
    assert found is not None
    assert abs(found - timedelta(minutes=minutes)) <= timedelta(seconds=1)


@pytest.mark.parametrize("headers", [{}, {"Date": "today"}])
async def test_answers_without_a_date_leave_it_unknown(headers: dict[str, str]) -> None:
    """They are answers all the same."""
    about = reply(body=ABOUT, headers=headers)
    async with raw_server(TLS, about) as server, qrs_client(server.port) as client:
        assert await client.site_version() == "1"
        assert client.clock_difference() is None


async def test_the_clock_of_a_stranger_does_not_count() -> None:
    """A login page or an error page may come from another machine."""
    date = {"Date": "Thu, 01 Jan 2015 12:00:00 GMT"}
    page = reply(200, b"<html>", "text/html", headers=date)
    async with raw_server(TLS, page) as server, qrs_client(server.port) as client:
        with pytest.raises(QrsError):
            await client.site_version()
        assert client.clock_difference() is None
