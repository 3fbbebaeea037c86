"""A worker reads its settings again only when they changed."""

import pytest

from shared.bootstrap import Worker
from shared.domain.errors import SettingsError

GIVEN = {
    "SITE_NAME": "s",
    "QLIK_SENSE__HOST": "qlik.example",
    "QLIK_SENSE__CLIENT_CERTIFICATE_FILE": "client.pem",
    "LICENSE_RELEASE__ENABLED": "true",
    "LICENSE_RELEASE__DRY_RUN": "false",
    "LICENSE_RELEASE__CONFIRM_SITE": "s",
}


def test_a_switch_counts_from_the_moment_it_is_set() -> None:
    """The kill switch stops the very next DELETE, and taking it back is seen as well."""
    environment = dict(GIVEN)
    worker = Worker(environment)
    assert not worker.switches_now().holding_back()
    first = worker.settings("release_licenses")
    assert worker.settings("release_licenses") is first
    environment["LICENSE_RELEASE__STOP"] = "true"
    assert "STOP" in worker.switches_now().holding_back()
    del environment["LICENSE_RELEASE__STOP"]
    assert not worker.switches_now().holding_back()


def test_settings_that_became_wrong_are_refused_each_time() -> None:
    """The last good ones are no excuse."""
    environment = dict(GIVEN)
    worker = Worker(environment)
    worker.settings("release_licenses")
    environment["LICENSE_RELEASE__MAX_PER_RUN"] = "-1"
    for _ in range(2):
        with pytest.raises(SettingsError, match="MAX_PER_RUN"):
            worker.switches_now()
