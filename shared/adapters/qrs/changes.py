"""Every request by which this app changes anything at a site; it can send no other.

They are built of license types and GUIDs only, and each is held against the list of what is
allowed: never the site license, never a selection by filter, which with a lost filter would hold
every license (QRS fact 2e).
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from shared.adapters.qrs import paths
from shared.adapters.qrs.json_body import Row
from shared.domain.errors import QrsAnswerError
from shared.domain.model import LicenseType

_ACCESS_TYPE = r"license/(?:analyzer|professional)accesstype"
_GUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ALLOWED = re.compile(
    rf"(?:DELETE|PUT) {_ACCESS_TYPE}/{_GUID}"
    rf"|POST {_ACCESS_TYPE}"
    r"|POST selection"
    rf"|DELETE selection/{_GUID}(?:/{_ACCESS_TYPE})?"
)


@dataclass(frozen=True, slots=True)
class Change:
    """A request that changes something; `body` is JSON, empty for none.

    `tells_how_busy`: it takes as long each time on a site at rest.
    """

    method: str
    path: str
    body: bytes = b""
    tells_how_busy: bool = False

    def __post_init__(self) -> None:
        if not _ALLOWED.fullmatch(f"{self.method} {self.path}"):
            raise ValueError(f"this app never sends {self.method} /qrs/{self.path}")


def delete_license(license_type: LicenseType, license_id: str) -> Change:
    """Deallocate one access license."""
    path = paths.access_license(license_type, license_id)
    return Change("DELETE", path, tells_how_busy=True)


def allocate(license_type: LicenseType, user_id: str) -> Change:
    """Give a user an access license (the body follows from the record: QRS fact 4)."""
    body = {"user": {"id": paths.guid(user_id)}}
    return Change("POST", paths.access_type(license_type), _json(body))


def replace_license(license_type: LicenseType, license_id: str, record: Row) -> Change:
    """Put a whole record, as it was read but for what is to change, in place of the old one."""
    return Change("PUT", paths.access_license(license_type, license_id), _json(record))


def select(license_type: LicenseType, license_ids: Iterable[str]) -> Change:
    """Make a selection of exactly these access licenses.

    Raises:
        ValueError: no license is named.
    """
    kind = selected_type(license_type)
    items = [{"type": kind, "objectID": paths.guid(each)} for each in license_ids]
    if not items:
        raise ValueError("a selection must name at least one access license")
    return Change("POST", paths.SELECTIONS, _json({"items": items}))


def selected_type(license_type: LicenseType) -> str:
    """QRS's name for the records of a type, e.g. `License.AnalyzerAccessType`."""
    return f"License.{license_type.value.title()}AccessType"


def delete_selected(license_type: LicenseType, selection_id: str) -> Change:
    """Deallocate the access licenses of one type that a selection refers to."""
    return Change("DELETE", paths.selected_licenses(selection_id, license_type))


def forget_selection(selection_id: str) -> Change:
    """Delete a selection itself."""
    return Change("DELETE", paths.selection(selection_id))


def _json(body: object) -> bytes:
    return json.dumps(body, default=_number, allow_nan=False).encode("ascii")


def _number(value: object) -> float:
    """A decimal of a record that was read: it must go back as it came."""
    number = float(value) if isinstance(value, Decimal) else float("nan")
    if Decimal(repr(number)) != value:
        raise QrsAnswerError(f"QRS sent {value!r:.80}, which can't be sent back unchanged.")
    return number
