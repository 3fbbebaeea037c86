"""Windows accounts that may log in to QMS, with the groups that decide what they may do."""

import secrets
import threading

API = "QlikView Management API"
ADMINISTRATOR = "QlikView Administrator"
FOLDERS = "Document Folder Administrator"
ALL_GROUPS = frozenset({API, ADMINISTRATOR, FOLDERS})
DEFAULT_USER = "ACME\\steward"


class Accounts:
    r"""Accounts by `DOMAIN\user`, in any case; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._passwords: dict[str, str] = {}
        self._groups: dict[str, frozenset[str]] = {}

    @classmethod
    def default(cls) -> "Accounts":
        r"""`ACME\steward` with every group and a random password."""
        accounts = cls()
        accounts.add(DEFAULT_USER, secrets.token_urlsafe(12))
        return accounts

    def add(self, user: str, password: str, groups: frozenset[str] = ALL_GROUPS) -> None:
        r"""Add an account, or change what it is.

        Args:
            user: `DOMAIN\user`.
            password: its password, without colon and line break.
            groups: its groups; the folder role counts as one.

        Raises:
            ValueError: the user has no domain, or one of both can't be kept in the file that
                the NTLM library reads.
        """
        domain, _, name = user.partition("\\")
        if not (domain and name):
            raise ValueError(f"an account is DOMAIN\\user, not {user}")
        if not password or set(":\r\n") & {*user, *password}:
            raise ValueError("a password is needed; user and password have no colon or line break")
        with self._lock:
            self._passwords[user.upper()] = password
            self._groups[user.upper()] = groups

    def groups(self, user: str) -> frozenset[str]:
        """The account's groups; none for an account that isn't known."""
        with self._lock:
            return self._groups.get(user.upper(), frozenset())

    def leave(self, user: str, group: str) -> None:
        """Take the account out of a group."""
        with self._lock:
            self._groups[user.upper()] = self._groups[user.upper()] - {group}

    def join(self, user: str, group: str) -> None:
        """Put the account into a group."""
        with self._lock:
            self._groups[user.upper()] = self._groups[user.upper()] | {group}

    def password(self, user: str) -> str:
        """The account's password."""
        with self._lock:
            return self._passwords[user.upper()]

    def password_lines(self) -> str:
        r"""`DOMAIN:user:password` for every account: the file of the NTLM library."""
        with self._lock:
            lines = (f"{user.replace('\\', ':', 1)}:{p}\n" for user, p in self._passwords.items())
            return "".join(lines)
