"""The fixtures `influxdb` (a real engine behind the 2.x gate) and `influxdb_stub` (no engine)."""

import itertools
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.influxdb_gate.gate import Answer, Gate, run_gate
from tests.influxdb_gate.influxd import Influxd, Row, run_influxd

TOKEN = "a-token-for-tests=="
ORG = "Tests & Co"
_NUMBERS = itertools.count(1)


@dataclass(frozen=True, slots=True)
class InfluxDb:
    """What a writer needs to know, and `query` to look at what arrived; `gate` to disturb it."""

    url: str
    token: str
    org: str
    bucket: str
    gate: Gate
    engine: Influxd

    def query(self, influxql: str) -> list[Row]:
        """The rows of an InfluxQL query over this bucket, tags included; times in nanoseconds."""
        return self.engine.query(self.bucket, influxql)


@dataclass(slots=True)
class StubStore:
    """A store that keeps the lines it gets and looks at none of them."""

    bucket: str = "butler"
    lines: list[str] = field(default_factory=list)

    def has_bucket(self, bucket: str) -> bool:
        """Whether it is the one bucket."""
        return bucket == self.bucket

    def write(self, bucket: str, precision: str, body: bytes) -> Answer:
        """Keep the lines."""
        self.lines += body.decode().splitlines()
        return Answer()


@dataclass(frozen=True, slots=True)
class InfluxDbStub:
    """What a writer needs to know of the stub, and what it kept."""

    url: str
    token: str
    org: str
    bucket: str
    gate: Gate
    store: StubStore


@pytest.fixture(scope="session")
def influxdb_gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Gate, Influxd]]:
    """A running influxd and the gate before it, for the whole test session."""
    if not shutil.which("influxd"):
        missing = "InfluxDB 1.6 is not installed; on Debian or Ubuntu: apt-get install influxdb"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with (
        run_influxd(tmp_path_factory.mktemp("influxd")) as engine,
        run_gate(engine, TOKEN, ORG) as gate,
    ):
        yield gate, engine


@pytest.fixture
def influxdb(influxdb_gate: tuple[Gate, Influxd]) -> Iterator[InfluxDb]:
    """A fresh bucket in the real engine, gone after the test."""
    gate, engine = influxdb_gate
    bucket = f"bucket {next(_NUMBERS)}"
    engine.create_bucket(bucket)
    gate.requests.clear()
    yield InfluxDb(gate.url, TOKEN, ORG, bucket, gate, engine)
    gate.answers.clear()
    engine.drop_bucket(bucket)


@pytest.fixture
def influxdb_stub() -> Iterator[InfluxDbStub]:
    """The 2.x answers without an engine: everywhere, InfluxDB or not."""
    store = StubStore()
    with run_gate(store, TOKEN, ORG) as gate:
        yield InfluxDbStub(gate.url, TOKEN, ORG, store.bucket, gate, store)
