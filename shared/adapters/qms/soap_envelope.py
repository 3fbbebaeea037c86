"""SOAP 1.1 answers: the result of an operation, or the fault that came in its place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.adapters.qms.shapes import TEXT, Record, Shape
from shared.adapters.qms.values import Values
from shared.adapters.qms.xml_reader import Limits, XmlReader


@dataclass(frozen=True, slots=True)
class Operation[T]:
    """A call of QMS.

    Attributes:
        name: as the contract has it.
        kind: the type of the result.
        parts: the wanted shapes inside the response element.
        make: makes the result of what was found in the response element.
        parameters: names and values in the order of the schema.
        rights: what the account needs for it (QMS fact 1.9).
    """

    name: str
    kind: type[T]
    parts: Mapping[str, Shape]
    make: Callable[[Values], T | None]
    rights: str
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SoapFault:
    """A fault; `detail` is the message of the exception behind it, if it is told."""

    code: str
    text: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SoapAnswer[T]:
    """Result or fault; neither when the answer is empty of both."""

    result: T | None = None
    fault: SoapFault | None = None


class SoapReader[T]:
    """Takes the answer to an operation in pieces."""

    def __init__(self, operation: Operation[T], limits: Limits) -> None:
        self._kind = operation.kind
        self._xml = XmlReader("Envelope", _envelope(operation), limits)

    def feed(self, chunk: bytes) -> None:
        """Take the next piece."""
        self._xml.feed(chunk)

    def finish(self) -> SoapAnswer[T]:
        """The answer; `TryAgainError` when it ended too early."""
        body = self._xml.finish()
        if not isinstance(body, Values):
            return SoapAnswer()
        return SoapAnswer(body.one(_RESPONSE, self._kind), body.one("Fault", SoapFault))


_RESPONSE = "Response"


def _envelope[T](operation: Operation[T]) -> Record:
    name = f"{operation.name}Response"
    response = Record(operation.parts, operation.make)

    def body(found: Values) -> Values:
        return Values(
            {
                _RESPONSE: found.one(name, operation.kind),
                "Fault": found.one("Fault", SoapFault),
            }
        )

    parts: dict[str, Shape] = {name: response, "Fault": _FAULT}
    return Record({"Body": Record(parts, body)}, lambda found: found.one("Body", Values))


def _exception(*names: str) -> Record:
    return Record(
        dict.fromkeys(names, TEXT),
        lambda found: ": ".join(filter(None, map(found.text, names))),
    )


# `Exception` is what the contracts declare (QMS fact 1.8), `ExceptionDetail` what WCF sends when
# it is told to show what went wrong.
_DETAIL = Record(
    {
        "Exception": _exception("ClassName", "Message"),
        "ExceptionDetail": _exception("Type", "Message"),
    },
    lambda found: found.one("Exception", str) or found.one("ExceptionDetail", str) or "",
)

_FAULT = Record(
    {"faultcode": TEXT, "faultstring": TEXT, "detail": _DETAIL},
    lambda found: SoapFault(
        code=found.text("faultcode"),
        text=found.text("faultstring"),
        detail=found.one("detail", str) or "",
    ),
)
