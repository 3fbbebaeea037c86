"""A real HTTP(S) server in the place of a Logic App or a Teams workflow."""

import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SILENCE = 0  # in the place of a status: no answer before the test ends


@dataclass(frozen=True)
class Answer:
    """A status with headers, or `SILENCE`."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Receiver:
    """What came in, and where it listens."""

    url: str = ""
    targets: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    came: threading.Event = field(default_factory=threading.Event)

    @property
    def message(self) -> dict[str, object]:
        """The one message that came."""
        (body,) = self.bodies
        message = json.loads(body)
        assert isinstance(message, dict)
        return message


@contextmanager
def receiver(
    *answers: Answer, path: str = "/workflows/x?sig=s3cr3t", tls: ssl.SSLContext | None = None
) -> Iterator[Receiver]:
    """Gives the answers one after the other, the last one again and again."""
    seen, left, over = Receiver(), list(answers), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        """Remembers and answers."""

        def do_POST(self) -> None:
            """Take a message."""
            seen.targets.append(self.path)
            seen.headers.append({name.lower(): value for name, value in self.headers.items()})
            seen.bodies.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            seen.came.set()
            answer = left.pop(0) if len(left) > 1 else left[0]
            if answer.status == SILENCE:
                over.wait()
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"quoted back: " + self.path.encode())

        do_GET = do_POST  # noqa: N815 - http.server's name

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if tls is not None:
            # The handshake belongs to the connection's own thread: this one accepts others.
            server.socket = tls.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        seen.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}{path}"
        try:
            yield seen
        finally:
            over.set()
            server.shutdown()
            thread.join()
