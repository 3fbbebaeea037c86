"""SOAP 1.1: reading a call, and the envelopes and faults of WCF."""

from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser
from xml.sax.saxutils import escape

from local.demo_qms.apis import Action
from local.demo_qms.behaviour import Prefixes

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_DISPATCHER = "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher"
_NONE = "http://schemas.microsoft.com/ws/2005/05/addressing/none"
_SYSTEM = "http://schemas.datacontract.org/2004/07/System"
_SCHEMA = "http://www.w3.org/2001/XMLSchema"


class BrokenRequestError(Exception):
    """What was sent is no SOAP envelope."""


@dataclass(eq=False)
class Fault(Exception):  # noqa: N818 - that is what SOAP calls it
    """A call that is answered with a fault.

    Attributes:
        text: the faultstring.
        code: a WCF code after `a:`, in the namespace `space`; None for the plain `s:Client`.
        space: the namespace of the code.
        exception: the .NET class in the detail, for the faults that the contract declares.
    """

    text: str
    code: str | None = None
    space: str = _DISPATCHER
    exception: str | None = None


def not_supported(action: Action) -> Fault:
    """What WCF answers when no endpoint has that action: the usual sign of a wrong version."""
    text = (
        f"The message with Action '{action.text}' cannot be processed at the receiver, due to a "
        "ContractFilter mismatch at the EndpointDispatcher. This may be because of either a "
        "contract mismatch (mismatched Actions between sender and receiver) or a binding/security "
        "mismatch between the sender and the receiver."
    )
    return Fault(text, "ActionNotSupported", _NONE)


def unreadable(text: str) -> Fault:
    """What WCF answers to a body that isn't what the operation takes."""
    return Fault(text, "DeserializationFailed")


def denied(user: str, group: str) -> Fault:
    """An exception fault for an account that lacks a group; the real wording is open."""
    text = f"Access is denied. The user {user} is not a member of the group {group}."
    return Fault(text, exception="System.UnauthorizedAccessException")


def failed(text: str) -> Fault:
    """An exception fault of the service, e.g. for a server that it can't reach."""
    return Fault(text, exception="System.Exception")


class _NoDoctype(TreeBuilder):
    def doctype(self, name: str, *_where: str | None) -> None:
        raise BrokenRequestError(f"a DTD is not allowed: {name}")


def body_of(envelope: bytes) -> Element:
    """The one element in the SOAP body.

    Raises:
        BrokenRequestError: it isn't a SOAP 1.1 envelope with one element.
    """
    parser = XMLParser(target=_NoDoctype())  # noqa: S314 - it takes no DTD, so no entities
    try:
        parser.feed(envelope)
        root: Element = parser.close()
    except ParseError as error:
        raise BrokenRequestError(f"not XML: {error}") from error
    body = root.find(f"{{{ENVELOPE}}}Body") if root.tag == f"{{{ENVELOPE}}}Envelope" else None
    if body is None or len(body) != 1:
        raise BrokenRequestError("not a SOAP 1.1 envelope with one element in its body")
    return body[0]


def opening(prefixes: Prefixes) -> str:
    """What stands before the answer."""
    p = prefixes.envelope
    return f'<{p}:Envelope xmlns:{p}="{ENVELOPE}"><{p}:Body>'


def closing(prefixes: Prefixes) -> str:
    """What stands after the answer."""
    p = prefixes.envelope
    return f"</{p}:Body></{p}:Envelope>"


def fault_envelope(fault: Fault, prefixes: Prefixes) -> str:
    """The fault as WCF writes it; `xml:lang` and the namespaces are its habit."""
    p = prefixes.envelope
    code = f"<faultcode>{p}:Client</faultcode>"
    if fault.code is not None:
        a = prefixes.data
        code = f'<faultcode xmlns:{a}="{fault.space}">{a}:{fault.code}</faultcode>'
    text = f'<faultstring xml:lang="en-US">{escape(fault.text)}</faultstring>'
    inner = f"<{p}:Fault>{code}{text}{_detail(fault, prefixes)}</{p}:Fault>"
    return f"{opening(prefixes)}{inner}{closing(prefixes)}"


def _detail(fault: Fault, prefixes: Prefixes) -> str:
    if fault.exception is None:
        return ""
    i = prefixes.instance
    string = f'{i}:type="x:string" xmlns=""'
    return (
        f'<detail><Exception xmlns="{_SYSTEM}" xmlns:{i}="{INSTANCE}" xmlns:x="{_SCHEMA}">'
        f"<ClassName {string}>{escape(fault.exception)}</ClassName>"
        f"<Message {string}>{escape(fault.text)}</Message>"
        "</Exception></detail>"
    )
