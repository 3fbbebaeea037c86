"""Answers of QMS as texts, and what the adapter reads of them."""

from collections.abc import Iterable

from shared.adapters.qms.operations import get_cal_configuration
from shared.adapters.qms.soap_envelope import Operation, SoapAnswer, SoapReader
from shared.adapters.qms.xml_reader import Limits
from shared.domain.leases.model import CalConfiguration, QlikViewServer

SERVER = QlikViewServer("5ac16136-f00b-47c4-8099-23ff7f178423", "QVS@qvs01")
CALS = "http://schemas.datacontract.org/2004/07/PIX.QMSAPI.DataObjects.CALs"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


def element(name: str, *inner: str) -> str:
    """A CAL element."""
    return f"<b:{name}>{''.join(inner)}</b:{name}>"


def nil(name: str) -> str:
    """A CAL element that is told to be null."""
    return f'<b:{name} i:nil="true"/>'


def answer(operation: str, inner: str) -> bytes:
    """The whole answer to an operation."""
    return (
        f'<s:Envelope xmlns:s="{SOAP}"><s:Body><{operation}Response '
        f'xmlns="http://ws.qliktech.com/QMS/12/" xmlns:b="{CALS}" xmlns:i="{INSTANCE}">'
        f"{inner}</{operation}Response></s:Body></s:Envelope>"
    ).encode()


def configuration(*inner: str, named: bool = True) -> bytes:
    """The answer to GetCALConfiguration with this inside NamedCALs."""
    content = element("NamedCALs", *inner) if named else "".join(inner)
    result = f"<GetCALConfigurationResult>{content}</GetCALConfigurationResult>"
    return answer("GetCALConfiguration", result)


def read[T](
    operation: Operation[T], document: bytes | Iterable[bytes], limits: Limits | None = None
) -> SoapAnswer[T]:
    """Read an answer, whole or in pieces."""
    reader = SoapReader(operation, limits or Limits())
    for piece in [document] if isinstance(document, bytes) else document:
        reader.feed(piece)
    return reader.finish()


def read_cals(
    document: bytes | Iterable[bytes], limits: Limits | None = None
) -> CalConfiguration | None:
    """Read an answer to GetCALConfiguration about SERVER."""
    return read(get_cal_configuration(SERVER), document, limits).result
