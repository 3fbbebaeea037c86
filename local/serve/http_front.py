"""HTTP of the local host: the app's own functions under /api, and firing a timer under /admin.

Every call needs the key, as in Azure: `x-functions-key`, or `?code=` in the address.
"""

import hmac
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Protocol

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.worker.invocation import FunctionMetadata, InvocationResult, WorkerError
from local.worker.typed_values import HttpRequest, HttpResponse

PREFIX = "/api"
_MOST_BYTES = 1024 * 1024
# A page elsewhere may let its name point to this machine; its calls bear that name (DNS rebinding).
_HOSTS = ["127.0.0.1", "localhost"]


class CalledHost(Protocol):
    """What is asked of the host."""

    functions: list[FunctionMetadata]

    async def call_http(self, name: str, request: HttpRequest) -> HttpResponse:
        """Call an HTTP function."""
        ...

    async def run_timer(self, name: str, *, past_due: bool = False) -> InvocationResult:
        """Fire a timer function."""
        ...


def http_front(host: CalledHost, key: str) -> Starlette:
    """The HTTP functions of the host's app, for whoever has the key."""
    front = _Front(host, key)
    routes = [*front.functions(), *front.timers()]
    return Starlette(
        routes=routes, middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=_HOSTS)]
    )


class _Front:
    def __init__(self, host: CalledHost, key: str) -> None:
        self._host = host
        self._key = key.encode()

    def functions(self) -> Iterator[Route]:
        for function in _of_type(self._host.functions, "httpTrigger"):
            trigger = function.trigger
            path = str(trigger.get("route") or function.name)
            methods = trigger.get("methods")
            yield Route(
                f"{PREFIX}/{path}",
                self._calling(function.name),
                methods=[str(each) for each in methods] if isinstance(methods, list) else None,
            )

    def timers(self) -> Iterator[Route]:
        for function in _of_type(self._host.functions, "timerTrigger"):
            path = f"/admin/functions/{function.name}"
            yield Route(path, self._firing(function.name), methods=["POST"])

    def _calling(self, name: str) -> "_Endpoint":
        async def call(request: Request) -> Response:
            if refused := self._refused(request):
                return refused
            body = await _body(request)
            if body is None:
                return _error(HTTPStatus.CONTENT_TOO_LARGE, "a body has 1 MiB at most")
            try:
                answer = await self._host.call_http(name, _handed_over(request, body))
            except WorkerError as error:
                return _error(HTTPStatus.SERVICE_UNAVAILABLE, str(error))
            return Response(answer.body, answer.status, dict(answer.headers))

        return call

    def _firing(self, name: str) -> "_Endpoint":
        async def fire(request: Request) -> Response:
            if refused := self._refused(request):
                return refused
            try:
                result = await self._host.run_timer(name)
            except WorkerError as error:
                return _error(HTTPStatus.SERVICE_UNAVAILABLE, str(error))
            if result.error:
                return _error(HTTPStatus.INTERNAL_SERVER_ERROR, result.error)
            return Response(status_code=HTTPStatus.ACCEPTED)

        return fire

    def _refused(self, request: Request) -> Response | None:
        given = request.headers.get("x-functions-key") or request.query_params.get("code") or ""
        if hmac.compare_digest(given.encode(), self._key):
            return None
        return _error(HTTPStatus.UNAUTHORIZED, "the key is missing or wrong")


class _Endpoint(Protocol):
    async def __call__(self, request: Request) -> Response: ...


def _of_type(functions: Iterable[FunctionMetadata], kind: str) -> Iterator[FunctionMetadata]:
    return (each for each in functions if each.trigger_type == kind)


async def _body(request: Request) -> bytes | None:
    """The body; None when it is too large."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > _MOST_BYTES:
                return None
    except ClientDisconnect:  # nobody waits for an answer, and half a body asks for nothing
        return None
    return bytes(body)


def _handed_over(request: Request, body: bytes) -> HttpRequest:
    """The request without the key, which is the host's business and not the app's."""
    query = {name: value for name, value in request.query_params.items() if name != "code"}
    headers = {k: v for k, v in request.headers.items() if k != "x-functions-key"}
    return HttpRequest(
        method=request.method,
        url=str(request.url.remove_query_params("code")),
        headers=headers,
        query=query,
        route={name: str(value) for name, value in request.path_params.items()},
        body=body,
    )


def _error(status: HTTPStatus, why: str) -> Response:
    return JSONResponse({"error": why}, int(status))
