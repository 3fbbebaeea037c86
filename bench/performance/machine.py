"""How fast the machine is right now: shared ones change their speed while a benchmark runs."""

import os
import statistics
import time

_TURNS = 3_000_000


class MachineSpeed:
    """Times the same loop now and then; what is timed between is as good as these agree."""

    def __init__(self) -> None:
        self._times: list[float] = []

    def look(self) -> None:
        """Time the loop."""
        began = time.perf_counter()
        sum(turn * turn for turn in range(_TURNS))
        self._times.append(time.perf_counter() - began)

    def told(self) -> str:
        """One line for people, of all looks so far."""
        slowest, looks = max(self._times), len(self._times)
        return (
            f"{os.cpu_count()} cores for site, storage and app together. A loop of {_TURNS:,} turns"
            f" in pure Python took {statistics.median(self._times):.2f} s at the median of {looks}"
            f" looks while this was measured, {min(self._times):.2f} to {slowest:.2f} s."
        )
