"""Trying again after a lost race ends, one way or the other."""

import pytest

from shared.adapters.ledger.attempts import until_won
from shared.domain.errors import LedgerError


def test_what_the_winning_attempt_returns() -> None:
    """A lost race is run again until one attempt wins; even False is a result."""
    answers = iter([None, None, False, True])
    assert until_won(lambda: next(answers), "it") is False
    assert next(answers) is True


def test_an_error_ends_it_at_once() -> None:
    """Only lost races are tried again."""
    tries: list[int] = []

    def broken() -> int:
        tries.append(1)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        until_won(broken, "it")
    assert len(tries) == 1


def test_a_race_that_is_never_won_is_given_up() -> None:
    """After many lost races there is one error that says what nobody could change."""
    tries: list[int] = []

    def losing() -> int | None:
        tries.append(1)
        return None

    with pytest.raises(LedgerError, match="kept changing the thing: try again later"):
        until_won(losing, "the thing", tries=3)
    assert len(tries) == 3
