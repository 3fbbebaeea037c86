"""App settings that say where something is: hosts, virtual proxies, web addresses."""

import ipaddress
import re
from collections.abc import Callable
from urllib.parse import SplitResult, urlsplit

from shared.settings.fields import clean_text, shown

_HOST_LENGTH = 253
_VAULT_EXAMPLE = "https://my-vault.vault.azure.net"


def host_name(value: object) -> str:
    """A host name or IP address and nothing else."""
    text = clean_text(value)
    if not _is_host(text):
        raise ValueError(
            f"is {shown(text)}; write only the host name, like sense.example.com, "
            "without https://, port or path"
        )
    return text


def _is_host(text: str) -> bool:
    return _is_ip_address(text) or _is_host_name(text)


def _is_ip_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_host_name(text: str) -> bool:
    labels = text.removesuffix(".").split(".")
    is_label = re.compile(r"\w([\w-]{0,61}\w)?").fullmatch
    return len(text) <= _HOST_LENGTH and all(map(is_label, labels))


def virtual_proxy(value: object) -> str:
    """The prefix of a virtual proxy, without outer slashes."""
    prefix = clean_text(value).strip("/")
    if not re.fullmatch(r"[A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*", prefix):
        raise ValueError(f"is {shown(value)}; write only the prefix of the virtual proxy, like jwt")
    return prefix


def url(*schemes: str, example: str) -> Callable[[object], str]:
    """A parser of addresses without user, password, query and fragment; drops a last slash."""

    def parse(value: object) -> str:
        text = clean_text(value)
        parts = _split(text, example)
        if "@" in parts.netloc:  # not shown: there may be a password in it
            raise ValueError(f"holds a user or password; write it without, like {example}")
        is_whole = parts.scheme in schemes and _is_host(parts.hostname or "")
        if not is_whole or parts.query or parts.fragment:
            raise ValueError(f"is {shown(text)}; write an address like {example}")
        return text.rstrip("/")

    return parse


def _split(text: str, example: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises when it is no number
    except ValueError:
        raise ValueError(f"can't be read; write an address like {example}") from None
    return parts


def vault_url(value: object) -> str:
    """The https address of a Key Vault, without path."""
    text = url("https", example=_VAULT_EXAMPLE)(value)
    if urlsplit(text).path:
        raise ValueError(f"is {shown(text)}; write only the vault's address, like {_VAULT_EXAMPLE}")
    return text
