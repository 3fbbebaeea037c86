r"""Keep people's names out of texts that leave the app: `DIR\id` becomes `user:<pseudonym>`.

Our own sentences name no person. But they quote others (QRS, InfluxDB, a setting), and these may,
escaped in whatever ways. Two things find a name there: the accounts that the work at hand is about,
also by their id alone; and, whoever it is, a text that looks like `DIR\id`.

A quotation that was cut off within a name may keep its beginning.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote

from shared.domain.pseudonym import pseudonym

# Shorter ids are parts of everyday words and numbers; with their directory they are found anyway.
_SHORTEST_ID = 3
_MARK = "user:"
# Not persons: the accounts of Qlik Sense's own services, and what stands in our advice.
_NOBODY = re.compile(r"(?i)INTERNAL\\+sa_\w+|DIR\\+id|DOMAIN\\+user")
_ESCAPED = re.compile(r"(?i)\\+u([0-9a-f]{4})")
# The last part leaves alone what was hidden already.
_ACCOUNT = re.compile(
    r"(?<![\w\\/:.$-])((?:[\w.$-]|\\+u[0-9a-fA-F]{4})+)(?:\\{1,4})"
    r"((?:[^\s\\/'\"`,;:|<>(){}\[\]]|\\+u[0-9a-fA-F]{4})+)(?![\w\\]|:[0-9a-f]{16})"
)
# What should be an account in a setting need not look like one; the error quotes it.
_SETTING = re.compile(r"(?i)(\b(?:\w+__)?NEVER_RELEASE__USERS\b[^\n'\"]{0,100})(['\"])(.*?)\2")
_ESCAPES = frozenset("\\%&/")
# The only others that are the same as an ASCII letter but for their case.
_LIKE_ASCII = str.maketrans({"\u0130": "i", "\u0131": "i", "\u017f": "s", "\u212a": "k"})
# A name begins here: no letter before it, unless that is the end of an escape.
_BEGINNING = r"(?:(?<!\w)|(?<=\\u[0-9a-f]{4})|(?<=\\[nrt])|(?<=%[0-9a-f]{2}))"


def hide_names(text: str, site: str, accounts: Iterable[str] = ()) -> str:
    r"""The text with a pseudonym in the place of each account.

    Args:
        text: any text.
        site: pseudonyms differ between sites.
        accounts: accounts (`DIR\id`) to look for, also by their id alone.
    """
    known = frozenset(accounts)
    if any(_may_be_in(text, account) for account in known):
        found, names = _finder(known)
        text = found.sub(lambda match: _hidden(names[(match.lastindex or 1) - 1], site), text)
    text = _SETTING.sub(lambda match: match[1] + _hidden(match[3], site), text)
    return _ACCOUNT.sub(lambda match: _in_place_of(match, site), text)


def _may_be_in(text: str, account: str) -> bool:
    """False when no form of the account can be in the text: making the pattern takes long.

    All escapes begin with one of these characters, a slash may stand for the backslash, and only
    among ASCII characters is it plain which are the same but for their case.
    """
    if not text.isascii() or not _ESCAPES.isdisjoint(text):
        return True
    lower = text.lower()
    forms = (form.translate(_LIKE_ASCII).lower() for form in _forms(account))
    return any(_stands_alone(form, lower) for form in forms)


def _stands_alone(form: str, text: str) -> bool:
    """Whether it is in the text, and no part of a longer word: "ana" is in "analyzer" too."""
    return form in text and bool(re.search(rf"(?<!\w){re.escape(form)}(?!\w)", text))


def _hidden(account: str, site: str) -> str:
    return account if _NOBODY.fullmatch(account) else _MARK + pseudonym(account, site)


def _in_place_of(match: re.Match[str], site: str) -> str:
    if _NOBODY.fullmatch(match[0]):
        return match[0]
    return _MARK + pseudonym(f"{_unescaped(match[1])}\\{_unescaped(match[2])}", site)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


@lru_cache(maxsize=8)
def _finder(accounts: frozenset[str]) -> tuple[re.Pattern[str], list[str]]:
    """A pattern with one group a form, and the account of each group; long names come first."""
    forms = [(name, account) for account in accounts for name in _forms(account)]
    forms.sort(key=lambda form: (-len(form[0]), form))
    groups = "|".join(f"({_however_escaped(name)})" for name, _ in forms)
    pattern = rf"{_BEGINNING}(?:{groups})(?!\w)"
    return re.compile(pattern, re.IGNORECASE), [account for _, account in forms]


def _forms(account: str) -> list[str]:
    _, _, user_id = account.partition("\\")
    return [account, user_id] if len(user_id) >= _SHORTEST_ID else [account]


def _however_escaped(name: str) -> str:
    return "".join(map(_character, name))


def _character(character: str) -> str:
    r"""A pattern for the character as it is, and as JSON, Python, URLs and XML escape it."""
    if character.isascii() and (character.isalnum() or character == "_"):
        return character
    forms = {re.escape(character)}
    for case in (character.lower(), character.upper()):
        forms.add("".join(rf"\\+u{unit:04x}" for unit in _utf16(case)))
        forms.add(re.escape(quote(case, safe="", errors="backslashreplace")))
        forms |= {rf"&\#0*{ord(one)};|&\#x0*{ord(one):x};" for one in case[:1]}
    forms |= {{'"': "&quot;", "'": "&apos;", "&": "&amp;", "\\": "/"}.get(character, r"(?!)")}
    return rf"\\*(?:{'|'.join(sorted(forms, key=len, reverse=True))})"


def _utf16(text: str) -> list[int]:
    raw = text.encode("utf-16-be", errors="surrogatepass")
    return [int.from_bytes(raw[at : at + 2]) for at in range(0, len(raw), 2)]
