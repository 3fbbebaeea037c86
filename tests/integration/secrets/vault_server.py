"""A small Key Vault on a real https socket: the challenge, secrets, and faults on demand."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import trustme

TOKEN = "token-of-the-app"


@dataclass
class Fault:
    """An answer that the vault gives instead of the secret."""

    status: int
    code: str = ""
    message: str = ""
    inner_code: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Vault:
    """What the vault holds and does; `faults` are given one per request, in order."""

    secrets: dict[str, str] = field(default_factory=dict)
    expires: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    always: Fault | None = None
    login_page: bool = False
    resource: str = ""
    url: str = ""
    challenges: int = 0
    reads: list[str] = field(default_factory=list)

    def answer(self, name: str) -> tuple[int, dict[str, str], dict[str, object]]:
        """Status, headers and JSON body for a read with a good token."""
        self.reads.append(name)
        fault = self.faults.pop(0) if self.faults else self.always
        if fault is None and name not in self.secrets:
            fault = Fault(404, "SecretNotFound", "A secret with that name was not found")
        if fault is not None:
            error: dict[str, object] = {"code": fault.code, "message": fault.message}
            if fault.inner_code:
                error["innererror"] = {"code": fault.inner_code}
            return fault.status, fault.headers, {"error": error}
        attributes: dict[str, object] = {"enabled": True, "created": 1, "updated": 1}
        if name in self.expires:
            attributes["exp"] = self.expires[name]
        identifier = f"{self.url}/secrets/{name}/0123456789abcdef"
        return 200, {}, {"value": self.secrets[name], "id": identifier, "attributes": attributes}


@contextmanager
def running(vault: Vault, authority: trustme.CA) -> Iterator[Vault]:
    """Serve the vault on a free port of 127.0.0.1 until the block ends."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(vault))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    port = server.server_address[1]
    vault.url = f"https://127.0.0.1:{port}"
    # The SDK wants the vault's host to end in the challenge's domain, as x.vault.azure.net does.
    vault.resource = vault.resource or f"https://0.0.1:{port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield vault
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(vault: Vault) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """Ask for a token first, then answer as the vault does."""
            if vault.login_page:
                self._send_content(200, {}, b"<html>Please log in</html>", "text/html")
                return
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                vault.challenges += 1
                tenant = "https://login.microsoftonline.com/72f988bf-0000-0000-0000-2d7cd011db47"
                challenge = f'Bearer authorization="{tenant}", resource="{vault.resource}"'
                self._send(401, {"WWW-Authenticate": challenge}, {"error": {"code": "401"}})
                return
            self._send(*vault.answer(self.path.split("/")[2].partition("?")[0]))

        def _send(self, status: int, headers: dict[str, str], body: dict[str, object]) -> None:
            content_type = "application/json; charset=utf-8"
            self._send_content(status, headers, json.dumps(body).encode(), content_type)

        def _send_content(
            self, status: int, headers: dict[str, str], content: bytes, content_type: str
        ) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Keep the tests' output quiet."""

    return Handler
