"""The interfaces of QMS and the envelopes that ask them (QMS facts 1.3, 1.4, 1.5).

All versions share one address; namespace and SOAPAction say which interface is meant.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from shared.domain.errors import SettingsError

_HOST = "http://ws.qliktech.com/QMS"
_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


@dataclass(frozen=True, slots=True)
class Interface:
    """One version of the API: `QLIKVIEW__API`, its XML namespace and its contract's name."""

    version: str
    namespace: str
    contract: str

    def soap_action(self, operation: str) -> str:
        """The SOAPAction header, quoted as SOAP 1.1 wants it."""
        return f'"{self.namespace}{self.contract}/{operation}"'

    def envelope(self, operation: str, parameters: Sequence[tuple[str, str]] = ()) -> bytes:
        """A request; the parameters are elements in the order of the schema's sequence."""
        inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in parameters)
        return (
            f'<s:Envelope xmlns:s="{_SOAP}"><s:Body>'
            f'<{operation} xmlns="{self.namespace}">{inner}</{operation}>'
            "</s:Body></s:Envelope>"
        ).encode()


def _of_minor(minor: int) -> Interface:
    return Interface(f"12.{minor}", f"{_HOST}/12/{minor}/", f"IQMS{minor}")


INTERFACES = {
    each.version: each
    for each in (
        Interface("11", f"{_HOST}/11/", "IQMS"),
        Interface("12", f"{_HOST}/12/", "IQMS"),
        *map(_of_minor, range(2, 8)),
    )
}


def interface(version: str) -> Interface:
    """The interface of a version as `QLIKVIEW__API` names it."""
    try:
        return INTERFACES[version]
    except KeyError:
        known = ", ".join(INTERFACES)
        raise SettingsError(f"QLIKVIEW__API is {version!r}; it must be one of {known}.") from None
