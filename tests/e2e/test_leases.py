"""QlikView leases through the whole app: Microsoft's worker, a QMS behind NTLM, the ledger."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from local.demo_leases import qlikview_settings
from local.demo_qms import World
from local.demo_qms.accounts import API
from shared.domain.leases.history import ChangeKind
from tests.e2e.conftest import StartSteward
from tests.qms_fixture import StartDemoQms

FARM = '["CTX01","CTX02","CTX03"]'
JOHN = r"ACME\john.doe"


def farm() -> World:
    """One server on which John holds leases on two machines of the farm and Ann on a notebook."""
    world = World(clock=lambda: datetime.now(UTC))
    world.new_server("QVS@qvs01", 10)
    for user, machine in ((JOHN, "CTX01"), (JOHN, "CTX02"), (r"ACME\ann", "NB-0815")):
        world.assign_cal(user)
        assert world.open_in_server(user, machine).lease
    return world


async def test_leases_are_collected_kept_told_and_written(
    steward: StartSteward, demo_qms: StartDemoQms, tmp_path: Path
) -> None:
    """One run of the timer: the ledger has the look, the points file the numbers."""
    qms = demo_qms(farm())
    points = tmp_path / "points.lp"
    settings = qlikview_settings(qms, tmp_path / "password") | {
        "LEASES__FARM": FARM,
        "STEWARD_POINTS_FILE": str(points),
    }
    app = await steward(settings)
    assert (await app.run("collect_leases")).succeeded
    look = await app.ledger.lease_look()
    assert look is not None
    assert {(x.user, x.machine) for x in look.servers[0].leases or ()} == {
        (JOHN, "CTX01"),
        (JOHN, "CTX02"),
        (r"ACME\ann", "NB-0815"),
    }
    written = points.read_text()
    assert "qlikview_cal," in written
    assert "machine=CTX03" in written
    assert "john" not in written
    assert "NB-0815" not in written
    assert {"leases.collected", "lease.refusals_ahead"} <= set(app.events())
    assert not any("john" in line.message.lower() for line in app.logs if not line.is_system)


async def test_a_lease_that_moves_between_two_runs_is_found_in_the_ledger(
    steward: StartSteward, demo_qms: StartDemoQms, tmp_path: Path
) -> None:
    """The cache of QMS is cleared, so the second run sees what happened since the first."""
    qms = demo_qms(farm())
    app = await steward(qlikview_settings(qms, tmp_path / "password"))
    assert (await app.run("collect_leases")).succeeded
    assert qms.world.open_in_server(r"ACME\ann", "CTX01").lease
    assert (await app.run("collect_leases")).succeeded
    changes = await app.ledger.lease_changes(datetime.now(UTC) - timedelta(hours=1))
    assert [(x.kind, x.after.machine if x.after else "") for x in changes] == [
        (ChangeKind.APPEARED, "CTX01")
    ]


async def test_leases_need_nothing_of_qlik_sense(
    steward: StartSteward, demo_qms: StartDemoQms, tmp_path: Path
) -> None:
    """A site that is down, with certificates that can't be read, is no reason to stop."""
    qms = demo_qms(farm())
    settings = qlikview_settings(qms, tmp_path / "password") | {
        "QLIK_SENSE__HOST": "127.0.0.1",
        "QLIK_SENSE__PORT": "9",
        "QLIK_SENSE__CLIENT_CERTIFICATE_FILE": str(tmp_path / "missing.pem"),
    }
    app = await steward(settings)
    assert (await app.run("collect_leases")).succeeded


async def test_a_missing_group_fails_the_run_and_says_which(
    steward: StartSteward, demo_qms: StartDemoQms, tmp_path: Path
) -> None:
    """The run is recorded with the sentence; nothing is kept as if there were no leases."""
    qms = demo_qms(farm())
    qms.accounts.leave(qms.user, API)
    app = await steward(qlikview_settings(qms, tmp_path / "password"))
    result = await app.run("collect_leases")
    assert not result.succeeded
    (run,) = [run for run in await app.ledger.runs() if run.function == "collect_leases"]
    assert "QlikView Management API" in run.summary
    assert await app.ledger.lease_look() is None


async def test_without_qlikview_nothing_is_read(steward: StartSteward) -> None:
    """Most sites have none: an event says so, and the run is a success."""
    app = await steward()
    assert (await app.run("collect_leases")).succeeded
    assert app.events() == ["leases.not_configured"]
