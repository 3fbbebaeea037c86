r"""The PowerShell script that creates and fills an Active Directory group for each server pair.

The script itself is `ad_groups.ps1`; here its data are put in. Names come from other systems, so
each stands in single quotes, where PowerShell takes everything as it is but quotes, and those are
doubled: the typographic ones too, for PowerShell takes all five as quotes.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from local.farm.errors import FarmError
from local.farm.group_names import GroupNames
from shared.domain.farm.model import Binding, FarmPlan

_TEMPLATE = Path(__file__).with_name("ad_groups.ps1")
_DATA = re.compile(r"(?<=^#region plan\n).*?(?=^#endregion$)", re.MULTILINE | re.DOTALL)
_QUOTES = re.compile(
    "(['\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}"
    "\N{SINGLE LOW-9 QUOTATION MARK}\N{SINGLE HIGH-REVERSED-9 QUOTATION MARK}])"
)
_LDAP_SPECIAL = frozenset("*()\\")


def ad_groups_script(plan: FarmPlan, made_at: datetime, prefix: str) -> bytes:
    """The script with a plan: UTF-8 with a byte order mark, as PowerShell 5.1 needs it.

    Args:
        plan: who is bound to which servers, and from when.
        made_at: when the plan was made.
        prefix: what the names of the groups begin with, matching `group_names.PREFIX`.

    Raises:
        FarmError: a name can't be written.
    """
    data = "\n".join(
        _data(plan, made_at, GroupNames([s.name for s in plan.servers], prefix), prefix)
    )
    text = _DATA.sub(lambda _: f"{data}\n", _TEMPLATE.read_text("utf-8"), count=1)
    return text.replace("\n", "\r\n").encode("utf-8-sig")


def marker(prefix: str) -> str:
    """The description by which the script knows its groups."""
    return f"Filled by License Steward for Qlik from its farm plan ({prefix}). Do not edit."


def quoted(text: str) -> str:
    """A text in PowerShell's single quotes; what can't be seen is replaced, for it may be shown."""
    seen = "".join(x if x.isprintable() else "\N{REPLACEMENT CHARACTER}" for x in text)
    return f"'{_QUOTES.sub(r'\1\1', seen)}'"


def account_filter(user: str) -> str:
    r"""The LDAP filter (RFC 4515) that finds `DOMAIN\user`, `user` or `user@domain`."""
    _, backslash, account = user.rpartition("\\")
    name = "userPrincipalName" if "@" in account and not backslash else "sAMAccountName"
    return f"({name}={''.join(map(_ldap, account.strip()))})"


def _data(plan: FarmPlan, made_at: datetime, names: GroupNames, prefix: str) -> Iterator[str]:
    ready = [at for binding in plan.bindings for at in binding.ready_at.values()]
    yield f"$MadeAt = {quoted(_second(made_at))}"
    yield f"$LastReadyAt = {quoted(_second(max(ready)) if ready else '')}"
    yield f"$Prefix = {quoted(prefix)}"
    yield f"$Marker = {quoted(marker(prefix))}"
    yield "$ServersOf = @{"
    for group, servers in sorted(_groups(plan, names).items()):
        yield f"    {quoted(group)} = {quoted(', '.join(servers))}"
    yield "}"
    yield "$Users = @("
    yield from (_entry(binding, names) for binding in plan.bindings)
    yield ")"


def _groups(plan: FarmPlan, names: GroupNames) -> dict[str, Sequence[str]]:
    groups: dict[str, Sequence[str]] = {}
    for binding in plan.bindings:
        groups[names.of(binding.servers)] = binding.servers
        if binding.ready_at:
            first = (_first(binding),)
            groups[names.of(first)] = first
    return groups


def _entry(binding: Binding, names: GroupNames) -> str:
    domain, backslash, _ = binding.user.rpartition("\\")
    until = max(binding.ready_at.values(), default=None)
    cells = {
        "User": binding.user,
        "Domain": domain.strip() if backslash else "",
        "Filter": account_filter(binding.user),
        "Group": names.of(binding.servers),
        "First": names.of((_first(binding),)) if until else "",
        "Until": _second(until) if until else "",
    }
    return f"    @{{ {'; '.join(f'{name} = {quoted(cell)}' for name, cell in cells.items())} }}"


def _first(binding: Binding) -> str:
    """The server that lets the user in first."""
    early = datetime.min.replace(tzinfo=UTC)
    return min(binding.servers, key=lambda server: binding.ready_at.get(server, early))


def _second(at: datetime) -> str:
    """A time to the second, rounded up, so that texts compare as times do."""
    try:
        whole = at.astimezone(UTC) + timedelta(seconds=1, microseconds=-1)
    except OverflowError as error:
        raise FarmError(f"{at} is no time that a plan can have") from error
    return whole.strftime("%Y-%m-%dT%H:%M:%SZ")


def _ldap(character: str) -> str:
    if character.isprintable() and character not in _LDAP_SPECIAL:
        return character
    return "".join(f"\\{byte:02x}" for byte in character.encode(errors="replace"))
