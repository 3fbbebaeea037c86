"""The machines that hold leases are told as events: few, and without the names of people's own."""

from shared.domain.leases.survey import survey
from shared.domain.pseudonym import pseudonym
from shared.usecases.tell_machines import tell_machines
from tests.unit.build import NOW
from tests.unit.fakes import RecordingTelemetry
from tests.unit.leases.build import FARM, a_config, a_lease


def told_of(*machines: str) -> list[dict[str, object]]:
    """The events of a farm and other machines, with a lease on each."""
    leases = [a_lease(machine, f"ACME\\{n}") for n, machine in enumerate(machines)]
    telemetry = RecordingTelemetry()
    tell_machines([survey(a_config(leases), FARM, NOW)], site="Lab", at=NOW, telemetry=telemetry)
    assert set(telemetry.names()) <= {"leases.machine_counted"}
    return [dims for _, dims in telemetry.events]


def test_the_farm_is_told_by_name_also_where_nothing_is() -> None:
    """A machine without leases is what an administrator looks for after adding one."""
    rows = {row["machine"]: row for row in told_of("CTX01", "CTX01", "CTX02")}
    assert {name: row["leases"] for name, row in rows.items()} == {
        "CTX01": 2,
        "CTX02": 1,
        "CTX03": 0,
        "CTX04": 0,
    }
    assert {row["farm"] for row in rows.values()} == {"true"}
    assert {row["server"] for row in rows.values()} == {"QVS@QV1"}


def test_a_notebook_is_told_by_its_pseudonym() -> None:
    """Its id may be its owner's name."""
    (row,) = [row for row in told_of("ANNA-NB") if row["farm"] == "false"]
    assert row["machine"] == pseudonym("ANNA-NB", "Lab")


def test_many_machines_cost_a_bounded_number_of_events() -> None:
    """The farm, the twenty busiest others, and all the rest as one."""
    rows = told_of(*(f"NB-{n}" for n in range(500)))
    others = [row for row in rows if row["farm"] == "false"]
    assert len(rows) == 4 + 20 + 1
    (rest,) = [row for row in others if row["machine"] == "(other)"]
    assert (rest["leases"], rest["users"]) == (480, 480)


def test_a_server_that_did_not_tell_its_leases_has_no_machines() -> None:
    """Nobody knows, and zeros would be read as an empty farm."""
    telemetry = RecordingTelemetry()
    tell_machines([survey(a_config(None), FARM, NOW)], site="L", at=NOW, telemetry=telemetry)
    assert telemetry.events == []
