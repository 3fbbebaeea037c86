"""The queue message `release-candidates`, version 1 (design.md "Queue message").

The host may rewrite the JSON (indentation, dates), so messages are parsed, never compared as text.
"""

import json
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Self

from shared.domain.model import AccessLicense, LicenseType
from shared.domain.runs import MessageRefusal

VERSION = 1
MAX_BYTES = 48 * 1024
MAX_LICENSES = 100  # one read by ids, and well within the time that a message is given

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PLAN_ID = re.compile(r"[^/\\#?\x00-\x1f\x7f-\x9f]{1,128}")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One license of a message, with what the plan saw of it."""

    license_id: str
    user_id: str
    account: str
    last_used: datetime | None
    modified: datetime | None


@dataclass(frozen=True, slots=True)
class CandidateMessage:
    """A group of licenses of one type that a plan releases; void after `expires_at`."""

    site: str
    plan_id: str
    expires_at: datetime
    license_type: LicenseType
    licenses: tuple[Candidate, ...]

    def only(self, license_ids: Container[str]) -> Self:
        """The same message with only the named licenses, in the same order."""
        kept = tuple(item for item in self.licenses if item.license_id in license_ids)
        return replace(self, licenses=kept)


class RefusedMessageError(Exception):
    """A message that must not be acted upon and gets no better by trying again."""

    def __init__(self, refusal: MessageRefusal, detail: str) -> None:
        super().__init__(detail)
        self.refusal = refusal
        self.detail = detail


def candidate(license_: AccessLicense) -> Candidate:
    """What the message says of a license. Raises ValueError for a license without a user."""
    if license_.user is None:
        raise ValueError(f"license {license_.id} has no user and is no candidate")
    return Candidate(
        license_.id,
        license_.user.id,
        license_.account,
        license_.last_used,
        license_.modified,
    )


def split(
    *, site: str, plan_id: str, expires_at: datetime, licenses: Sequence[AccessLicense]
) -> list[CandidateMessage]:
    """Group licenses into messages: one type each, order kept, each below the size limit."""
    messages = []
    for license_type in LicenseType:
        same_type = (candidate(x) for x in licenses if x.license_type is license_type)
        messages += [
            CandidateMessage(site, plan_id, expires_at, license_type, group)
            for group in _groups(same_type, _size_of_frame(site, plan_id))
        ]
    return messages


def to_json(message: CandidateMessage) -> str:
    """The text that goes to the queue; ASCII only, so its length is its size in bytes."""
    return json.dumps(
        {
            "version": VERSION,
            "site": message.site,
            "plan_id": message.plan_id,
            "expires_at": _text(message.expires_at),
            "license_type": message.license_type.value,
            "licenses": [_to_dict(item) for item in message.licenses],
        }
    )


def from_json(text: str, *, site: str, now: datetime) -> CandidateMessage:
    """Parse a message and check that it may be acted upon here and now.

    Raises:
        RefusedMessageError: malformed, of another version or site, or expired.
    """
    raw = _object(text)
    message = _parse(raw)
    if message.site != site:
        detail = f"the message is for site {message.site!r}, this app serves {site!r}"
        raise RefusedMessageError(MessageRefusal.OTHER_SITE, detail)
    if now >= message.expires_at:
        detail = f"the plan expired at {_text(message.expires_at)}; the next plan decides anew"
        raise RefusedMessageError(MessageRefusal.EXPIRED, detail)
    return message


def read(text: str) -> CandidateMessage:
    """Parse a message of whichever site and age, to tell of it: not to act upon it.

    Raises:
        RefusedMessageError: the message is malformed or of another version.
    """
    return _parse(_object(text))


def describe(text: str) -> tuple[str, int]:
    """The plan id and the number of licenses of a message, of whichever site and age.

    Raises:
        RefusedMessageError: the message is malformed or of another version.
    """
    message = read(text)
    return message.plan_id, len(message.licenses)


def _object(text: str) -> dict[str, object]:
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _malformed(f"not JSON: {error}") from error
    if not isinstance(raw, dict):
        raise _malformed("not a JSON object")
    version = raw.get("version")
    if isinstance(version, bool) or not isinstance(version, int):
        raise _malformed("`version` is missing or no whole number")
    if version != VERSION:
        detail = f"version {version} is not known here (this app reads version {VERSION})"
        raise RefusedMessageError(MessageRefusal.UNKNOWN_VERSION, detail)
    return raw


def _parse(raw: dict[str, object]) -> CandidateMessage:
    licenses = raw.get("licenses")
    if not isinstance(licenses, list) or not licenses:
        raise _malformed("`licenses` is missing or empty")
    plan_id = _string(raw, "plan_id")
    if not _PLAN_ID.fullmatch(plan_id):
        raise _malformed("`plan_id` is empty, too long or has characters that no plan id has")
    expires_at = _moment(raw, "expires_at")
    if expires_at is None:
        raise _malformed("`expires_at` is missing")
    return CandidateMessage(
        site=_string(raw, "site"),
        plan_id=plan_id,
        expires_at=expires_at,
        license_type=_license_type(raw),
        licenses=_unique(_candidate_from(item) for item in licenses),
    )


def _license_type(raw: dict[str, object]) -> LicenseType:
    try:
        return LicenseType(_string(raw, "license_type"))
    except ValueError as error:
        raise _malformed("`license_type` is neither analyzer nor professional") from error


def _candidate_from(raw: object) -> Candidate:
    if not isinstance(raw, dict):
        raise _malformed("an item of `licenses` is not an object")
    return Candidate(
        license_id=_guid(raw, "license_id"),
        user_id=_guid(raw, "user_id"),
        account=_string(raw, "user"),
        last_used=_moment(raw, "last_used"),
        modified=_moment(raw, "modified"),
    )


def _unique(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    by_id: dict[str, Candidate] = {}
    for item in candidates:
        if by_id.setdefault(item.license_id, item) != item:
            raise _malformed(f"license {item.license_id} comes twice with different contents")
    return tuple(by_id.values())


def _string(raw: dict[str, object], name: str) -> str:
    value = raw.get(name)
    if not isinstance(value, str):
        raise _malformed(f"`{name}` is missing or no text")
    return value


def _guid(raw: dict[str, object], name: str) -> str:
    value = _string(raw, name).lower()
    if not _GUID.fullmatch(value):
        raise _malformed(f"`{name}` is no GUID")  # not which: it may be a person's name
    return value


def _moment(raw: dict[str, object], name: str) -> datetime | None:
    if raw.get(name) is None:
        return None
    try:
        moment = datetime.fromisoformat(_string(raw, name))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _malformed(f"`{name}` is no date in ISO 8601 form") from error


def _malformed(detail: str) -> RefusedMessageError:
    return RefusedMessageError(MessageRefusal.MALFORMED, detail)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _to_dict(item: Candidate) -> dict[str, str | None]:
    return {
        "license_id": item.license_id,
        "user_id": item.user_id,
        "user": item.account,
        "last_used": _text(item.last_used) if item.last_used else None,
        "modified": _text(item.modified) if item.modified else None,
    }


def _groups(candidates: Iterable[Candidate], frame: int) -> Iterator[tuple[Candidate, ...]]:
    group: list[Candidate] = []
    size = frame
    for item in candidates:
        item_size = _indented_size(_to_dict(item)) + 64
        if group and (size + item_size > MAX_BYTES or len(group) >= MAX_LICENSES):
            yield tuple(group)
            group, size = [], frame
        group.append(item)
        size += item_size
    if group:
        yield tuple(group)


def _size_of_frame(site: str, plan_id: str) -> int:
    return _indented_size({"site": site, "plan_id": plan_id}) + 512


def _indented_size(value: Mapping[str, object]) -> int:
    # The host writes a JSON message again, indented and with \r\n: that is the size that counts. It
    # is not written to be counted, for Python indents slowly: each item has 9 characters more.
    return len(json.dumps(value)) + 9 * len(value) + 3
