"""`python -m local.demo_site`: run a demo site alone and say how to reach it."""

import argparse
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.demo_site.alone import run_until_stopped
from local.demo_site.certificates import SHORT_NAME, make_pki
from local.demo_site.records import LicenseType
from local.demo_site.site import DEFAULT_USERS, DemoSite, default_world
from local.demo_site.virtual_proxy import VirtualProxy


def main(arguments: list[str] | None = None) -> int:
    """Run the site until Ctrl-C or SIGTERM; returns the exit code."""
    return run_until_stopped(_started(_parser().parse_args(arguments)))


@contextmanager
def _started(options: argparse.Namespace) -> Iterator[str]:
    names = (SHORT_NAME,) if options.short_name else (SHORT_NAME, "localhost", "127.0.0.1")
    proxy = None
    if options.virtual_proxy:
        token = secrets.token_urlsafe(24)
        proxy = VirtualProxy(options.virtual_proxy.lower(), {token: "INTERNAL\\sa_api"})
    with DemoSite.start(
        world=default_world(options.users, options.seed),
        pki=make_pki(names, sparse_root=options.sparse_root),
        directory=options.certificates,
        host=options.host,
        port=options.port,
        proxy=proxy,
    ) as site:
        yield _how_to_reach(site, short_name=options.short_name)


def _how_to_reach(site: DemoSite, *, short_name: bool) -> str:
    counts = site.world.counts()
    pools = ", ".join(
        f"{kind} {counts[kind].held} held of {counts[kind].total}" for kind in LicenseType
    )
    lines = [
        f"Demo Qlik Sense site at {site.url}",
        f"{len(site.world.users())} users; {pools}. Stop it with Ctrl-C.",
        "",
        "QLIK_SENSE__HOST=" + site.host,
        f"QLIK_SENSE__PORT={site.port}",
        "QLIK_SENSE__USER=INTERNAL\\sa_api",
        f"QLIK_SENSE__CLIENT_CERTIFICATE_FILE={site.certificates.client}",
        f"QLIK_SENSE__CLIENT_KEY_FILE={site.certificates.client_key}",
        f"QLIK_SENSE__ROOT_CERTIFICATE_FILE={site.certificates.root}",
    ]
    if short_name:
        lines.append(f"QLIK_SENSE__TLS_SERVER_NAME={SHORT_NAME}")
    if site.proxy is not None:
        (token,) = site.proxy.tokens
        lines += ["", f"By the virtual proxy: {site.proxy_url}", f"Authorization: Bearer {token}"]
    key = "0123456789abcdef"
    certificates = site.certificates
    lines += [
        "",
        "Try it:",
        f"curl --cacert {certificates.root} --cert {certificates.client} \\",
        f"  --key {certificates.client_key} -H 'X-Qlik-Xrfkey: {key}' \\",
        "  -H 'X-Qlik-User: UserDirectory=INTERNAL; UserId=sa_api' \\",
        f"  {'-k ' if short_name else ''}'{site.url}/license/accesstypeoverview?xrfkey={key}'",
        "",
    ]
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.demo_site", description=__doc__)
    parser.add_argument("--users", type=int, default=DEFAULT_USERS, help="how many users it has")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same site")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--port", type=int, default=4242, help="0 takes a free one")
    parser.add_argument(
        "--certificates",
        type=Path,
        help="where to write the certificates; without it they go when the site stops",
    )
    parser.add_argument(
        "--short-name",
        action="store_true",
        help=f"the server's certificate bears only the short host name {SHORT_NAME}",
    )
    parser.add_argument(
        "--sparse-root", action="store_true", help="certificates without key identifiers"
    )
    parser.add_argument("--virtual-proxy", metavar="PREFIX", help="serve JWT access as well")
    return parser


if __name__ == "__main__":
    sys.exit(main())
