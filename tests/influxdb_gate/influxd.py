"""A real InfluxDB 1.6 (Debian's package `influxdb`) of our own, for the gate to write to."""

import re
import shutil
import subprocess
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import IO

import httpx

from tests.influxdb_gate.gate import Answer, refusal

# Ports of 0 are free ones, which influxd then names in its log; nothing is reported to its makers.
_CONFIG = """
reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
  query-log-enabled = false
[http]
  bind-address = "127.0.0.1:0"
  log-enabled = false
[monitor]
  store-enabled = false
"""
_LISTENING = re.compile(r'msg="Listening on HTTP".* addr=(\S+)')
_V1_PRECISIONS = {"ns": "ns", "us": "u", "ms": "ms", "s": "s"}

Row = dict[str, object]


class Influxd:
    """The 1.x API of a running influxd; a bucket of 2.x is a database of 1.x."""

    def __init__(self, address: str) -> None:
        self._http = httpx.Client(base_url=f"http://{address}", timeout=30, trust_env=False)
        self._buckets: set[str] = set()

    def has_bucket(self, bucket: str) -> bool:
        """Whether there is such a database."""
        return bucket in self._buckets

    def create_bucket(self, bucket: str) -> None:
        """Create a database that keeps everything."""
        self._ask(f'CREATE DATABASE "{bucket}"')
        self._buckets.add(bucket)

    def drop_bucket(self, bucket: str) -> None:
        """Drop a database."""
        self._buckets.discard(bucket)
        self._ask(f'DROP DATABASE "{bucket}"')

    def write(self, bucket: str, precision: str, body: bytes) -> Answer:
        """Write line protocol; the engine's answer in the words of 2.x."""
        answer = self._http.post(
            "/write", params={"db": bucket, "precision": _V1_PRECISIONS[precision]}, content=body
        )
        if answer.status_code == HTTPStatus.NO_CONTENT:
            return Answer()
        said = str(answer.json()["error"])
        if "unable to parse" in said:
            return refusal(HTTPStatus.BAD_REQUEST, "invalid", said)
        if said.startswith("partial write"):
            message = f"failure writing points to database: {said}"
            return refusal(HTTPStatus.UNPROCESSABLE_CONTENT, "unprocessable entity", message)
        return refusal(answer.status_code, "internal error", said)

    def query(self, bucket: str, influxql: str) -> list[Row]:
        """The rows of all series of an InfluxQL query, tags included; times in nanoseconds."""
        return [
            dict(zip(series.columns, values, strict=True)) | series.tags
            for series in self._ask(influxql, bucket)
            for values in series.values
        ]

    def close(self) -> None:
        """Close the connections to it."""
        self._http.close()

    def _ask(self, influxql: str, bucket: str = "") -> list["_Series"]:
        answer = self._http.post(
            "/query", params={"db": bucket, "epoch": "ns"}, data={"q": influxql}
        )
        result = answer.json()
        error = result.get("error") or result["results"][0].get("error")
        if error:
            raise ValueError(f"{influxql}: {error}")
        return [
            _Series(series["columns"], series["values"], series.get("tags", {}))
            for series in result["results"][0].get("series", [])
        ]


@dataclass(frozen=True, slots=True)
class _Series:
    columns: list[str]
    values: list[list[object]]
    tags: Row


@contextmanager
def run_influxd(folder: Path) -> Iterator[Influxd]:
    """Run influxd with its data in `folder` until the block ends.

    Raises:
        RuntimeError: it ended before it listened; its last log lines say why.
    """
    config = folder / "influxd.conf"
    config.write_text(_CONFIG.format(folder=folder))
    # It must not outlive a test run that was killed.
    leash = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
    command = [*leash, "influxd", "-config", str(config)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stderr
        try:
            address = _address(process.stderr)
            # An unread pipe fills up, and then influxd would stand still.
            reader = threading.Thread(target=deque, args=(process.stderr, 0), daemon=True)
            reader.start()
            with closing(Influxd(address)) as influxd:
                yield influxd
        finally:
            process.kill()
            process.wait()
    reader.join()


def _address(log: IO[str]) -> str:
    lines: deque[str] = deque(maxlen=20)
    for line in log:
        lines.append(line)
        if found := _LISTENING.search(line):
            return found[1]
    raise RuntimeError(f"influxd (1.x is needed) ended before it listened:\n{''.join(lines)}")
