"""The demo site: a Repository Service of Qlik Sense on a real socket with real certificates."""

import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from starlette.types import ASGIApp

from local.demo_site.accounts import Accounts
from local.demo_site.answers import Site
from local.demo_site.certificates import CertificateFiles, Pki, make_pki
from local.demo_site.faults import Faults
from local.demo_site.front import Front
from local.demo_site.gate import Gate
from local.demo_site.hooks import Hooks
from local.demo_site.people import utc_now
from local.demo_site.population import make_population
from local.demo_site.request_log import RequestLog
from local.demo_site.routes import qrs_app
from local.demo_site.schema_check import SchemaCheck
from local.demo_site.tls_server import DemoSiteError, listener_of, serve
from local.demo_site.traffic import Traffic
from local.demo_site.virtual_proxy import VirtualProxy
from local.demo_site.world import World

DEFAULT_USERS = 2000


@dataclass(frozen=True, slots=True)
class DemoSite:
    """A running site. All its parts may be used and changed from any thread.

    Attributes:
        host: the address it listens on.
        port: the port for calls with a client certificate, as 4242 is.
        proxy_port: the port of the virtual proxy, as 443 is; None without one.
        certificates: the files of its certificates.
        pki: the same in memory; can sign more.
        world: its users and licenses.
        accounts: who may see and do what.
        faults: what goes wrong.
        hooks: callbacks around requests.
        log: what was asked.
        traffic: how many requests are under way.
        check: the comparison with Qlik's OpenAPI document; None when that isn't at hand.
    """

    host: str
    port: int
    proxy_port: int | None
    certificates: CertificateFiles
    pki: Pki
    world: World
    accounts: Accounts
    faults: Faults
    hooks: Hooks
    log: RequestLog
    traffic: Traffic
    proxy: VirtualProxy | None
    check: SchemaCheck | None

    @property
    def url(self) -> str:
        """Where QRS is for calls with a certificate."""
        return f"https://{self.host}:{self.port}/qrs"

    @property
    def proxy_url(self) -> str:
        """Where QRS is behind the virtual proxy."""
        if self.proxy is None:
            raise DemoSiteError("this demo site was started without a virtual proxy")
        return f"https://{self.host}:{self.proxy_port}/{self.proxy.prefix}/qrs"

    @classmethod
    @contextmanager
    def start(
        cls,
        *,
        world: World | None = None,
        pki: Pki | None = None,
        directory: Path | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        proxy: VirtualProxy | None = None,
        accounts: Accounts | None = None,
        check: SchemaCheck | None = None,
        seed: int = 1,
    ) -> Iterator[Self]:
        """Run a site until the block ends.

        Args:
            world: its users and licenses; 2,000 users when not given.
            pki: its certificates; made when not given.
            directory: where the certificate files go; a temporary directory when not given.
            host: the address to listen on.
            port: the port; 0 takes a free one.
            proxy: serve a virtual proxy too, on a free port of its own.
            accounts: rights by account.
            check: a schema check; else the one that STEWARD_QRS_OPENAPI names, if any.
            seed: for the random faults.

        Raises:
            DemoSiteError: it can't listen, or at the end: answers weren't as the document says.
        """
        with ExitStack() as stack:
            folder = directory or Path(stack.enter_context(tempfile.TemporaryDirectory()))
            keys = pki or make_pki()
            listener = listener_of("the demo site", host, port)
            proxy_listener = None if proxy is None else listener_of("the demo site", host, 0)
            site = cls(
                host=host,
                port=listener.getsockname()[1],
                proxy_port=None if proxy_listener is None else proxy_listener.getsockname()[1],
                certificates=keys.write(folder),
                pki=keys,
                world=world or default_world(),
                accounts=accounts or Accounts(),
                faults=Faults(seed),
                hooks=Hooks(),
                log=RequestLog(),
                traffic=Traffic(),
                proxy=proxy,
                check=check or SchemaCheck.from_environment(),
            )
            stack.enter_context(site._entrances(listener, proxy_listener))
            yield site
        site.confirm_answers()

    def confirm_answers(self) -> None:
        """Raise DemoSiteError if an answer so far wasn't as Qlik's document says."""
        if self.check is not None and self.check.problems:
            problems = "\n".join(sorted(set(self.check.problems)))
            raise DemoSiteError(f"answers of the demo site differ from QRS:\n{problems}")

    @contextmanager
    def _entrances(
        self, listener: socket.socket, proxy_listener: socket.socket | None
    ) -> Iterator[None]:
        app = qrs_app(Site(self.world, self.check))
        files = self.certificates
        with ExitStack() as stack:
            front = self._front(app, None)
            server = serve(front, listener, files.server, files.server_key, files.root)
            stack.enter_context(server)
            if proxy_listener is not None:
                front = self._front(app, self.proxy)
                stack.enter_context(
                    serve(front, proxy_listener, files.server, files.server_key, None)
                )
            yield

    def _front(self, app: ASGIApp, proxy: VirtualProxy | None) -> Front:
        gate = Gate(app, self.world, self.accounts, proxy)
        prefix = "" if proxy is None else proxy.prefix
        return Front(
            gate,
            faults=self.faults,
            hooks=self.hooks,
            log=self.log,
            traffic=self.traffic,
            clock=self.world.now,
            prefix=prefix,
        )


def default_world(users: int = DEFAULT_USERS, seed: int = 1) -> World:
    """A world with a seeded population as of now."""
    return World(make_population(users, seed=seed, now=utc_now()))
