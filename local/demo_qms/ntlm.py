"""NTLM as Windows does it over HTTP: a handshake that belongs to one TCP connection.

The NTLM acceptor is pyspnego's. It takes its passwords only from the file that the environment
variable NTLM_USER_FILE names, which is one for the process. So the variable names our file from
the start of the first demo QMS in the process to the end of the last one, and has its old value
then; and since several may run at once, each writes its own accounts into the file before a step.
pyspnego's clients that are given a password never look at the variable.
"""

import base64
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import spnego

from local.demo_qms.accounts import Accounts

VARIABLE = "NTLM_USER_FILE"


class LoginError(Exception):
    """The handshake failed: wrong password, unknown account, or a token out of turn."""


class _PasswordFile:
    """The one password file of this process; it exists while somebody uses it."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._users = 0
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._before: str | None = None

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Have the variable name the file until the block ends."""
        with self._lock:
            self._open()
        try:
            yield
        finally:
            with self._lock:
                self._close()

    @contextmanager
    def holding(self, lines: str) -> Iterator[None]:
        """Have these passwords in the file until the block ends, and nobody else's."""
        with self._lock:
            file = Path(os.environ[VARIABLE])
            if file.read_text(encoding="utf-8") != lines:
                file.write_text(lines, encoding="utf-8")
            yield

    def _open(self) -> None:
        self._users += 1
        if self._users == 1:
            self._folder = tempfile.TemporaryDirectory(prefix="demo-qms-")
            file = Path(self._folder.name) / "accounts"
            file.touch(mode=0o600)
            self._before = os.environ.get(VARIABLE)
            os.environ[VARIABLE] = str(file)

    def _close(self) -> None:
        self._users -= 1
        if self._users == 0 and self._folder is not None:
            if self._before is None:
                os.environ.pop(VARIABLE, None)
            else:
                os.environ[VARIABLE] = self._before
            self._folder.cleanup()
            self._folder = None


_FILE = _PasswordFile()
passwords_in_use = _FILE.in_use


class Handshake:
    """One handshake on one connection."""

    def __init__(self, scheme: str, accounts: Accounts) -> None:
        self._accounts = accounts
        options = (
            spnego.NegotiateOptions.use_ntlm
            if scheme == "ntlm"
            else spnego.NegotiateOptions.use_negotiate
        )
        with _FILE.holding(accounts.password_lines()):
            self._context = spnego.server(protocol=scheme, options=options)

    def step(self, token: str) -> str:
        """Take the client's token (base64); returns ours, which is empty at the end.

        Raises:
            LoginError: the handshake failed.
        """
        try:
            given = base64.b64decode(token, validate=True)
            with _FILE.holding(self._accounts.password_lines()):
                answer = self._context.step(given)
        except Exception as error:  # the library's parsers let any error out at a broken token
            raise LoginError(str(error)) from error
        return base64.b64encode(answer or b"").decode()

    @property
    def account(self) -> str | None:
        r"""Who logged in, `DOMAIN\user`; None while the handshake goes on."""
        return self._context.client_principal if self._context.complete else None
