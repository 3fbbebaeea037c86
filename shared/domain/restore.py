"""Giving a license back: in which way it came back, and the steps that the audit keeps."""

from enum import StrEnum

from shared.domain.model import AccessLicense

RESTORING = "restoring"  # written before anything is sent: a crash leaves this behind
RESTORE_REFUSED = "restore_refused"


class How(StrEnum):
    """In which way somebody came to hold a license again."""

    RESTORED = "restored"  # a new license
    REINSTATED = "reinstated"  # the very license that went, taken out of quarantine
    ALREADY_HELD = "already_held"  # there was nothing to do


def in_force(held: AccessLicense | None) -> bool:
    """True when the user can use Qlik Sense by this license."""
    return held is not None and not held.quarantined


def how_it_came_back(before: AccessLicense | None, now: AccessLicense) -> How:
    """What `now`, which is in force, is to somebody who held `before` right before."""
    if before is None or before.id != now.id:
        return How.RESTORED
    return How.REINSTATED if before.quarantined else How.ALREADY_HELD
