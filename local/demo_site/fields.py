"""The properties that a filter, an order or a table may name, and their types."""

import enum
from collections.abc import Iterator, Mapping


class Kind(enum.Enum):
    """The type of a property, which decides how a filter must write its value."""

    GUID = "guid"
    TEXT = "text"
    DATE = "date"
    BOOL = "bool"


type Fields = Mapping[str, "Kind | Fields"]

_ENTITY: Fields = {
    "id": Kind.GUID,
    "createdDate": Kind.DATE,
    "modifiedDate": Kind.DATE,
    "modifiedByUserName": Kind.TEXT,
}
_USER_CONDENSED: Fields = {
    "id": Kind.GUID,
    "userId": Kind.TEXT,
    "userDirectory": Kind.TEXT,
    "userDirectoryConnectorName": Kind.TEXT,
    "name": Kind.TEXT,
}
_DEFINITION: Fields = {"id": Kind.GUID, "name": Kind.TEXT, "valueType": Kind.TEXT}

USER: Fields = {
    **_ENTITY,
    **_USER_CONDENSED,
    "roles": Kind.TEXT,
    "inactive": Kind.BOOL,
    "removedExternally": Kind.BOOL,
    "blacklisted": Kind.BOOL,
    "deleteProhibited": Kind.BOOL,
    "attributes": {**_ENTITY, "attributeType": Kind.TEXT, "attributeValue": Kind.TEXT},
    "tags": {"id": Kind.GUID, "name": Kind.TEXT},
    "customProperties": {**_ENTITY, "value": Kind.TEXT, "definition": _DEFINITION},
}
ACCESS_LICENSE: Fields = {
    **_ENTITY,
    "user": _USER_CONDENSED,
    "lastUsed": Kind.DATE,
    "excess": Kind.BOOL,
    "quarantined": Kind.BOOL,
    "quarantineEnd": Kind.DATE,
    "deletedUserId": Kind.TEXT,
    "deletedUserDirectory": Kind.TEXT,
}

APP: Fields = {
    **_ENTITY,
    "name": Kind.TEXT,
    "owner": _USER_CONDENSED,
    "published": Kind.BOOL,
    "publishTime": Kind.DATE,
    "lastReloadTime": Kind.DATE,
}


def kind_of(path: str, fields: Fields) -> Kind | None:
    """Return the type of a dotted property; None when there is no such property.

    Names are taken as the documentation writes them; whether QRS minds case is not known,
    so the strict reading is the safe one for a client.
    """
    found: Kind | Fields | None = fields
    for name in path.split("."):
        if found is None or isinstance(found, Kind):
            return None
        found = found.get(name)
    return found if isinstance(found, Kind) else None


def values_at(row: object, path: str) -> Iterator[object]:
    """Yield every value that a dotted path leads to, through lists; none through null."""
    return _walk(row, path.split("."))


def _walk(value: object, names: list[str]) -> Iterator[object]:
    if value is None:
        return
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, names)
    elif not names:
        yield value
    elif isinstance(value, dict):
        yield from _walk(value.get(names[0]), names[1:])
