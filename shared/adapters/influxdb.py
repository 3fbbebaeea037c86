"""Points into InfluxDB through the 2.x write API, which 1.8+, 3 and Cloud have too.

The library is used for its client and line protocol, not for its retries: by default a synchronous
write has none, and its `WritesRetry` counts its time from when the client was made, so a client
kept for a worker's life stops retrying (Azure facts, "InfluxDB"); it also sleeps however long a
Retry-After asks. Here every write has its own tries and its own time.
"""

import asyncio
import itertools
import re
import threading
import time
from collections.abc import Collection, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import stamina

from shared.adapters.line_protocol import summed_up, to_lines
from shared.domain.errors import PointsError
from shared.domain.points import Point

if TYPE_CHECKING:
    from influxdb_client.client.influxdb_client import InfluxDBClient

_FINE_WITHOUT_POINTS = (HTTPStatus.NO_CONTENT, HTTPStatus.OK)


class InfluxDbWriter:
    """Writes points to a bucket; one per worker, safe to use from many tasks at once.

    Times are in seconds. `request_timeout` holds for one request, `total_timeout` for one call of
    `write` with all its batches and tries (a try that has begun may run over it by its own
    timeout). `batch_lines` keeps a request well under the 1 MB that reverse proxies take by
    default. For InfluxDB 1.8 the token is `user:password` and the bucket `database/policy`.
    """

    def __init__(
        self,
        url: str,
        token: str,
        org: str,
        bucket: str,
        *,
        request_timeout: float = 10.0,
        total_timeout: float = 60.0,
        attempts: int = 5,
        first_pause: float = 0.5,
        longest_pause: float = 10.0,
        batch_lines: int = 2000,
    ) -> None:
        self._url, self._token, self._org, self._bucket = url, token.strip(), org, bucket
        self._request_timeout = request_timeout
        self._total_timeout = total_timeout
        self._attempts = attempts
        self._first_pause, self._longest_pause = first_pause, longest_pause
        self._batch_lines = batch_lines
        self._client: InfluxDBClient | None = None
        self._client_lock = threading.Lock()

    async def write(self, points: Sequence[Point]) -> None:
        """Write all points, or as many as can be and raise; writing one again changes nothing.

        Raises:
            PointsError: at least one point is not in InfluxDB, and why.
        """
        deadline = time.monotonic() + self._total_timeout
        problems: list[str] = []
        for number, batch in enumerate(itertools.batched(points, self._batch_lines, strict=False)):
            try:
                problems += await self._write_batch(batch, deadline)
            except PointsError as error:
                left = len(points) - number * self._batch_lines
                stopped = f"{error} {left} of {len(points)} points were left unwritten."
                raise PointsError(summed_up([stopped, *problems])) from error
        if problems:
            raise PointsError(summed_up(problems))

    async def try_out(self) -> None:
        """Send no point at all, to see whether the token and the bucket are taken.

        Raises:
            PointsError: they are not, or nobody answers; it is asked once.
        """
        from shared.adapters.influxdb_failures import InfluxDbError, Kind  # noqa: PLC0415

        try:
            await asyncio.to_thread(self._post, b"", _FINE_WITHOUT_POINTS)
        except InfluxDbError as error:
            # InfluxDB 2 looks at the token and the bucket first, and then says that points lack.
            if error.kind is not Kind.REJECTED:
                raise

    async def close(self) -> None:
        """Close the connections; a later write opens new ones."""
        with self._client_lock:
            client, self._client = self._client, None
        if client:
            await asyncio.to_thread(client.close)

    async def _write_batch(self, batch: Sequence[Point], deadline: float) -> list[str]:
        """Write what can be written of a batch and say what can't; raises when nothing can."""
        from shared.adapters.influxdb_failures import InfluxDbError, Kind  # noqa: PLC0415

        lines, problems = await asyncio.to_thread(to_lines, batch)
        if not lines:
            return problems
        try:
            await self._send("\n".join(lines).encode(), deadline)
        except InfluxDbError as error:
            if error.kind is not Kind.REJECTED:
                raise
            problems.append(str(error))
        return problems

    async def _send(self, body: bytes, deadline: float) -> None:
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            raise PointsError(
                f"{self._where} takes more than {self._total_timeout:g} s for these points."
            )
        tries = stamina.retry_context(
            on=lambda error: _try_again(error, deadline),
            attempts=self._attempts,
            timeout=remaining,
            wait_initial=self._first_pause,
            wait_max=self._longest_pause,
            wait_jitter=self._first_pause,
        )
        async for attempt in tries:
            with attempt:
                await asyncio.to_thread(self._post, body)

    def _post(self, body: bytes, fine: Collection[int] = (HTTPStatus.NO_CONTENT,)) -> None:
        from influxdb_client.service.write_service import WriteService  # noqa: PLC0415

        from shared.adapters import influxdb_failures as failures  # noqa: PLC0415

        try:
            # The library's own `write` hides the answer's status.
            service = WriteService(self._connected().api_client)  # type: ignore[no-untyped-call]
            _, status, _ = service.post_write_with_http_info(  # type: ignore[no-untyped-call]
                self._org, self._bucket, body, precision="ns", _request_timeout=self._timeout_ms
            )
        except failures.REQUEST_ERRORS as error:
            raise failures.failure(self._where, self._bucket, error) from None
        if status not in fine:
            raise failures.unexpected_answer(self._where, status)

    def _connected(self) -> "InfluxDBClient":
        # Imported here, for a worker that starts should not wait for a library it may never use.
        from influxdb_client.client.influxdb_client import InfluxDBClient  # noqa: PLC0415

        with self._client_lock:
            if self._client is None:
                _check_url(self._url)
                self._client = InfluxDBClient(self._url, self._token, org=self._org)
            return self._client

    @property
    def _timeout_ms(self) -> int:
        return max(1, round(self._request_timeout * 1000))

    @property
    def _where(self) -> str:
        # The URL may hold a password, and must not even be a URL.
        host = re.sub(r"^.*?//|.*@|[/?#].*", "", self._url)
        return f"InfluxDB at {host}"


def _check_url(url: str) -> None:
    # Without a host the library takes its own path for one: the token would go to a host `api`.
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("no URL")


def _try_again(error: Exception, deadline: float) -> bool | float:
    """Whether to try again, or after how many seconds when the server says so."""
    from shared.adapters.influxdb_failures import InfluxDbError, Kind  # noqa: PLC0415

    if not isinstance(error, InfluxDbError) or error.kind is not Kind.TRANSIENT:
        return False
    if error.pause is None:
        return True
    # Waiting past the end helps nobody; the queue or the next timer comes again anyway.
    return error.pause if time.monotonic() + error.pause < deadline else False
