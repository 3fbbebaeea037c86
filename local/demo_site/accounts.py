"""Who may see and do what over QRS: its security rules, reduced to what matters here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from local.demo_site.records import HeldLicense, OwnedApp, User

_X_QLIK_USER = re.compile(r"\s*UserDirectory\s*=\s*([^;]+);\s*UserId\s*=\s*(.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rights:
    """What an account may do. A weak account sees fewer rows, and no error (QRS fact 3).

    Attributes:
        licenses_of: directories whose users' licenses it sees; None for all.
        users_of: directories whose users it sees, and whose users' apps; None for all.
        may_change: whether it may allocate and delete; 403 otherwise.
    """

    licenses_of: frozenset[str] | None = None
    users_of: frozenset[str] | None = None
    may_change: bool = True

    def sees_license(self, held: HeldLicense) -> bool:
        """Whether a list shows this license."""
        if self.licenses_of is None:
            return True
        return held.user is not None and held.user.directory in self.licenses_of

    def sees_user(self, user: User) -> bool:
        """Whether a list shows this user."""
        return self.users_of is None or user.directory in self.users_of

    def sees_app(self, owned: OwnedApp) -> bool:
        """Whether a list shows this app."""
        if owned.owner is None:
            return self.users_of is None
        return self.sees_user(owned.owner)


FULL_RIGHTS = Rights()
FULL_RIGHTS_ACCOUNTS: Mapping[str, Rights] = {
    "INTERNAL\\sa_api": FULL_RIGHTS,
    "INTERNAL\\sa_repository": FULL_RIGHTS,
}


class Accounts:
    r"""The rights by account (`DIRECTORY\id`, any case); all others see their own directory."""

    def __init__(self, rights: Mapping[str, Rights] = FULL_RIGHTS_ACCOUNTS) -> None:
        self._rights = {account.casefold(): given for account, given in rights.items()}

    def grant(self, account: str, rights: Rights) -> None:
        """Set the rights of an account, also while the site runs."""
        self._rights[account.casefold()] = rights

    def rights(self, account: str) -> Rights:
        """The rights of an account."""
        own = frozenset({account.partition("\\")[0]})
        weak = Rights(licenses_of=own, users_of=own, may_change=False)
        return self._rights.get(account.casefold(), weak)


def account_in(header: str) -> str | None:
    r"""Read `UserDirectory=DIR; UserId=id` as `DIR\id`; None when it can't be read."""
    match = _X_QLIK_USER.fullmatch(header)
    return None if match is None else f"{match[1].strip()}\\{match[2].strip()}"
