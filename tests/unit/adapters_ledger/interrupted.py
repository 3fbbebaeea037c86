"""A tuple that lets something happen while it is written."""

from collections.abc import Callable, Iterator

from shared.domain.leases.model import Lease


class Interrupted(tuple[Lease, ...]):  # noqa: SLOT001 - it carries what happens
    """Leases; before the one numbered `before` is handed out, `happens` is called."""

    before: int
    happens: Callable[[], None]

    def __iter__(self) -> Iterator[Lease]:
        """The leases."""
        for number in range(len(self)):
            if number == self.before:
                self.happens()
            yield self[number]


def interrupted(
    leases: tuple[Lease, ...], before: int, happens: Callable[[], None]
) -> tuple[Lease, ...]:
    """The leases with something that happens while they are written."""
    result = Interrupted(leases)
    result.before, result.happens = before, happens
    return result
