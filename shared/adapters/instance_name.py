"""A name for this process that no other has, and from which its neighbours can tell that it ended.

A worker that died is started again on the same machine within moments. What it held in the ledger
need not wait for the end of its lease then.
"""

import hashlib
import os
import socket
from functools import cache
from pathlib import Path
from secrets import token_hex

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_PROCESSES = Path("/proc/self/ns/pid")


def new_instance_name() -> str:
    """`machine/process/random`; the machine is empty where it can't be told from others."""
    return f"{_machine()}/{os.getpid()}/{token_hex(4)}"


def has_ended(name: str) -> bool:
    """True when the process of that name was one of this machine, and is there no more.

    In doubt it is False: of another machine nothing is known, and a number may be given again.
    """
    machine, _, rest = name.partition("/")
    process = rest.partition("/")[0]
    if not machine or machine != _machine() or not process.isdecimal():
        return False
    try:
        os.kill(int(process), 0)  # asks only
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


@cache
def _machine() -> str:
    """This boot of this machine, and the container on it whose processes we can see."""
    try:
        parts = [socket.gethostname(), _BOOT.read_text(), str(_PROCESSES.readlink())]
    except OSError:
        return ""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
