"""Tells people by a webhook: one JSON that Logic Apps and Teams workflows both take.

The address is a secret: whoever has it can post. So nothing of it, not even its host, is in a log
line, a message or a trace, and httpx's client is not used, because it logs the address of every
request.
"""

import asyncio
import json
import ssl
import time
from collections.abc import Callable, Collection

import httpx
import stamina

from shared.adapters.untraced import untraced
from shared.adapters.webhook_failures import NotDeliveredError, checked_address, fault, refusal
from shared.domain.notice import Notice, NoticeKind

type OnFailure = Callable[[NoticeKind, str], None]

_HEADERS = {"Content-Type": "application/json", "User-Agent": "license-steward"}


class NoWebhook:
    """Takes the place of a webhook when none is configured."""

    async def notify(self, notice: Notice) -> None:
        """Do nothing: nobody wants to be told."""


class Webhook:
    """Posts notices of the chosen `kinds`; keeps no connection open between them.

    A notice that can't be delivered is told to `on_failure`, with its kind and a sentence for the
    operator, and never raises. After a lost answer it is posted again, so it may arrive twice.

    Times are in seconds: `request_timeout` holds for one try from connecting to the answer's
    status, and no try begins later than `total_timeout` after the first.
    """

    def __init__(
        self,
        url: str,
        kinds: Collection[NoticeKind],
        on_failure: OnFailure,
        *,
        request_timeout: float = 10.0,
        total_timeout: float = 20.0,
        attempts: int = 3,
        first_pause: float = 1.0,
    ) -> None:
        self._url = url
        self._kinds = frozenset(kinds)
        self._on_failure = on_failure
        self._request_timeout = request_timeout
        self._total_timeout = total_timeout
        self._attempts = attempts
        self._first_pause = first_pause

    async def notify(self, notice: Notice) -> None:
        """Post the notice if its kind is chosen; a failure goes to `on_failure`."""
        if notice.kind not in self._kinds:
            return
        try:
            await self._deliver(checked_address(self._url), _body(notice))
        except NotDeliveredError as error:
            self._on_failure(notice.kind, str(error))

    async def _deliver(self, url: httpx.URL, body: bytes) -> None:
        deadline = time.monotonic() + self._total_timeout
        tries = stamina.retry_context(
            on=lambda error: _try_again(error, deadline),
            attempts=self._attempts,
            timeout=self._total_timeout,
            wait_initial=self._first_pause,
            wait_max=self._total_timeout,
            wait_jitter=self._first_pause,
        )
        async for attempt in tries:
            with attempt:
                await self._post(url, body)

    async def _post(self, url: httpx.URL, body: bytes) -> None:
        request = httpx.Request("POST", url, headers=_HEADERS, content=body)
        try:
            async with (
                asyncio.timeout(self._request_timeout),
                httpx.AsyncHTTPTransport(verify=ssl.create_default_context()) as transport,
            ):
                with untraced():
                    response = await transport.handle_async_request(request)
                await response.aclose()  # the status says it all
        except (httpx.TransportError, OSError) as error:  # also ssl.SSLError and TimeoutError
            raise fault(error) from None
        if not response.is_success:
            raise refusal(response)


def _body(notice: Notice) -> bytes:
    """The message: an adaptive card for Teams, and beside it the same for programs."""
    message = {
        "type": "message",
        "attachments": [
            {
                "contentType": "application/vnd.microsoft.card.adaptive",
                "contentUrl": None,
                "content": _card(notice),
            }
        ],
        "event": notice.kind.value,
        "site": notice.site,
        "title": notice.title,
        "text": notice.text,
        "at": notice.at.isoformat(),
        "figures": dict(notice.figures),
    }
    return json.dumps(message).encode()  # plain ASCII, whatever is in the texts


def _card(notice: Notice) -> dict[str, object]:
    title = {"type": "TextBlock", "text": notice.title, "weight": "Bolder", "size": "Medium"}
    text = {"type": "TextBlock", "text": notice.text}
    body: list[dict[str, object]] = [{**block, "wrap": True} for block in (title, text)]
    if notice.figures:
        facts = [{"title": name, "value": str(value)} for name, value in notice.figures.items()]
        body.append({"type": "FactSet", "facts": facts})
    return {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }


def _try_again(error: Exception, deadline: float) -> bool | float:
    if not isinstance(error, NotDeliveredError) or not error.transient:
        return False
    if error.pause is None:
        return True
    return error.pause if time.monotonic() + error.pause < deadline else False
