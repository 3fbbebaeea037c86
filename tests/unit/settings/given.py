"""The fewest settings that are valid, and what goes wrong with others."""

import pytest

from shared.domain.errors import SettingsError
from shared.settings import load_settings

REQUIRED = {
    "SITE_NAME": "Production",
    "QLIK_SENSE__HOST": "sense.example.com",
    "QLIK_SENSE__CLIENT_CERTIFICATE_FILE": "client.pem",
}
VAULT = {"KEY_VAULT_URL": "https://vault.example.net"}
USERS = "LICENSE_RELEASE__NEVER_RELEASE__USERS"


def refusal(changes: dict[str, str], without: tuple[str, ...] = ()) -> str:
    """The message with which the required settings and these changes are refused."""
    kept = {name: value for name, value in REQUIRED.items() if name not in without}
    with pytest.raises(SettingsError) as caught:
        load_settings({**kept, **changes})
    return str(caught.value)
