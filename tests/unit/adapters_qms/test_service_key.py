"""The service key: fetched once, used while it is fresh, fetched anew before its minute is over."""

import pytest

from shared.adapters.qms.service_key import ServiceKey
from shared.domain.errors import QmsUnavailableError


class _Keys:
    """Gives out numbered keys, each fetch taking `takes` seconds of its own clock."""

    def __init__(self, takes: float = 0.0) -> None:
        self.now = 1000.0
        self.fetched = 0
        self.takes = takes
        self.fails = False

    def clock(self) -> float:
        return self.now

    async def fetch(self) -> str:
        self.now += self.takes
        if self.fails:
            raise QmsUnavailableError("QMS is down.")
        self.fetched += 1
        return f"key-{self.fetched}"


async def test_a_fresh_key_is_used_again() -> None:
    """One fetch serves the calls of the next seconds."""
    keys = _Keys()
    key = ServiceKey(keys.fetch, keys.clock)
    assert [await key.current() for _ in range(3)] == ["key-1"] * 3
    keys.now += 39
    assert await key.current() == "key-1"


async def test_a_key_is_fetched_anew_well_before_its_minute_is_over() -> None:
    """A call that takes its time to arrive must not find its key expired."""
    keys = _Keys()
    key = ServiceKey(keys.fetch, keys.clock)
    await key.current()
    keys.now += 40
    assert await key.current() == "key-2"


async def test_the_minute_is_counted_from_the_question() -> None:
    """A slow answer does not make a key live longer."""
    keys = _Keys(takes=30)
    key = ServiceKey(keys.fetch, keys.clock)
    await key.current()
    keys.now += 10
    assert await key.current() == "key-2"


async def test_a_refused_key_is_not_used_again() -> None:
    """QMS forgets its keys when it is started anew."""
    keys = _Keys()
    key = ServiceKey(keys.fetch, keys.clock)
    await key.current()
    key.forget()
    assert await key.current() == "key-2"


async def test_a_failed_fetch_leaves_no_key_behind() -> None:
    """The next call asks again, and the old key is not taken for a new one."""
    keys = _Keys()
    key = ServiceKey(keys.fetch, keys.clock)
    await key.current()
    keys.now += 50
    keys.fails = True
    with pytest.raises(QmsUnavailableError):
        await key.current()
    keys.fails = False
    assert await key.current() == "key-2"
    assert "key-2" not in repr(key)
