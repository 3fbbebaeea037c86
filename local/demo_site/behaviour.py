"""The points where nobody knows for sure what QRS does: both answers can be had."""

from dataclasses import dataclass
from datetime import UTC, timedelta, tzinfo
from typing import Literal

QUARANTINE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How the site answers where the facts are uncertain (QRS facts 2 to 4).

    Attributes:
        quarantine: whether a license used in the last 7 days is quarantined when it is
            deleted; sites on a signed key may not do so.
        delete_unknown: status of DELETE for an id that doesn't exist (any more).
        delete_quarantined: status of DELETE for a license in quarantine; nothing changes.
        post_for_quarantined: whether allocating to a user whose license is in quarantine
            gives that license back or is refused as broken rules.
        post_gives: whether POST of an access license is taken, or refused as broken rules.
        put_reinstates: whether PUT with quarantined=false ends a quarantine, is taken without
            effect, or is refused as broken rules.
        user_header: whether a call without X-Qlik-User is refused or has full rights.
        excess_in_allocated: whether the overview counts excess licenses as allocated too.
        selection_shows_items: whether the answer to a new selection lists its items.
        selection_drops_unknown: whether a new selection leaves out ids that don't exist.
        selection_delete_stops_after: delete by selection fails after so many licenses.
        naive_dates_are: time zone of a date in a filter that names none.
        overview: the overview of a version of today, that of an old one without the license
            pools, or of one that does not know the path; accesstypeinfo they all have.
    """

    quarantine: bool = True
    delete_unknown: Literal[404, 204] = 404
    delete_quarantined: Literal[204, 400] = 204
    post_for_quarantined: Literal["reinstates", "refused"] = "reinstates"
    post_gives: bool = True
    put_reinstates: Literal["yes", "without effect", "refused"] = "yes"
    user_header: Literal["required", "optional"] = "required"
    excess_in_allocated: bool = True
    selection_shows_items: bool = True
    selection_drops_unknown: bool = False
    selection_delete_stops_after: int | None = None
    naive_dates_are: tzinfo = UTC
    overview: Literal["whole", "without pools", "unknown"] = "whole"
