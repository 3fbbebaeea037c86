"""A real HTTP server that answers as Azure would: what a test tells it, in that order."""

import json
import threading
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Request:
    """What arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class StandIn:
    """The server's answers by method and path (without the query); the last one is repeated.

    A status of 0 cuts the connection without an answer.
    """

    url: str = ""
    answers: defaultdict[str, deque[tuple[int, str]]] = field(
        default_factory=lambda: defaultdict(deque)
    )
    requests: list[Request] = field(default_factory=list)

    def say(self, request: str, *answers: tuple[int, object]) -> None:
        """Answers `METHOD /path` with these, one after the other; texts as they are, else JSON."""
        self.answers[request].extend(
            (status, body if isinstance(body, str) else json.dumps(body))
            for status, body in answers
        )

    def next(self, request: str) -> tuple[int, str]:
        """The answer to give now; 404 for what nobody told."""
        answers = self.answers[request]
        if not answers:
            return 404, ""
        return answers.popleft() if len(answers) > 1 else answers[0]


@contextmanager
def run_stand_in() -> Iterator[StandIn]:
    """Runs the server on a free port of this machine."""
    stand_in = StandIn()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            stand_in.requests.append(Request(self.command, self.path, headers, body))
            status, text = stand_in.next(f"{self.command} {self.path.partition('?')[0]}")
            if not status:
                return
            self.send_response(status)
            if status in {301, 302}:
                self.send_header("Location", text)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand_in.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
