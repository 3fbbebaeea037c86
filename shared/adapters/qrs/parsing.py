"""QRS's JSON objects -> domain model (QRS facts 2b, 2c, 2f); see `overview` for the counts."""

from collections.abc import Callable, Collection
from typing import cast

from shared.adapters.qrs.fields import Fields
from shared.adapters.qrs.json_body import Row
from shared.adapters.qrs.paths import guid
from shared.domain.errors import QrsAnswerError
from shared.domain.model import (
    AccessLicense,
    CustomProperty,
    LicenseType,
    ServerLicense,
    User,
    UserReference,
)
from shared.domain.server_license import read_server_license


class _Shared:
    """One object for equal values: 100,000 users have few directories, tags and properties."""

    def __init__(self) -> None:
        self._values: dict[object, object] = {}

    def __call__[T](self, value: T) -> T:
        return cast("T", self._values.setdefault(value, value))


def license_reader(
    license_type: LicenseType, wanted: Collection[str] | None = None
) -> Callable[[str, Row], AccessLicense | None]:
    """Makes access licenses of rows; with `wanted` (ids), only of those."""
    shared = _Shared()

    def keep(row_id: str, row: Row) -> AccessLicense | None:
        if wanted is not None and row_id not in wanted:
            return None
        fields = Fields(f"{license_type} access license {row_id}", row)
        return AccessLicense(
            id=row_id,
            license_type=license_type,
            user=_user_reference(fields.child("user"), shared),
            created=fields.moment("createdDate"),
            modified=fields.moment("modifiedDate"),
            last_used=fields.moment("lastUsed"),
            quarantined=fields.flag("quarantined"),
            quarantine_end=fields.moment("quarantineEnd"),
            excess=fields.flag("excess"),
        )

    return keep


def user_reader(wanted: Collection[str]) -> Callable[[str, Row], User | None]:
    """Makes users of rows, only of those in `wanted` (ids)."""
    shared = _Shared()

    def keep(row_id: str, row: Row) -> User | None:
        if row_id not in wanted:
            return None
        fields = Fields(f"user {row_id}", row)
        return User(
            id=row_id,
            directory=shared(fields.text("userDirectory")),
            user_id=fields.text("userId"),
            inactive=fields.flag("inactive"),
            blocked=fields.flag("blacklisted"),
            removed_externally=fields.flag("removedExternally"),
            tags=shared(tuple(shared(tag.text("name")) for tag in fields.children("tags"))),
            custom_properties=_custom_properties(fields, shared),
        )

    return keep


def app_owner(row_id: str, row: Row) -> str | None:
    """The owner (id) of an app; None when QRS names none, as for an owner who was deleted."""
    owner = Fields(f"app {row_id}", row).child("owner")
    return None if owner is None else _id_of(owner)


def parse_server_license(row: Row | None) -> ServerLicense | None:
    """The site license; None for `null`. Its key, LEF and serial are secrets: they stay here."""
    if row is None:
        return None
    texts = {key: row.get(key) for key in ("keyDetails", "lef")}
    if not all(text is None or isinstance(text, str) for text in texts.values()):
        # Without the value, which Fields would show.
        raise QrsAnswerError("QRS sent a site license whose keyDetails or lef is not a text.")
    known = cast("dict[str, str | None]", texts)
    expired = Fields("the site license", row).optional_flag("isExpired")
    return read_server_license(known["keyDetails"], known["lef"], expired=expired)


def _user_reference(fields: Fields | None, shared: _Shared) -> UserReference | None:
    if fields is None:  # deleted while its license is in quarantine
        return None
    directory = shared(fields.text("userDirectory"))
    return UserReference(_id_of(fields), directory, fields.text("userId"))


def _id_of(fields: Fields) -> str:
    try:
        return guid(fields.row.get("id"))
    except ValueError as error:
        raise QrsAnswerError(f"QRS sent {fields.name} without a readable id ({error}).") from error


def _custom_properties(fields: Fields, shared: _Shared) -> tuple[CustomProperty, ...]:
    return shared(tuple(shared(_property(each)) for each in fields.children("customProperties")))


def _property(fields: Fields) -> CustomProperty:
    definition = fields.child("definition")
    if definition is None:  # it might be the one that protects the user
        raise QrsAnswerError(f"QRS sent {fields.name} without a definition.")
    return CustomProperty(name=definition.text("name"), value=fields.optional_text("value"))
