"""Names of machine ids: which machine of the farm an id stands for.

What a machine id looks like is open (fact 3.5): it is told to be a host name, a MAC address, or a
name among hexadecimal numbers. So an id is searched for the farm's names, and an id in which two of
them are found has none.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from shared.domain.leases.model import CalConfiguration, LeaseRules
from shared.domain.never_release import fold

_BETWEEN_HOSTS = re.compile(r"[^\w.-]+")
_BETWEEN_TOKENS = re.compile(r"[^\w-]+")

type _Index = dict[str, set[str]]


class MachineNames:
    """The names of a farm's machines.

    Args:
        farm: names of the farm's machines by machine id; a name may also be the id itself.
        inferred: the farm was not told but guessed from who shares machines.

    Attributes:
        farm: the names, sorted; two ids with the same name are one machine.
        inferred: as given.
    """

    def __init__(self, farm: Mapping[str, str], *, inferred: bool = False) -> None:
        self.inferred = inferred
        self._spelled: dict[str, str] = {}
        self._ids: _Index = defaultdict(set)
        self._short: _Index = defaultdict(set)
        self._long: _Index = defaultdict(set)
        for machine, name in sorted(farm.items()):
            self._add(machine, name.strip() or machine.strip())
        self.farm = tuple(sorted(self._spelled.values()))

    def name_of(self, machine: str) -> str:
        """The farm's name of a machine id; else the id as it is written."""
        return self.farm_name(machine) or machine.strip()

    def is_farm(self, machine: str) -> bool:
        """True when the id, or the name, is of a machine of the farm."""
        return self.farm_name(machine) is not None

    def farm_name(self, machine: str) -> str | None:
        """The farm's name of a machine id, None when there is none or it could be several.

        The first of these decides that finds anything: the whole id; the whole name; a host name
        in the id, with its domain or without; a name as a whole token of the id.
        """
        asked = fold(machine)
        if not asked or not self._spelled:
            return None
        found = self._ids.get(asked) or ({asked} if asked in self._spelled else set())
        found = found or self._hosts_in(asked) or self._tokens_in(asked)
        return self._spelled[min(found)] if len(found) == 1 else None

    def _add(self, machine: str, name: str) -> None:
        folded = fold(name)
        if not folded:
            return
        self._spelled.setdefault(folded, name)
        self._ids[fold(machine) or folded].add(folded)
        for host in {fold(machine), folded} - {""}:
            self._short[host].add(folded)
            if "." in host and not _is_number(label := host.split(".", 1)[0]):
                self._long[label].add(folded)

    def _hosts_in(self, asked: str) -> set[str]:
        pieces = {piece.strip(".") for piece in _BETWEEN_HOSTS.split(asked)}
        return set().union(*(self._host(piece) for piece in pieces))

    def _host(self, piece: str) -> set[str]:
        if piece in self._short:
            return self._short[piece]
        label, dot, _ = piece.partition(".")
        # With a domain on both sides they would have been equal: ctx1.a is not ctx1.b.
        if dot and not _is_number(label):
            return self._short.get(label, set())
        return set() if dot else self._long.get(piece, set())

    def _tokens_in(self, asked: str) -> set[str]:
        tokens = _BETWEEN_TOKENS.split(asked)
        return set().union(*(self._short.get(token, set()) for token in tokens))


def machine_names(rules: LeaseRules, configs: Iterable[CalConfiguration]) -> MachineNames:
    """The farm of the settings; without one, the machines that seem to be terminal servers."""
    if rules.farm:
        return MachineNames(rules.farm)
    return MachineNames({m: m for m in shared_machines(configs)}, inferred=True)


def shared_machines(configs: Iterable[CalConfiguration], least_users: int = 3) -> tuple[str, ...]:
    """Machine ids on which at least so many users hold leases: terminal servers, it seems.

    It is a guess from what is held: a meeting room's computer looks the same. Sorted; of several
    spellings of an id the first in order.
    """
    users: dict[str, set[str]] = defaultdict(set)
    spelled: dict[str, str] = {}
    for config in configs:
        for lease in config.leases or ():
            machine, user = fold(lease.machine), fold(lease.user)
            if machine and user:
                users[machine].add(user)
                written = lease.machine.strip()
                spelled[machine] = min(written, spelled.get(machine, written))
    return tuple(sorted(spelled[m] for m, who in users.items() if len(who) >= least_users))


def is_same_machine(machine: str, asked: str) -> bool:
    """True when `asked` is the id or a host name in it; for the machines of one user."""
    return fold(machine) == fold(asked) or MachineNames({asked: asked}).is_farm(machine)


def _is_number(label: str) -> bool:
    # The first part of an IP address is no host name.
    return label.isdecimal()
