"""Runs commands in this process, and knows the JSON that they promise to print."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from local.__main__ import main


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    def json(self) -> Any:  # noqa: ANN401 - whatever the command says
        """What it printed for scripts."""
        return json.loads(self.out)


type Run = Callable[..., Done]


def runner(capture: pytest.CaptureFixture[str]) -> Run:
    """A function that runs `steward ...`."""

    def run(*arguments: str) -> Done:
        capture.readouterr()
        code = main(list(arguments))
        return Done(code, *capture.readouterr())

    return run


_SHAPES = {
    "doctor": {"check", "status", "says"},
    "usage": {
        *("site", "read_at", "site_version", "pools", "site_license", "remarks", "recorded"),
    },
    "plan": {
        *("site", "at", "plan_id", "held_back_by", "refused_because", "from_history", "counts"),
        "decisions",
    },
    "decision": {
        *("license_id", "license_type", "user", "user_id", "last_used", "assigned", "action"),
        *("reason", "evidence", "candidate_since"),
    },
    "explain": {"user", "visible", "at", "refused_because", "from_history", "licenses"},
    "history": {
        *("plan_id", "site", "created_at", "expires_at", "status", "policy_fingerprint", "counts"),
    },
    "releases": {
        *("release_id", "user", "license_type", "outcome", "detail", "decision", "started_at"),
        *("finished_at", "quarantine_end"),
    },
}


def shapes_of(name: str) -> set[str]:
    """The names that the JSON of a command, or of a part of it, has."""
    return _SHAPES[name]
