"""Reading named CALs and leases from the demo QMS, over a real socket and behind real NTLM."""

import asyncio
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from local.demo_qms import Behaviour, DemoQms, World
from local.demo_qms.behaviour import Prefixes
from local.demo_qms.records import CalList
from local.demo_qms.records import Lease as DemoLease
from local.demo_qms.records import NamedCal as DemoCal
from local.demo_qms.schema_check import SchemaCheck
from shared.domain.leases.model import CalConfiguration, Lease, NamedCal, QlikViewServer
from shared.usecases.ports import Qms
from tests.unit.adapters_qms.clients import client_of
from tests.unit.adapters_qms.test_qlik_interface_files import FACTS

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def small_world(behaviour: Behaviour | None = None) -> World:
    """Two servers: one with CALs, leases and a removed CAL, one with nothing."""
    world = World(clock=lambda: NOW, behaviour=behaviour or Behaviour())
    first = world.new_server("QVS@qvs01", in_license=10)
    world.new_server("QVS@qvs02")
    world.put_cals(
        [
            DemoCal("ACME\\Jörg & Söhne <1>", NOW - timedelta(days=3, microseconds=7)),
            DemoCal("ACME\\never"),
            DemoCal("ACME\\gone", NOW - timedelta(days=1)),
        ],
        first.id,
    )
    user = "ACME\\Jörg & Söhne <1>"
    machines = ("CTX01", "{00-AB} & more")
    leases = (DemoLease(user, machine, NOW - timedelta(days=2), NOW) for machine in machines)
    world.put_leases(leases, first.id)
    world.remove_cal("ACME\\gone", first.id)
    return world


def _told(found: CalList, server: QlikViewServer, behaviour: Behaviour) -> CalConfiguration:
    """What the client must make of the world's state."""
    whole = behaviour.optional_fields

    def cal(each: DemoCal) -> NamedCal:
        return NamedCal(each.user, each.machine, each.last_used, each.quarantined_until)

    removed = tuple(map(cal, found.removed)) if whole and behaviour.removed_cals else None
    return CalConfiguration(
        server=server,
        in_license=found.server.in_license,
        assigned=len(found.assigned),
        limit=found.server.may_assign,
        allow_lease=found.server.allow_lease,
        allow_dynamic=found.server.allow_dynamic,
        identification=found.server.identification,
        assigned_cals=tuple(map(cal, found.assigned)),
        leases=tuple(
            Lease(each.user, each.machine, each.leased_at, each.last_used if whole else None)
            for each in found.leases
        ),
        removed_cals=removed,
    )


@pytest.fixture
def check() -> SchemaCheck | None:
    """Qlik's own schemas, where they are at hand."""
    return SchemaCheck(FACTS) if FACTS.exists() else None


_BEHAVIOURS = {
    "12.70": Behaviour(),
    "11.20": Behaviour(version="11.20", removed_cals=False, out_of_scope="absent"),
    "10.1 fields": Behaviour(version="11.20", optional_fields=False),
    "ticks": Behaviour(ticks=True),
    "no zone": Behaviour(zone="", prefixes=Prefixes("soap", "x", "y", "nil")),
    "offset": Behaviour(zone="+00:00", login="once a connection"),
}


@pytest.mark.parametrize("kind", _BEHAVIOURS)
async def test_all_servers_are_read_as_they_are(kind: str, check: SchemaCheck | None) -> None:
    """Every CAL and lease of every server comes out as it is, whatever the version leaves out."""
    behaviour = _BEHAVIOURS[kind]
    world = small_world(behaviour)
    with DemoQms.start(world=world, check=check) as qms:
        async with client_of(qms, api="11") as client:
            port: Qms = client
            servers = await port.servers()
            assert [server.name for server in servers] == ["QVS@qvs01", "QVS@qvs02"]
            assert await port.forget_cached_cals() == ""
            for server in servers:
                told = _told(world.cal_list(server.id), server, behaviour)
                assert await port.cal_configuration(server) == told


@pytest.mark.parametrize("api", ["11", "12", "12.2", "12.3", "12.4", "12.5", "12.6", "12.7"])
async def test_every_interface_is_spoken(api: str, check: SchemaCheck | None) -> None:
    """All of them say the same of leases."""
    with DemoQms.start(world=small_world(), check=check) as qms:
        async with client_of(qms, api=api) as client:
            first, _ = await client.servers()
            found = await client.cal_configuration(first)
            assert len(found.leases or ()) == 2
            assert {entry.api for entry in qms.log.calls()} == {api}


@pytest.mark.parametrize("login", ["every request", "once a connection"])
@pytest.mark.parametrize("schemes", [("NTLM",), ("Negotiate",), ("Negotiate", "NTLM")])
async def test_signing_in_takes_one_connection(schemes: tuple[str, ...], login: str) -> None:
    """Whichever of both ways is offered, and however often QMS asks for it."""
    behaviour = (
        Behaviour(login="every request")
        if login == "every request"
        else Behaviour(login="once a connection")
    )
    with DemoQms.start(world=small_world(behaviour), schemes=schemes) as qms:
        async with client_of(qms) as client:
            servers = await client.servers()
            await client.cal_configuration(servers[0])
        assert {entry.account.upper() for entry in qms.log.calls()} == {"ACME\\STEWARD"}
        assert {entry.connection for entry in qms.log.entries()} == {1}
        refused = [entry for entry in qms.log.entries() if entry.status == 401]
        assert len(refused) == (6 if login == "every request" else 2)


async def test_calls_at_the_same_time_go_one_after_the_other() -> None:
    """Two at once on one connection would break each other's sign-in."""
    with DemoQms.start(world=small_world()) as qms:
        async with client_of(qms) as client:
            first, second = await client.servers()
            read = await asyncio.gather(
                *(client.cal_configuration(server) for server in [first, second] * 4)
            )
            assert [found.server for found in read] == [first, second] * 4
        assert {entry.connection for entry in qms.log.entries()} == {1}


async def test_cached_cals_are_forgotten_before_they_are_read() -> None:
    """What was read before is what QMS tells, until it is told to forget it."""
    world = small_world()
    with DemoQms.start(world=world) as qms:
        async with client_of(qms) as client:
            first, _ = await client.servers()
            before = await client.cal_configuration(first)
            world.put_cals([DemoCal("ACME\\new")], first.id)
            assert await client.cal_configuration(first) == before
            assert await client.forget_cached_cals() == ""
            after = await client.cal_configuration(first)
            assert (after.assigned or 0) == (before.assigned or 0) + 1


async def test_without_the_right_to_forget_reading_goes_on() -> None:
    """The reason is told, and names the role."""
    with DemoQms.start(world=small_world()) as qms:
        qms.accounts.leave(qms.user, "Document Folder Administrator")
        async with client_of(qms) as client:
            assert "Document Folder Administrator" in await client.forget_cached_cals()
            assert len(await client.servers()) == 2


class _Clock:
    """A clock of both sides."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    def utc(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)


async def test_the_service_key_is_fetched_before_its_minute_is_over() -> None:
    """Calls over ten minutes never meet an expired key, and don't fetch one each."""
    clock = _Clock()
    with DemoQms.start(world=small_world(), clock=clock.utc) as qms:
        async with client_of(qms, monotonic=clock) as client:
            for _ in range(60):
                clock.seconds += 10
                await client.servers()
        counts = qms.log.counts()
        assert counts == {("GetServices", 200): 60, ("GetTimeLimitedServiceKey", 200): 15}


async def test_a_key_that_died_early_is_replaced_once() -> None:
    """As when QMS was started anew; its words for it are not known (QMS fact 1.8)."""
    behaviour = Behaviour(stale_key_text="The service key has expired.")
    with DemoQms.start(world=small_world(behaviour)) as qms:
        async with client_of(qms) as client:
            await client.servers()
            qms.keys.expire()
            assert len(await client.servers()) == 2
        assert qms.log.counts()["GetTimeLimitedServiceKey", 200] == 2


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[trustme.CA, tuple[Path, Path]]:
    """A root, and files of a certificate for 127.0.0.1 and its key."""
    root = trustme.CA()
    issued = root.issue_cert("127.0.0.1")
    files = tmp_path / "qms.pem", tmp_path / "qms.key"
    issued.cert_chain_pems[0].write_to_path(files[0])
    issued.private_key_pem.write_to_path(files[1])
    return root, files


async def test_https_is_spoken_where_the_root_is_known(
    certificate: tuple[trustme.CA, tuple[Path, Path]],
) -> None:
    """As behind a proxy with TLS; NTLM goes inside."""
    root, files = certificate
    tls = ssl.create_default_context()
    root.configure_trust(tls)
    with DemoQms.start(world=small_world(), certificate=files) as qms:
        async with client_of(qms, tls=tls) as client:
            assert len(await client.servers()) == 2


async def test_many_cals_and_leases_are_read_as_they_come() -> None:
    """Some megabytes in many pieces: nothing is lost between them."""
    world = World(clock=lambda: NOW)
    server = world.new_server("QVS@qvs01", in_license=10_000)
    world.put_cals(DemoCal(f"ACME\\user{number}", NOW) for number in range(8_000))
    world.put_leases(
        DemoLease(f"ACME\\user{number}", f"CTX{number % 6}", NOW, NOW) for number in range(8_000)
    )
    with DemoQms.start(world=world) as qms:
        async with client_of(qms) as client:
            (found,) = await client.servers()
            cals = await client.cal_configuration(found)
    assert found == QlikViewServer(server.id, server.name)
    assert cals == replace(
        _told(world.cal_list(server.id), found, world.behaviour), removed_cals=()
    )
