"""A farm plan as a CSV file that people can open, sort and filter.

The columns are `user,server_1,server_2,server_1_ready_at,server_2_ready_at,weight`. A row with a
user is a binding: `..._ready_at` (UTC) says from when that server lets the user in, empty for now.
A row without a user is a server of the farm: its name in `server_1`, and its weight. So servers to
which nobody is bound are known too, and no order of the rows matters.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from math import isfinite
from pathlib import Path

from local.farm.csv_table import Row, Table, csv_bytes, read_table
from local.farm.errors import FarmError, line_error
from local.farm.moments import read_time, time_text
from shared.domain.farm.model import Binding, FarmPlan, FarmServer
from shared.domain.never_release import fold

_SERVERS = ("server_1", "server_2")
COLUMNS = ("user", *_SERVERS, "server_1_ready_at", "server_2_ready_at", "weight")


def plan_bytes(plan: FarmPlan) -> bytes:
    """The plan as a file.

    Raises:
        FarmError: a name can't be written.
    """
    servers = (("", server.name, "", "", "", _number(server.weight)) for server in plan.servers)
    return csv_bytes([COLUMNS, *servers, *map(_binding_cells, plan.bindings)])


def read_plan(path: Path) -> FarmPlan:
    """Read a plan; one without rows of servers has those of its bindings, all of weight 1.

    Raises:
        FarmError: the file can't be used.
    """
    table = read_table(path, COLUMNS, ("user", "server_1"))
    farm = _farm(table)
    rows = [row for row in table.rows if row["user"]]
    if not rows:
        raise FarmError(f"{path} binds no users: it is no plan")
    bindings: dict[str, Binding] = {}
    for row in rows:
        key = fold(row["user"])
        if key in bindings:
            raise line_error(path, row.line, f"{row['user']} comes twice: keep one of the rows")
        bindings[key] = _binding(path, row, farm)
    return FarmPlan(
        tuple(farm[key] for key in sorted(farm)), tuple(bindings[key] for key in sorted(bindings))
    )


def _binding_cells(binding: Binding) -> tuple[str, ...]:
    names = [*binding.servers, "", ""][:2]
    ready = [binding.ready_at.get(name) for name in names]
    return (binding.user, *names, *(time_text(at) if at else "" for at in ready), "")


def _number(weight: float) -> str:
    return str(int(weight)) if weight.is_integer() else repr(weight)


def _farm(table: Table) -> dict[str, FarmServer]:
    farm: dict[str, FarmServer] = {}
    for row in table.rows:
        if row["user"]:
            continue
        name = row["server_1"]
        if not name:
            raise line_error(table.path, row.line, "neither a user nor a server: complete the row")
        if fold(name) in farm:
            raise line_error(table.path, row.line, f"the server {name} comes twice: keep one row")
        farm[fold(name)] = FarmServer(name, _weight(table.path, row))
    named = (name for row in table.rows for name in _names(row))
    return farm or {fold(name): FarmServer(name) for name in named}


def _weight(path: Path, row: Row) -> float:
    text = row["weight"] or "1"
    try:
        weight = float(text.replace(",", "."))
    except ValueError:
        weight = 0.0
    if not (isfinite(weight) and weight > 0):
        raise line_error(path, row.line, f"the weight {text!r} is no number above 0")
    return weight


def _binding(path: Path, row: Row, farm: dict[str, FarmServer]) -> Binding:
    names = _names(row)
    unknown = [name for name in names if fold(name) not in farm]
    if unknown:
        raise line_error(
            path,
            row.line,
            f"{unknown[0]} is no server of this plan: add a row with an empty user, the server in"
            " server_1, and its weight",
        )
    keys = sorted({fold(name) for name in names})
    if not names or len(keys) < len(names):
        raise line_error(path, row.line, f"{row['user']} needs one server or two different ones")
    ready = {farm[fold(name)].name: at for name, at in _ready(path, row)}
    return Binding(row["user"], tuple(farm[key].name for key in keys), ready)


def _names(row: Row) -> list[str]:
    return [row[column] for column in _SERVERS if row[column]]


def _ready(path: Path, row: Row) -> Iterator[tuple[str, datetime]]:
    for column in _SERVERS:
        text = row[f"{column}_ready_at"]
        if not text:
            continue
        at = read_time(text)
        if at is None or not row[column]:
            raise line_error(
                path,
                row.line,
                f"{column}_ready_at is {text!r}: write a time in UTC like 2026-03-02T08:15:00Z"
                f" where {column} is given, or nothing",
            )
        yield row[column], at


def users_of(bindings: Iterable[Binding]) -> tuple[str, ...]:
    """The users of these bindings."""
    return tuple(binding.user for binding in bindings)
