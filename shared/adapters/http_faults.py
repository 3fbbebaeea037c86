"""What went wrong below HTTP, as far as it is told of every service of Qlik in the same words.

Each fault gets its own sentence, because the setting to look at differs.
"""

import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx

# With TLS 1.3 the server's word on a client certificate comes after the handshake, at the first
# read, where httpcore lets ssl.SSLError through as it is.
FAULTS = (httpx.RequestError, ssl.SSLError, TimeoutError)

# OpenSSL's reasons when the server speaks plain HTTP or something else.
NOT_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"})


@dataclass(frozen=True, slots=True)
class Advice:
    """What to look at when a service can't be reached.

    Attributes:
        service: its name.
        host: the setting that has its host name.
        address: the settings that have its host and port.
        not_connected: the sentence when there is no connection, of its address and the fault.
        when_cut: the settings to look at when it always ends connections early.
    """

    service: str
    host: str
    address: str
    not_connected: Callable[[str, httpx.ConnectError], str]
    when_cut: str


def passing_fault(fault: Exception, site: str, asked: str, advice: Advice) -> str:
    """The sentence on a fault that may pass: `site` is who was asked, `asked` for what."""
    if any(isinstance(cause, socket.gaierror) for cause in causes(fault)):
        return (
            f"The host name of {site} can't be resolved: check {advice.host} and the DNS of the "
            "network that this app runs in."
        )
    if isinstance(fault, httpx.ConnectTimeout):
        return (
            f"{site} did not take the connection in time: check {advice.address}, and that "
            "firewalls let this app through."
        )
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes(fault)):
        return (
            f"{site} refuses connections: check {advice.address}, and that the {advice.service} "
            "runs."
        )
    if isinstance(fault, httpx.ConnectError):
        return advice.not_connected(site, fault)
    if isinstance(fault, httpx.TimeoutException | TimeoutError):
        return f"{site} did not answer {asked} in time: it may be overloaded."
    return (
        f"{site} closed the connection before the answer to {asked} was complete. If it does so "
        f"every time, check {advice.when_cut}."
    )


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and everything that led to it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        if isinstance(error, BaseExceptionGroup):
            for each in error.exceptions:
                yield from causes(each)
        error = error.__cause__ or error.__context__
