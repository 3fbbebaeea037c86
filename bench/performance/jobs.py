"""What the compared clients are told and what they tell, as JSON between processes."""

import asyncio
import json
import ssl
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.performance.figures import Cost

APP = Path(__file__).parents[2]
_KEY = "0123456789abcdef"
HEADERS = {"X-Qlik-Xrfkey": _KEY, "X-Qlik-User": "UserDirectory=INTERNAL; UserId=sa_api"}
XRFKEY = f"xrfkey={_KEY}"


class ClientFailedError(Exception):
    """A compared client failed; what it said is in the text."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One access license that goes, and whose it is."""

    license_type: str
    license_id: str
    user_id: str


@dataclass(frozen=True, slots=True)
class Job:
    """What a client has to do, and where.

    Attributes:
        host: the site's address.
        port: its port for calls with a client certificate.
        root: the file of the root certificate; the client's are beside.
        client: the file of the client certificate.
        client_key: the file of its key.
        release: the most licenses to release.
        sample: how many requests of a kind stand for all; 0 does them all.
        candidates: licenses to release, for a client that does not find out itself.
    """

    host: str
    port: int
    root: str
    client: str
    client_key: str
    release: int
    sample: int
    candidates: tuple[Candidate, ...] = ()

    @classmethod
    def from_stdin(cls) -> "Job":
        """The job that `run_client` sent."""
        raw = json.load(sys.stdin)
        candidates = tuple(Candidate(**each) for each in raw.pop("candidates"))
        return cls(**raw, candidates=candidates)

    def tls(self) -> ssl.SSLContext:
        """Verifies the site and shows the client certificate."""
        context = ssl.create_default_context(cafile=self.root)
        context.load_cert_chain(self.client, self.client_key)
        return context


@dataclass(frozen=True, slots=True)
class ClientResult:
    """What a client did: to find out, to release; and the ids it found, unless it sampled."""

    plan: Cost
    release: Cost
    going: tuple[str, ...] = ()

    def to_stdout(self) -> None:
        """Send it to `run_client`."""
        json.dump(asdict(self), sys.stdout)


async def run_client(module: str, job: Job) -> ClientResult:
    """Run a compared client in a process of its own.

    Raises:
        ClientFailedError: it ended with an error.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module),
        cwd=APP,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, errors = await process.communicate(json.dumps(asdict(job)).encode())
    if process.returncode != 0:
        raise ClientFailedError(f"{module} failed:\n{errors.decode(errors='replace')}")
    raw = json.loads(said)
    return ClientResult(Cost(**raw["plan"]), Cost(**raw["release"]), tuple(raw["going"]))
