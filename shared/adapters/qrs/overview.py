"""QRS's access type overview -> domain model (QRS fact 2a), part by part.

A part that can't be read is left out with a remark, so that it does not cost the others.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from shared.adapters.qrs.fields import Fields
from shared.adapters.qrs.json_body import Row
from shared.domain.errors import QrsAnswerError
from shared.domain.model import (
    AccessTypeOverview,
    AnalyzerCapacity,
    LicensePool,
    LicenseType,
    TokenAccess,
)

_POOLS = {
    LicenseType.PROFESSIONAL: "professionalAccess",
    LicenseType.ANALYZER: "analyzerAccess",
}
_MOST_OVERDRAWN = -1_000_000_000


def parse_overview(row: Row) -> AccessTypeOverview:
    """The access type overview; parts that this version or license lacks are left out."""
    fields = Fields("the access type overview", row)
    parts = Parts()
    pools = {kind: parts.read(fields, key, parts.pool) for kind, key in _POOLS.items()}
    known = {kind: pool for kind, pool in pools.items() if pool}
    return AccessTypeOverview(
        pools=known,
        analyzer_capacity=parts.read(fields, "analyzerTimeAccess", parts.capacity),
        user_access=parts.read(fields, "userAccess", parts.token_access),
        login_access=parts.read(fields, "loginAccess", parts.token_access),
        tokens_enabled=parts.attempt(fields.flag, "tokensEnabled") or False,
        total_tokens=parts.attempt(fields.optional_number, "totalTokens"),
        available_tokens=parts.attempt(fields.optional_number, "availableTokens"),
        remarks=tuple(parts.remarks),
        quarantined_unknown=tuple(kind for kind in known if _lacks(fields, kind, "quarantined")),
    )


def absent_pools(row: Row) -> list[LicenseType]:
    """The types that the access type overview does not have at all, as in old versions."""
    return [kind for kind, key in _POOLS.items() if row.get(key) is None]


@dataclass(slots=True)
class Parts:
    """Reads the parts of an overview; `remarks` says in sentences what could not be read."""

    remarks: list[str] = field(default_factory=list)

    def read[T](self, whole: Fields, key: str, read: Callable[[Fields], T]) -> T | None:
        """What `read` makes of the object `key`; None when it is absent, null or unreadable."""
        child = self.attempt(whole.child, key)
        return None if child is None else self.attempt(lambda _: read(child), key)

    def attempt[T](self, read: Callable[[str], T], key: str) -> T | None:
        """What `read` gives for the key; None, with a remark, when it refuses what QRS sent."""
        try:
            return read(key)
        except QrsAnswerError as error:
            self.remarks.append(f"{key} is left out: {error}")
            return None

    def pool(self, fields: Fields) -> LicensePool:
        """The counts of one license type."""
        pool = LicensePool(
            enabled=self._enabled(fields),
            total=fields.count("total"),
            allocated=fields.count("allocated"),
            used=self._or_zero(fields, "used"),
            quarantined=self._or_zero(fields, "quarantined"),
            excess=self._or_zero(fields, "excess"),
            available=fields.count("available", least=_MOST_OVERDRAWN),
        )
        # Less than nothing may be free in one case: the license shrank.
        if 0 > pool.available != pool.total - pool.allocated - pool.quarantined:
            raise fields.odd("available", "what is neither allocated nor in quarantine")
        return pool

    def capacity(self, fields: Fields) -> AnalyzerCapacity:
        """The minutes of analyzer capacity."""
        return AnalyzerCapacity(
            enabled=self._enabled(fields),
            allocated_minutes=fields.number("allocatedMinutes"),
            used_minutes=fields.number("usedMinutes"),
            unavailable_minutes=fields.number("unavailableMinutes"),
        )

    def token_access(self, fields: Fields) -> TokenAccess:
        """User or login access."""
        return token_access(fields, enabled=self._enabled(fields))

    def _enabled(self, fields: Fields) -> bool:
        enabled = fields.optional_flag("enabled")
        if enabled is None:
            self._remark_missing("enabled", fields, "false")
        return enabled or False

    def _or_zero(self, fields: Fields, key: str) -> int:
        if fields.row.get(key) is not None:
            return fields.count(key)
        self._remark_missing(key, fields, "0")
        return 0

    def _remark_missing(self, key: str, fields: Fields, taken_as: str) -> None:
        self.remarks.append(f"QRS sent no {key} of {fields.name}: it is taken as {taken_as}.")


def token_access(fields: Fields, *, enabled: bool) -> TokenAccess:
    """User or login access, which the overview and its predecessor write in the same words."""
    return TokenAccess(
        enabled=enabled,
        token_cost=fields.number("tokenCost"),
        allocated_tokens=fields.number("allocatedTokens"),
        used_tokens=fields.number("usedTokens"),
        quarantined_tokens=fields.optional_number("quarantinedTokens"),
        unavailable_tokens=fields.optional_number("unavailableTokens"),
    )


def _lacks(fields: Fields, kind: LicenseType, key: str) -> bool:
    child = fields.child(_POOLS[kind])
    return child is not None and child.row.get(key) is None
