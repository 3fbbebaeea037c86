"""Callbacks of a test around a request, to change the world in between."""

import fnmatch
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

type Callback = Callable[["Seen"], object]
type Moment = Literal["before", "after"]


@dataclass(frozen=True, slots=True)
class Seen:
    """The request that a callback is told of; path and route as in the request log."""

    method: str
    path: str
    route: str


@dataclass(frozen=True, slots=True)
class _Hook:
    moment: Moment
    method: str
    path: str
    callback: Callback


class Hooks:
    """Callbacks by method and path pattern; they run in a worker thread and may block.

    "before" runs before the request has any effect. "after" runs when it had its effect and
    the rows of the answer are taken, but before the client gets the first byte of it: so the
    client can't be faster than the change.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hooks: list[_Hook] = []

    def before(self, callback: Callback, *, method: str = "*", path: str = "*") -> None:
        """Call `callback` before each matching request."""
        self._add(_Hook("before", method, path.lower(), callback))

    def after(self, callback: Callback, *, method: str = "*", path: str = "*") -> None:
        """Call `callback` between a matching request's effect and its answer."""
        self._add(_Hook("after", method, path.lower(), callback))

    def clear(self) -> None:
        """Forget all callbacks."""
        with self._lock:
            self._hooks.clear()

    def run(self, moment: Moment, seen: Seen) -> None:
        """Call what is registered for this moment and request."""
        with self._lock:
            hooks = list(self._hooks)
        for hook in hooks:
            if hook.moment == moment and _matches(hook, seen):
                hook.callback(seen)

    def any(self) -> bool:
        """Whether there is anything to run at all."""
        with self._lock:
            return bool(self._hooks)

    def _add(self, hook: _Hook) -> None:
        with self._lock:
            self._hooks.append(hook)


def _matches(hook: _Hook, seen: Seen) -> bool:
    if hook.method not in {"*", seen.method}:
        return False
    return fnmatch.fnmatchcase(seen.path, hook.path) or fnmatch.fnmatchcase(seen.route, hook.path)
