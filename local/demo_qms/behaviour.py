"""How this QMS answers: its version, and the points where versions or sources differ."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

OLD_QUARANTINE = timedelta(hours=24)
QUARANTINE = timedelta(days=7)
KEY_MISSING = "Service key is missing"


@dataclass(frozen=True, slots=True)
class Prefixes:
    """The namespace prefixes of an answer; they are habit, no contract (QlikView facts, 2).

    Attributes:
        envelope: of the SOAP envelope.
        data: of the data objects.
        cals: of the CAL objects.
        instance: of XML Schema instance (`nil`).
    """

    envelope: str = "s"
    data: str = "a"
    cals: str = "b"
    instance: str = "i"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What may be different from one QMS to another.

    Attributes:
        version: the QlikView version, `11.20` to `12.70`; it decides which APIs are known
            (fact 1.3) and how long a quarantine lasts (fact 3.7).
        removed_cals: whether RemovedAssignedCALs are told; 11 before 11.20 SR13 has none.
        optional_fields: False leaves out what 10.1 lacks: MachineID of a named CAL, LastUsed and
            QuarantinedUntil of a lease (fact 2.5).
        out_of_scope: how the parts that weren't asked for come (open, fact 2.3).
        prefixes: the namespace prefixes.
        zone: what is written after a time in UTC (open, fact 2.9).
        ticks: times have seven digits after the second, as .NET may write them.
        tells_block: QuarantinedUntil of a lease is the end of its block (open, fact 3.7).
        lists_expired: whether leases are still listed when their period is over (open).
        cache: how long CAL configurations are remembered (fact 1.10; the time is ours).
        key_lifetime: how long a service key is valid (fact 1.7).
        stale_key_text: the fault for a key that is over; its real wording is open (fact 1.8).
        login: whether NTLM is asked for on every request, which is WCF's default, or once on
            each connection.
    """

    version: str = "12.70"
    removed_cals: bool = True
    optional_fields: bool = True
    out_of_scope: Literal["nil", "absent"] = "nil"
    prefixes: Prefixes = Prefixes()
    zone: Literal["Z", "", "+00:00"] = "Z"
    ticks: bool = False
    tells_block: bool = False
    lists_expired: bool = False
    cache: timedelta = timedelta(minutes=10)
    key_lifetime: timedelta = timedelta(minutes=1)
    stale_key_text: str = KEY_MISSING
    login: Literal["every request", "once a connection"] = "every request"

    def __post_init__(self) -> None:
        major, _, minor = self.version.partition(".")
        if major not in {"11", "12"} or not minor.isdigit():
            raise ValueError(f"version is 11.N or 12.NN, e.g. 11.20 or 12.70, not {self.version}")

    @property
    def release(self) -> tuple[int, int]:
        """The version as numbers: (12, 70)."""
        major, _, minor = self.version.partition(".")
        return int(major), int(minor)

    @property
    def quarantine(self) -> timedelta:
        """How long a removed CAL that was used stays in quarantine."""
        return OLD_QUARANTINE if self.release[0] < 12 else QUARANTINE
