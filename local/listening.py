"""A socket to listen on, bound before the server on it starts: its port is known from then on."""

import socket


def bound_socket(host: str, port: int) -> socket.socket:
    """A TCP socket at this address; port 0 takes a free one.

    Raises:
        OSError: the address can't be used.
    """
    # The protocol is named because asyncio sets TCP_NODELAY only where it is; without that
    # every answer waits 40 ms for an acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener
