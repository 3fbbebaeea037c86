"""What is wrong with a webhook's address or answer, in one sentence that says what to do about it.

No sentence holds anything of the address, nor the words of a server or library that may quote it.
"""

import ipaddress
import ssl
from datetime import UTC, datetime

import httpx

from shared.adapters.http_faults import causes
from shared.adapters.qrs.retrying import retry_after_seconds

_SETTING = "WEBHOOK__URL_SECRET or WEBHOOK__URL_FILE"


class NotDeliveredError(Exception):
    """A try that failed; `transient` if the next may succeed, after `pause` seconds if given."""

    def __init__(
        self, message: str, *, transient: bool = False, pause: float | None = None
    ) -> None:
        super().__init__(message)
        self.transient = transient
        self.pause = pause


def checked_address(text: str) -> httpx.URL:
    """The address, if a notice may be posted to it.

    Raises:
        NotDeliveredError: it is no https address (http is fine on this machine).
    """
    try:
        url = httpx.URL(text.strip())
        host = url.host
    except (httpx.InvalidURL, UnicodeError):
        raise _unusable("is no address that can be called") from None
    if url.userinfo:
        raise _unusable("holds a user or password before the host, which is not sent")
    if url.scheme not in {"http", "https"} or not host:
        raise _unusable("is no whole address")
    if url.scheme == "http" and not _is_loopback(host):
        raise _unusable("begins with http://, and would go over the network for all to read")
    return url


def _unusable(what: str) -> NotDeliveredError:
    return NotDeliveredError(
        f"The webhook's address {what}: write one that begins with https:// into what "
        f"{_SETTING} names."
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def fault(error: Exception) -> NotDeliveredError:
    """What went wrong below HTTP: connections, certificates, timeouts."""
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes(error)):
        return NotDeliveredError(
            "The webhook's server has no TLS certificate that can be verified: it must bear the "
            "name in the address and come from a known authority (SSL_CERT_FILE names others)."
        )
    if isinstance(error, TimeoutError):
        return NotDeliveredError("The webhook did not answer in time.", transient=True)
    return NotDeliveredError(
        f"The webhook can't be reached ({type(error).__name__}): check the address in what "
        f"{_SETTING} names, name resolution, and that the network lets this app out.",
        transient=True,
    )


def refusal(response: httpx.Response) -> NotDeliveredError:
    """What an answer that is no success says."""
    status = response.status_code
    if status in {408, 429} or response.is_server_error:
        return NotDeliveredError(
            f"The webhook is busy or out of order ({status}).",
            transient=True,
            pause=retry_after_seconds(response.headers.get("retry-after"), datetime.now(UTC)),
        )
    if response.is_redirect:
        advice = "redirects, which is never followed: write the address where it leads"
    elif status in {401, 403}:
        advice = "refuses the signature in its address: copy the address anew"
    elif status in {404, 410}:
        advice = "is gone: switch its workflow on, or copy its address anew"
    else:
        advice = (
            "does not take the message: use a Logic Apps HTTP trigger, a Teams workflow for "
            "webhook requests, or anything that takes a POST of JSON, and put its address"
        )
    return NotDeliveredError(f"The webhook {advice} into what {_SETTING} names ({status}).")
