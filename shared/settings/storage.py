"""The storage account of the Functions host, which holds our queues and tables too.

Its settings have the host's names (`AzureWebJobsStorage`), not ours, and load on their own: what
failed must be recorded in the tables even when every other setting is wrong.
"""

import re
from collections.abc import Iterator, Mapping

from pydantic import Field

from shared.domain.errors import SettingsError
from shared.settings.addresses import url
from shared.settings.fields import clean_text, shown
from shared.settings.group import Group
from shared.settings.names import Problem
from shared.settings.unresolved import UNRESOLVED_TEXT, is_unresolved

CONNECTION = "AzureWebJobsStorage"
_ACCOUNT = f"{CONNECTION}__accountName"
_TABLES = f"{CONNECTION}__tableServiceUri"
_CREDENTIAL = f"{CONNECTION}__credential"
_SERVICES = ("blob", "queue", "table")
_KNOWN = {
    name.lower(): name
    for name in (
        CONNECTION,
        _ACCOUNT,
        *(f"{CONNECTION}__{service}ServiceUri" for service in _SERVICES),
        _CREDENTIAL,
        f"{CONNECTION}__clientId",
    )
}
_CONNECTION_KEYS = ("accountname=", "tableendpoint=", "usedevelopmentstorage=true")
_service_uri = url("https", "http", example="https://account.table.core.windows.net")


class StorageSettings(Group):
    """How to reach the storage account: by connection string, or as the app's identity.

    Exactly one of `connection_string` and `table_service_uri` is set. `client_id` names a
    user-assigned identity. The host itself uses the blob and queue addresses; the app
    needs the one of queues to hand messages back.
    """

    connection_string: str | None = Field(None, repr=False)
    blob_service_uri: str | None = None
    queue_service_uri: str | None = None
    table_service_uri: str | None = None
    client_id: str | None = None


def load_storage_settings(environ: Mapping[str, str]) -> StorageSettings:
    """The storage settings out of `environ`, whatever the other settings are.

    Raises:
        SettingsError: neither or both forms are given, or one can't be read; never the key.
    """
    given = {
        _KNOWN[name.lower()]: value.strip()
        for name, value in environ.items()
        if name.lower() in _KNOWN and value.strip()
    }
    problems = [*_given_twice(environ), *_unresolved(given)] or list(_problems(given))
    if problems:
        text = " ".join(f"{problem.name} {problem.text}" for problem in problems)
        raise SettingsError(f"The storage connection is wrong: {text}")
    return StorageSettings(
        connection_string=given.get(CONNECTION),
        blob_service_uri=_address(given, "blob"),
        queue_service_uri=_address(given, "queue"),
        table_service_uri=_address(given, "table"),
        client_id=given.get(f"{CONNECTION}__clientId"),
    )


def _given_twice(environ: Mapping[str, str]) -> Iterator[Problem]:
    names = [_KNOWN[name.lower()] for name in environ if name.lower() in _KNOWN]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Problem(name, "is given more than once, in different letter case; keep one of them.")


def _unresolved(given: Mapping[str, str]) -> Iterator[Problem]:
    for name, value in given.items():
        if is_unresolved(value):
            yield Problem(name, UNRESOLVED_TEXT)


def _problems(given: Mapping[str, str]) -> Iterator[Problem]:
    identity = [name for name in given if name != CONNECTION]
    if CONNECTION in given and identity:
        yield Problem(CONNECTION, f"is given together with {identity[0]}; keep one of the two.")
    elif CONNECTION in given:
        yield from _connection_string_problems(given[CONNECTION])
    elif not identity:
        yield Problem(
            CONNECTION, f"is required: write a connection string, or {_ACCOUNT} for an identity."
        )
    else:
        yield from _identity_problems(given)


def _connection_string_problems(text: str) -> Iterator[Problem]:
    if not any(part.strip().lower().startswith(_CONNECTION_KEYS) for part in text.split(";")):
        yield Problem(
            CONNECTION,
            "is no storage connection string; copy it whole from the storage account "
            "(it begins with DefaultEndpointsProtocol=), or write UseDevelopmentStorage=true.",
        )


def _identity_problems(given: Mapping[str, str]) -> Iterator[Problem]:
    if _ACCOUNT not in given and _TABLES not in given:
        yield Problem(_TABLES, f"or {_ACCOUNT} is required, for the ledger is kept in tables.")
    if _ACCOUNT in given and not re.fullmatch(r"[a-z0-9]{3,24}", given[_ACCOUNT]):
        yield Problem(
            _ACCOUNT,
            f"is {shown(given[_ACCOUNT])}; write the account's name: 3 to 24 lower-case letters "
            "and digits.",
        )
    if given.get(_CREDENTIAL, "managedidentity").lower() != "managedidentity":
        yield Problem(_CREDENTIAL, f"is {shown(given[_CREDENTIAL])}; write managedidentity.")
    for service in _SERVICES:
        name = f"{CONNECTION}__{service}ServiceUri"
        try:
            _service_uri(clean_text(given.get(name, "https://not.given")))
        except ValueError as error:
            yield Problem(name, f"{error}.")


def _address(given: Mapping[str, str], service: str) -> str | None:
    address = given.get(f"{CONNECTION}__{service}ServiceUri")
    if address:
        return address.rstrip("/")
    account = given.get(_ACCOUNT)
    return f"https://{account}.{service}.core.windows.net" if account else None
