"""What the operating system knows about a process: CPU time and peak memory (Linux)."""

import os
import re
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def peak_mb(pid: int) -> float:
    """The most memory that a process ever had (VmHWM)."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    if found is None:
        raise SystemExit("This system doesn't tell the peak memory of a process.")
    return int(found[1]) / 1024


def forget_peak(pid: int) -> None:
    """Count the peak memory of a process anew from what it has now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
