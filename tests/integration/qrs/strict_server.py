"""A TLS server on blocking sockets, which says why it refuses a client: asyncio's only hangs up."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class StrictServer:
    """Counts the connections, and those that got through the handshake."""

    port: int
    connections: int = 0
    let_in: int = 0

    def meet(self, connection: ssl.SSLSocket) -> None:
        """Shake hands; after a refusal stay until the client has read the alert."""
        self.connections += 1
        try:
            connection.do_handshake()
            self.let_in += 1
        except ssl.SSLError:
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(4096):
                pass


@contextmanager
def strict_server(tls: ssl.SSLContext) -> Iterator[StrictServer]:
    """A server on a free port that only shakes hands; one client at a time."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = StrictServer(listening.getsockname()[1])

        def accept() -> None:
            while True:
                connection, _ = listening.accept()
                if over.is_set():
                    connection.close()
                    return
                connection.settimeout(10)
                with tls.wrap_socket(
                    connection, server_side=True, do_handshake_on_connect=False
                ) as wrapped:
                    server.meet(wrapped)

        over = threading.Event()
        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield server
        finally:
            over.set()
            socket.create_connection(("127.0.0.1", server.port)).close()
            thread.join()
