"""The storage connection, which must load when nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import SettingsError
from shared.settings import load_storage_settings

NAME = "AzureWebJobsStorage"
CONNECTION = "DefaultEndpointsProtocol=https;AccountName=acc;AccountKey=c2VjcmV0;EndpointSuffix=x"


def refusal(environ: dict[str, str]) -> str:
    """The message with which these storage settings are refused."""
    with pytest.raises(SettingsError) as caught:
        load_storage_settings(environ)
    return str(caught.value)


@pytest.mark.parametrize(
    "text",
    [CONNECTION, "UseDevelopmentStorage=true", "TableEndpoint=https://t;SharedAccessSignature=x"],
)
def test_a_connection_string_loads_whatever_else_is_wrong(text: str) -> None:
    """Broken settings of ours don't matter, and the key is not in the representation."""
    settings = load_storage_settings({NAME: f" {text} ", "LICENSE_RELEASE__STOP": "rubbish"})
    assert settings.connection_string == text
    assert settings.table_service_uri is None
    assert "c2VjcmV0" not in repr(settings)


def test_an_account_name_gives_the_addresses() -> None:
    """Identity by account name: public cloud addresses, and the identity's client id."""
    settings = load_storage_settings(
        {
            f"{NAME}__accountName": "steward01",
            f"{NAME}__credential": "managedidentity",
            f"{NAME}__clientId": "c0ffee",
        }
    )
    assert settings.connection_string is None
    assert settings.table_service_uri == "https://steward01.table.core.windows.net"
    assert settings.queue_service_uri == "https://steward01.queue.core.windows.net"
    assert settings.client_id == "c0ffee"


def test_service_addresses_win_over_the_account_name() -> None:
    """Other clouds and private links give their own addresses."""
    uri = "https://steward01.table.core.usgovcloudapi.net"
    settings = load_storage_settings(
        {f"{NAME}__accountName": "steward01", f"{NAME}__TABLESERVICEURI": f"{uri}/"}
    )
    assert settings.table_service_uri == uri
    assert settings.blob_service_uri == "https://steward01.blob.core.windows.net"


@pytest.mark.parametrize(
    ("environ", "advice"),
    [
        ({}, f"{NAME} is required"),
        ({NAME: " "}, f"{NAME} is required"),
        ({NAME: CONNECTION, f"{NAME}__accountName": "acc"}, "given together with"),
        ({NAME: "c2VjcmV0"}, "is no storage connection string"),
        ({NAME: "@Microsoft.KeyVault(SecretUri=c2VjcmV0)"}, "was not resolved"),
        ({NAME: CONNECTION, NAME.lower(): CONNECTION}, "more than once"),
        ({f"{NAME}__credential": "managedidentity"}, f"{NAME}__tableServiceUri or"),
        ({f"{NAME}__accountName": "No_Account"}, "lower-case"),
        ({f"{NAME}__accountName": "acc", f"{NAME}__credential": "password"}, "managedidentity"),
        ({f"{NAME}__tableServiceUri": "acc.table"}, "write an address like"),
    ],
)
def test_wrong_storage_settings_are_refused(environ: dict[str, str], advice: str) -> None:
    """Each mistake has its advice, and the account's key is never shown."""
    text = refusal(environ)
    assert advice in text
    assert "c2VjcmV0" not in text


@given(
    st.dictionaries(
        st.sampled_from([NAME, f"{NAME}__accountName", f"{NAME}__tableServiceUri"]) | st.text(),
        st.text(),
    )
)
def test_rubbish_gives_settings_or_one_settings_error(environ: dict[str, str]) -> None:
    """Whatever the texts are, the failure recorder gets settings or a SettingsError."""
    try:
        settings = load_storage_settings(environ)
    except SettingsError as error:
        assert NAME in str(error)  # noqa: PT017 - both ends are allowed
    else:
        assert bool(settings.connection_string) != bool(settings.table_service_uri)
