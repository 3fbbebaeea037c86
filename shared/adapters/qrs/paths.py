"""Paths, filters and URLs of QRS.

Access licenses are addressed by type and GUID only, so that no input can ever turn a request into
one for the site license (`/qrs/license/{id}` and `/qrs/selection/{id}/license` exist, and take
DELETE too).
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import batched
from urllib.parse import quote, urlsplit

from shared.domain.errors import SettingsError
from shared.domain.model import LicenseType

IDS_PER_URL = 100  # 54 characters each: far below the 16 KiB that http.sys takes (QRS fact 3)
ABOUT = "about"
APPS = "app/full"
OVERVIEW = "license/accesstypeoverview"
OLD_OVERVIEW = "license/accesstypeinfo"  # deprecated, and all that old versions have (QRS fact 2a)
SERVER_LICENSE = "license"
USERS = "user/full"
SELECTIONS = "selection"

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PROXY_PREFIX = re.compile(r"[A-Za-z0-9._~/-]*")


def guid(text: object) -> str:
    """The GUID in lower case; `ValueError` when it is none."""
    lower = text.lower() if isinstance(text, str) else ""
    if not _GUID.fullmatch(lower):
        raise ValueError(f"{text!r} is no GUID")
    return lower


def access_licenses(license_type: LicenseType) -> str:
    """The list of all access licenses of a type."""
    return f"{access_type(license_type)}/full"


def access_license(license_type: LicenseType, license_id: str) -> str:
    """One access license."""
    return f"{access_type(license_type)}/{guid(license_id)}"


def access_type(license_type: LicenseType) -> str:
    """All access licenses of a type, for adding one."""
    if not isinstance(license_type, LicenseType):
        raise TypeError(f"{license_type!r} is no license type")
    return f"license/{license_type.value}accesstype"


def selection(selection_id: str) -> str:
    """One selection; deleting it leaves alone what it refers to."""
    return f"{SELECTIONS}/{guid(selection_id)}"


def selected_licenses(selection_id: str, license_type: LicenseType) -> str:
    """The access licenses of a type that a selection refers to; deleting it deletes them."""
    return f"{selection(selection_id)}/{access_type(license_type)}"


def id_filters(ids: Collection[str]) -> Iterator[str]:
    """Filters that together name all ids once, each short enough for a URL."""
    for batch in batched(sorted({guid(each) for each in ids}), IDS_PER_URL, strict=False):
        yield " or ".join(f"id eq {each}" for each in batch)


@dataclass(frozen=True, slots=True)
class Address:
    """Where QRS is: `https://host:4242`, or `https://host` and the prefix of a virtual proxy."""

    base_url: str
    virtual_proxy: str = ""

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        if parts.scheme != "https" or not parts.hostname or parts.path.strip("/") or parts.query:
            raise SettingsError(
                "QLIK_SENSE__HOST must be a bare host name or address, and QRS is asked by https "
                f"only: {self.base_url!r} is neither."
            )
        if not _PROXY_PREFIX.fullmatch(self.virtual_proxy):
            raise SettingsError(
                f"QLIK_SENSE__VIRTUAL_PROXY must be the prefix of a virtual proxy, not "
                f"{self.virtual_proxy!r}."
            )

    @property
    def site(self) -> str:
        """Host and port, for messages."""
        return urlsplit(self.base_url).netloc

    def url(self, path: str, xrfkey: str, filter_text: str = "") -> str:
        """The whole URL, encoded here because httpx would write '+' for a space in a filter."""
        prefix = self.virtual_proxy.strip("/")
        start = f"{self.base_url.rstrip('/')}/{prefix + '/' if prefix else ''}qrs/{path}"
        query = f"?xrfkey={xrfkey}"
        return start + query + (f"&filter={quote(filter_text, safe='')}" if filter_text else "")
