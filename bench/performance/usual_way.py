"""The usual way to release licenses: list with a filter, one GET a user, one DELETE a license.

Written as such scripts are, with nothing of the app: one thread, one request after the other, on a
connection that stays open. It runs as a process of its own, see `jobs`. With a sample only some of
the requests of a kind are made, and the figures are extrapolated.
"""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx

from bench.performance.figures import Cost
from bench.performance.jobs import HEADERS, XRFKEY, Candidate, ClientResult, Job
from bench.performance.laps import Lap, all_of
from bench.performance.processes import peak_mb

type Row = Mapping[str, Any]  # QRS's own JSON

KINDS = ("professional", "analyzer")
DAYS = 30
NEVER_USERS = {"internal\\sa_repository", "internal\\sa_api", "userdir\\qs_admin_account"}
NEVER_TAGS = {"license do not release", "some other tag"}
NEVER_PROPERTIES = {("licensemanage", "do-not-release")}
NEVER_DIRECTORIES = {"internal", "admin"}


def main() -> int:
    """Do the job; returns the exit code."""
    job = Job.from_stdin()
    with httpx.Client(
        base_url=f"https://{job.host}:{job.port}/qrs",
        verify=job.tls(),
        headers=HEADERS,
        timeout=300,
        trust_env=False,
    ) as client:
        UsualWay(job, client).run().to_stdout()
    return 0


class UsualWay:
    """One run."""

    def __init__(self, job: Job, client: httpx.Client) -> None:
        self._job = job
        self._client = client
        self._limit = datetime.now(UTC) - timedelta(days=DAYS)

    def run(self) -> ClientResult:
        """Find out what goes, and release it."""
        listing = Lap()
        rows = [(kind, row) for kind in KINDS for row in self._listed(kind)]
        listed = listing.cost({"GET /qrs/license/{type}accesstype/full": len(KINDS)})
        seen = [row for row in rows if self._may_go(row[1])]
        kept: list[tuple[str, Row]] = []

        def look(row: tuple[str, Row]) -> None:
            if not is_protected(self._user(row[1]["user"]["id"])):
                kept.append(row)

        looked = self._each(look, seen, "GET /qrs/user/{id}")
        going = self._going(kept)
        released = self._each(self._delete, going, "DELETE /qrs/license/{type}accesstype/{id}")
        peak = peak_mb(os.getpid())
        ids = () if looked.estimated else tuple(each.license_id for each in going)
        return ClientResult(all_of(listed, looked, peak_mb=peak), released, ids)

    def _going(self, kept: Sequence[tuple[str, Row]]) -> Sequence[Candidate]:
        if self._job.candidates:
            return self._job.candidates
        longest = sorted(kept, key=lambda each: (_unused_since(each[1]), each[1]["id"]))
        found = [Candidate(kind, row["id"], row["user"]["id"]) for kind, row in longest]
        return found[: self._job.release]

    def _each[T](self, work: Callable[[T], None], items: Sequence[T], route: str) -> Cost:
        """One request an item; with a sample, evenly spread ones stand for all."""
        sample = self._job.sample
        some = items[:: -(-len(items) // sample) or 1] if sample else items
        lap = Lap()
        for item in some:
            work(item)
        return lap.cost({route: len(some)}).times(len(items) / len(some)) if some else lap.cost({})

    def _listed(self, kind: str) -> list[Row]:
        limit = self._limit.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        wanted = quote(f"lastUsed le '{limit}'")
        path = f"/license/{kind}accesstype/full?{XRFKEY}&filter={wanted}"
        rows: list[Row] = self._json(path)
        return rows

    def _may_go(self, row: Row) -> bool:
        return not row["quarantined"] and row["user"] and _unused_since(row) <= self._limit

    def _user(self, user_id: str) -> Row:
        user: Row = self._json(f"/user/{user_id}?{XRFKEY}")
        return user

    def _json(self, path: str) -> Any:  # noqa: ANN401 - whatever QRS sends
        answer = self._client.get(path)
        answer.raise_for_status()
        return answer.json()

    def _delete(self, candidate: Candidate) -> None:
        path = f"/license/{candidate.license_type}accesstype/{candidate.license_id}?{XRFKEY}"
        self._client.delete(path).raise_for_status()


def is_protected(user: Row) -> bool:
    """Whether one of the never-release rules of the seed document holds the user's license."""
    directory = user["userDirectory"].lower()
    tags = {tag["name"].lower() for tag in user["tags"]}
    properties = {
        (each["definition"]["name"].lower(), each["value"].lower())
        for each in user["customProperties"]
    }
    return bool(
        f"{directory}\\{user['userId'].lower()}" in NEVER_USERS
        or directory in NEVER_DIRECTORIES
        or tags & NEVER_TAGS
        or properties & NEVER_PROPERTIES
    )


def _unused_since(row: Row) -> datetime:
    """Never used, or used last at this time: a license is as old as its assignment at least."""
    text = row["createdDate"] if row["lastUsed"].startswith("1753") else row["lastUsed"]
    return datetime.fromisoformat(text)


if __name__ == "__main__":
    sys.exit(main())
