"""What is switched on and off while a demo server runs, and which requests it strikes."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

ALWAYS = 1.0


@dataclass(eq=False)
class Injection[E, R]:
    """One effect that was switched on. `hits` counts how often it struck."""

    effect: E
    concerns: Callable[[R], bool]
    share: float
    skip: int
    times: int | None
    hits: int = field(default=0)
    seen: int = field(default=0)


class Injections[E, R]:
    """All effects E on requests R that are switched on; the random ones repeat with the seed."""

    def __init__(self, seed: int = 1) -> None:
        self._lock = threading.Lock()
        self._rng = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self._injections: list[Injection[E, R]] = []

    def add(self, injection: Injection[E, R]) -> Injection[E, R]:
        """Switch one on.

        Raises:
            ValueError: its share is no part of the requests.
        """
        if not 0 <= injection.share <= ALWAYS:
            raise ValueError(f"share is a part between 0 and 1, not {injection.share}")
        with self._lock:
            self._injections.append(injection)
        return injection

    def remove(self, injection: Injection[E, R]) -> None:
        """Switch one off."""
        with self._lock:
            self._injections = [x for x in self._injections if x is not injection]

    def clear(self) -> None:
        """Switch all off."""
        with self._lock:
            self._injections.clear()

    def struck(self, request: R) -> list[E]:
        """Decide which effects this request suffers, and count them."""
        with self._lock:
            return [x.effect for x in self._injections if x.concerns(request) and self._strikes(x)]

    def _strikes(self, injection: Injection[E, R]) -> bool:
        injection.seen += 1
        over = injection.times is not None and injection.hits >= injection.times
        if over or injection.seen <= injection.skip:
            return False
        if injection.share < ALWAYS and self._rng.random() >= injection.share:
            return False
        injection.hits += 1
        return True
