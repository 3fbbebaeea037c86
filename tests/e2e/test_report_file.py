"""The report as a file, as `make run` leaves it behind."""

from pathlib import Path

import pytest

from local.azurite import Azurite
from local.report_file import write_report
from shared.domain.errors import SettingsError

SETTINGS = {
    "SITE_NAME": "report file",
    "QLIK_SENSE__HOST": "sense.invalid",
    "QLIK_SENSE__CLIENT_CERTIFICATE_FILE": "client.pem",
}


async def test_only_its_owner_can_read_it_and_it_replaces_an_earlier_one(
    azurite: Azurite, tmp_path: Path
) -> None:
    """It holds personal data; no half page is ever there, and nothing else is left behind."""
    path = tmp_path / "new" / "report.html"
    for _ in range(2):
        await write_report(SETTINGS, azurite.connection_string, path)
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.read_text("utf-8").rstrip().endswith("</html>")
    assert list(path.parent.iterdir()) == [path]


async def test_settings_that_cant_be_used_leave_the_earlier_report_alone(
    azurite: Azurite, tmp_path: Path
) -> None:
    """One clear error, as everywhere."""
    path = tmp_path / "report.html"
    path.write_text("earlier")
    with pytest.raises(SettingsError, match="QLIK_SENSE__HOST"):
        await write_report({"SITE_NAME": "x"}, azurite.connection_string, path)
    assert path.read_text() == "earlier"
