"""A person's account as a stable text that does not name the person."""

from hashlib import sha256

from shared.domain.never_release import fold

_LENGTH = 16  # 64 bits: two users of one site share one by a chance of 1 in 3,000 million


def pseudonym(user: str, site: str) -> str:
    r"""The first 16 hex digits of SHA-256 over the site and the account (`DIR\id`, any case).

    The same account at another site has another pseudonym. Whoever knows the site's name and a list
    of accounts can work out which pseudonym is whose: it keeps names out of sight, no more.
    """
    return sha256(f"{site}\n{fold(user)}".encode(errors="backslashreplace")).hexdigest()[:_LENGTH]
