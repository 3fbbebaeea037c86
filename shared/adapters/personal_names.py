"""Personal names on their way out: hidden, unless TELEMETRY__PERSONAL_NAMES says otherwise."""

import traceback
from collections.abc import Iterator

from shared.adapters.telemetry_scope import people_at_hand
from shared.domain.hidden_names import hide_names


class PersonalNames:
    """Hides names in texts; `shown` switches that off, and may change at any time."""

    def __init__(self, site: str, *, shown: bool = False) -> None:
        self.site = site
        self.shown = shown

    def hide(self, text: str) -> str:
        """The text as it may leave the app."""
        return text if self.shown else hide_names(text, self.site, people_at_hand())

    def hide_in(self, error: BaseException) -> None:
        """Hide names in the texts of an exception and of those behind it, in place.

        The Functions host reports whatever a function raises, and its type is still needed.
        """
        if self.shown:
            return
        for each in list(_chain(error)):
            each.args = tuple(self.hide(x) if isinstance(x, str) else x for x in each.args)
        told = traceback_of(error)
        if self.hide(told) != told:  # some make their text of something else than their arguments
            error.__cause__ = error.__context__ = None


def traceback_of(error: BaseException) -> str:
    """The traceback as Python prints it."""
    return "".join(traceback.format_exception(error))


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        waiting += [each.__cause__, each.__context__]
        if isinstance(each, BaseExceptionGroup):
            waiting += each.exceptions
