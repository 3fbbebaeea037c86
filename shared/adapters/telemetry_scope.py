"""What the work at hand is about: the plan, which everything told inside names, and the people."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class _Scope:
    plan_id: str = ""
    people: frozenset[str] = frozenset()


_SCOPE: ContextVar[_Scope | None] = ContextVar("telemetry_scope", default=None)


@contextmanager
def scope(plan_id: str, people: Iterable[str]) -> Iterator[None]:
    r"""Work on that plan (if any) and these accounts (`DIR\id`), beside those of the scope around.

    Tasks that begin inside belong to it.
    """
    around = _SCOPE.get() or _Scope()
    token = _SCOPE.set(_Scope(plan_id or around.plan_id, around.people.union(people)))
    try:
        yield
    finally:
        _SCOPE.reset(token)


def name_plan(plan_id: str) -> None:
    """Say which plan the work is about, once that is known."""
    here = _SCOPE.get()
    if here is not None:
        here.plan_id = plan_id


def plan_at_hand() -> str:
    """The plan's id, or an empty text."""
    here = _SCOPE.get()
    return here.plan_id if here else ""


def people_at_hand() -> frozenset[str]:
    """The accounts that the work is about."""
    here = _SCOPE.get()
    return here.people if here else frozenset()
