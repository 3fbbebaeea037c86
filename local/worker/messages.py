"""Plain classes in place of the worker's protobuf messages; this module is handed over as `protos`.

`azure_functions_runtime` takes its message classes as an argument, builds them with keywords and
reads attributes. Only what its event handlers touch is here; names and numbers are those of the
Functions RPC protocol (FunctionRpc.proto).
"""

from datetime import timedelta
from types import SimpleNamespace

from local.worker.typed_values import HttpRequest, HttpResponse, Json, Value


class Message:
    """A message with the keywords it was built with as attributes."""

    def __init__(self, **fields: object) -> None:
        self.__dict__.update(fields)


class TypedData(Message):
    """A value with its kind; exactly one attribute is set."""

    def WhichOneof(self, _group: str) -> str | None:  # noqa: N802 - protobuf's own name
        """Returns the name of the attribute that is set."""
        return next(iter(self.__dict__), None)


class ParameterBinding(Message):
    """An input or output of a call: its name and its data."""

    name: str
    data: TypedData | None

    def WhichOneof(self, _group: str) -> str:  # noqa: N802 - protobuf's own name
        """Returns the one transport that is supported, data in the message itself."""
        return "data"


class RpcException(Message):
    """An exception in a function."""

    message: str
    stack_trace: str


class StatusResult(Message):
    """Success or failure of a request."""

    Failure = 0
    Success = 1
    status: int
    exception: RpcException


class BindingInfo(Message):
    """A binding at indexing: type, data type, direction."""

    inout = 2
    out = 1
    undefined = 0


class RpcRetryOptions(Message):
    """A function's retry policy."""

    max_retry_count: int
    retry_strategy: str
    delay_interval: timedelta | None = None
    minimum_interval: timedelta | None = None
    maximum_interval: timedelta | None = None


class RpcFunctionMetadata(Message):
    """A function as indexed; `raw_bindings` holds one JSON text a binding."""

    name: str
    function_id: str
    raw_bindings: list[str]
    retry_options: RpcRetryOptions | None


class RpcHttp(Message):
    """An HTTP request or response."""

    status_code: str
    headers: dict[str, str]
    cookies: "list[RpcHttpCookie] | None"
    body: TypedData | None


class RpcHttpCookie(Message):
    """A cookie of an HTTP response."""

    # `None` is a keyword, so the worker reads this one with getattr.
    SameSite = SimpleNamespace(**{"None": 0, "Lax": 1, "Strict": 2, "ExplicitNone": 3})
    name: str
    value: str


class InvocationResponse(Message):
    """The answer to a call."""

    result: StatusResult
    return_value: TypedData | None = None
    output_data: list[ParameterBinding] = []  # noqa: RUF012 - a default that nobody changes


class WorkerInitResponse(Message):
    """The answer to the first request, with the outcome of indexing."""

    result: StatusResult


class FunctionMetadataResponse(Message):
    """The functions that were found."""

    function_metadata_results: list[RpcFunctionMetadata] | None


class WorkerMetadata(Message):
    """Which worker answers."""


class NullableString(Message):
    """A cookie attribute."""


class NullableBool(NullableString):
    """A cookie attribute."""


class NullableDouble(NullableString):
    """A cookie attribute."""


class NullableTimestamp(NullableString):
    """A cookie attribute."""


class Timestamp(Message):
    """A cookie's expiry."""


def to_message(value: Value) -> TypedData:
    """Turns a value from the host into the message that the worker decodes."""
    match value:
        case str():
            return TypedData(string=value)
        case bytes():
            return TypedData(bytes=value)
        case Json():
            return TypedData(json=value.text)
        case HttpRequest():
            return TypedData(
                http=Message(
                    method=value.method,
                    url=value.url,
                    headers=dict(value.headers),
                    params=dict(value.route),
                    query=dict(value.query),
                    body=TypedData(bytes=value.body),
                )
            )
        case HttpResponse():
            raise TypeError("a response is never an input")
        case _:
            return TypedData(json=str(value))


def from_message(data: TypedData) -> Value:
    """Turns the worker's message into a value for the host.

    Raises:
        TypeError: the worker used a kind that our bindings do not have.
    """
    kind = data.WhichOneof("data")
    content = getattr(data, kind) if kind else ""
    match kind:
        case "json":
            return Json(str(content))
        case "http" if isinstance(content, RpcHttp):
            return _response(content)
        case "string" | "bytes" | "int" | "double" if isinstance(
            content, str | bytes | int | float
        ):
            return content
        case _:
            raise TypeError(f"the worker answered with data of kind {kind!r}")


def _response(http: RpcHttp) -> HttpResponse:
    body = from_message(http.body) if http.body else b""
    content = body if isinstance(body, bytes) else str(body).encode()
    return HttpResponse(int(http.status_code), http.headers, content)
