"""History by ticks of a timer: one row a tick, and of old days the last row only."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice

from shared.adapters.ledger.keys import moment, moment_before
from shared.adapters.ledger.many_rows import delete_all
from shared.adapters.ledger.rows import Row
from shared.adapters.ledger.tables import Tables

SAME_TICK = timedelta(seconds=90)  # a timer that fires twice does so within its next minute
MOST_DELETED = 1_000  # in one call; what is left waits for the next
# Days that are thinned already are read again, 365 a year, so the reading must have room for
# decades of them.
_MOST_READ = 20_000
_DAY = len("2026-11-03")


@dataclass(frozen=True, slots=True)
class Ticks:
    """The history in one partition of a table.

    The key of a row is when the first record of its tick was taken. Rows of earlier versions have
    the minute as their key, which sorts as the end of that minute.
    """

    tables: Tables
    table: str
    partition: str

    def put(self, taken_at: datetime, columns: Row) -> None:
        """Add a record; within 90 s of the first one of a tick it takes that one's place."""
        known = self._keys_near(taken_at)
        own = known[-1] if known else moment(taken_at)
        self.tables.put(self.table, {"PartitionKey": self.partition, "RowKey": own, **columns})
        if known:
            return
        # Two workers may have found nothing and written at once: whoever sees both rows, and one
        # of them does, deletes the later one.
        near = self._keys_near(taken_at)
        twins = [own] if near[0] < own else [each for each in near if each != own]
        for twin in twins:  # one by one: some may be gone already
            self.tables.delete(self.table, self.partition, [twin])

    def rows_since(self, since: datetime) -> list[Row]:
        """The rows of all records taken at or after `since`; some may be a little older."""
        return self.tables.query(
            self.table,
            "PartitionKey eq @partition and RowKey ge @first",
            partition=self.partition,
            first=moment_before(since, SAME_TICK),
        )

    def thin(self, now: datetime, kept_whole: timedelta) -> int:
        """Of each UTC day that is over `kept_whole` old leave the last row.

        Returns how many went. At most 1,000 go in a call; 0 says that all is thinned, or that
        another worker does it right now.
        """
        before = (now.astimezone(UTC) - kept_whole).date().isoformat()
        keys = self.tables.row_keys(self.table, self.partition, before=before, at_most=_MOST_READ)
        spare = islice(_all_but_the_last_of_each_day(keys), MOST_DELETED)
        return delete_all(self.tables, self.table, self.partition, spare)

    def _keys_near(self, taken_at: datetime) -> list[str]:
        """The keys of the rows of the same tick, in their order."""
        rows = self.tables.query(
            self.table,
            "PartitionKey eq @partition and RowKey ge @first and RowKey le @last",
            partition=self.partition,
            first=moment_before(taken_at, SAME_TICK),
            last=moment(taken_at + SAME_TICK),
        )
        return [str(row["RowKey"]) for row in rows]


def _all_but_the_last_of_each_day(keys: Iterable[str]) -> Iterator[str]:
    for _, of_day in groupby(keys, key=lambda key: key[:_DAY]):
        yield from list(of_day)[:-1]
