"""The demo QMS: a QlikView Management Service on a real socket, behind real NTLM."""

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from local.demo_qms.accounts import DEFAULT_USER, Accounts
from local.demo_qms.behaviour import Behaviour
from local.demo_qms.farm_population import default_farm
from local.demo_qms.faults import Faults
from local.demo_qms.front import PATH, Front
from local.demo_qms.logins import Logins
from local.demo_qms.ntlm import passwords_in_use
from local.demo_qms.request_log import RequestLog
from local.demo_qms.schema_check import SchemaCheck
from local.demo_qms.service_keys import ServiceKeys
from local.demo_qms.soap_service import SoapService
from local.demo_qms.world import World
from local.demo_site.people import Clock, utc_now
from local.demo_site.tls_server import DemoSiteError, listener_of, serve


@dataclass(frozen=True, slots=True)
class DemoQms:
    r"""A running QMS. All its parts may be used and changed from any thread.

    Attributes:
        host: the address it listens on.
        port: its port, as 4799 is.
        secure: whether it speaks https.
        world: its servers, CALs and leases; its behaviour is there too.
        accounts: who may log in, and their groups; `ACME\steward` has all.
        faults: what goes wrong.
        log: what was asked.
        keys: the service keys that it gave out.
        check: the comparison with Qlik's schemas; None when they aren't at hand.
    """

    host: str
    port: int
    secure: bool
    world: World
    accounts: Accounts
    faults: Faults
    log: RequestLog
    keys: ServiceKeys
    check: SchemaCheck | None

    @property
    def url(self) -> str:
        """The address of the service, for every API."""
        return f"http{'s' if self.secure else ''}://{self.host}:{self.port}{PATH}"

    @property
    def user(self) -> str:
        """The account that may do everything."""
        return DEFAULT_USER

    @property
    def password(self) -> str:
        """Its password."""
        return self.accounts.password(DEFAULT_USER)

    @classmethod
    @contextmanager
    def start(
        cls,
        *,
        world: World | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        version: str | None = None,
        clock: Clock | None = None,
        accounts: Accounts | None = None,
        schemes: Sequence[str] = ("NTLM",),
        certificate: tuple[Path, Path] | None = None,
        check: SchemaCheck | None = None,
        seed: int = 1,
    ) -> Iterator[Self]:
        r"""Run a QMS until the block ends.

        While any runs in this process, the environment variable NTLM_USER_FILE names its
        password file (see `ntlm`).

        Args:
            world: its servers and CALs; the default farm when not given.
            host: the address to listen on.
            port: the port; 0 takes a free one.
            version: the QlikView version, e.g. `11.20`; changes the world's behaviour.
            clock: the time, UTC; changes the world's clock.
            accounts: who may log in; `ACME\steward` must be one of them.
            schemes: what it offers for the login: `NTLM`, `Negotiate` or both.
            certificate: certificate and key, PEM, for https; else it is plain http.
            check: a schema check; else the one that STEWARD_QMS_SCHEMAS names, if any.
            seed: for the random faults.

        Raises:
            DemoSiteError: it can't listen, or at the end: answers weren't as the schemas say.
        """
        state = _world(world, version, clock)
        known = accounts or Accounts.default()
        with ExitStack() as stack:
            listener = listener_of("the demo QMS", host, port)
            stack.callback(listener.close)
            qms = cls(
                host=host,
                port=listener.getsockname()[1],
                secure=certificate is not None,
                world=state,
                accounts=known,
                faults=Faults(seed),
                log=RequestLog(),
                keys=ServiceKeys(state),
                check=check or SchemaCheck.from_environment(),
            )
            stack.enter_context(passwords_in_use())
            front = qms._front(schemes)
            certificate_file, key_file = certificate or (None, None)
            stack.enter_context(serve(front, listener, certificate_file, key_file, None))
            yield qms
        qms.confirm_answers()

    def confirm_answers(self) -> None:
        """Raise DemoSiteError if an answer so far wasn't as Qlik's schemas say."""
        if self.check is not None and self.check.problems:
            problems = "\n".join(sorted(set(self.check.problems)))
            raise DemoSiteError(f"answers of the demo QMS differ from Qlik's schemas:\n{problems}")

    def _front(self, schemes: Sequence[str]) -> Front:
        service = SoapService(self.world, self.accounts, self.keys, self.check)
        logins = Logins(self.world, self.accounts, schemes)
        return Front(service, logins, self.faults, self.log)


def _world(world: World | None, version: str | None, clock: Clock | None) -> World:
    if world is None:
        behaviour = None if version is None else Behaviour(version)
        return default_farm(clock=clock or utc_now, behaviour=behaviour)
    if clock is not None:
        world.clock = clock
    if version is not None:
        world.behaviour = dataclasses.replace(world.behaviour, version=version)
    return world
