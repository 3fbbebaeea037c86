"""What faults mean, by their words."""

import pytest

from shared.adapters.qms.answers import MissingRightsError, Question
from shared.adapters.qms.operations import get_cal_configuration, get_servers
from shared.adapters.qms.retrying import TryAgainError
from shared.adapters.qms.soap_envelope import SoapFault
from shared.adapters.qms.soap_faults import FaultAnswerError, ServiceKeyRefusedError, fault_error
from shared.domain.errors import QmsAnswerError, QmsError
from tests.unit.adapters_qms.documents import SERVER, SOAP, read

_RIGHTS = get_cal_configuration(SERVER).rights
_QUESTION = Question("GetCALConfiguration", "qvs01:4799", "12.7", _RIGHTS)


def _fault(code: str, text: str, detail: str = "") -> SoapFault | None:
    document = (
        f'<s:Envelope xmlns:s="{SOAP}"><s:Body><s:Fault><faultcode>{code}</faultcode>'
        f'<faultstring xml:lang="en-US">{text}</faultstring>{detail}</s:Fault></s:Body>'
        "</s:Envelope>"
    )
    return read(get_servers(), document.encode()).fault


def test_a_fault_is_read_with_the_exception_behind_it() -> None:
    """Both shapes of the detail are read: the declared one and WCF's own."""
    declared = (
        '<detail><Exception xmlns="http://schemas.datacontract.org/2004/07/System">'
        "<ClassName>System.Exception</ClassName><Message>No server.</Message>"
        "<StackTraceString>at ...</StackTraceString></Exception></detail>"
    )
    own = "<detail><ExceptionDetail><Message>No server.</Message></ExceptionDetail></detail>"
    assert _fault("s:Client", "Oh.", declared) == SoapFault(
        "s:Client", "Oh.", "System.Exception: No server."
    )
    assert _fault("s:Client", "Oh.", own) == SoapFault("s:Client", "Oh.", "No server.")
    assert _fault("s:Client", "Oh.") == SoapFault("s:Client", "Oh.")


@pytest.mark.parametrize(
    ("fault", "kind", "advice"),
    [
        (SoapFault("s:Client", "Service key is missing"), ServiceKeyRefusedError, "X-Service-Key"),
        (SoapFault("s:Client", "The service key expired"), ServiceKeyRefusedError, "proxy"),
        (SoapFault("a:ActionNotSupported", "The message ..."), QmsAnswerError, "QLIKVIEW__API"),
        (SoapFault("s:Client", "a ContractFilter mismatch"), QmsAnswerError, "12.7"),
        (SoapFault("s:Client", "an AddressFilter mismatch"), QmsAnswerError, "/QMS/Service"),
        (SoapFault("s:Client", "Access is denied."), MissingRightsError, "QlikView Administrator"),
        (
            SoapFault("s:Client", "Error", "System.UnauthorizedAccessException"),
            MissingRightsError,
            "QlikView Management API",
        ),
        (SoapFault("a:ServerTooBusy", "Too many"), TryAgainError, "busy"),
        (SoapFault("s:Client", "QVS is down"), FaultAnswerError, "'QVS is down'"),
        (SoapFault("s:Client", ""), FaultAnswerError, "'s:Client'"),
    ],
)
def test_each_fault_says_what_to_do(fault: SoapFault, kind: type[QmsError], advice: str) -> None:
    """The kind decides what happens next, the words are for the operator."""
    error = fault_error(fault, _QUESTION)
    assert type(error) is kind
    assert advice in str(error)
    assert "GetCALConfiguration" in str(error)


def test_an_endless_fault_is_told_in_short() -> None:
    """An error is one sentence, not a page."""
    assert len(str(fault_error(SoapFault("c", "x\n" * 5000), _QUESTION))) < 400
