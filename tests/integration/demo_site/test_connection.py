import socket
import ssl
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from local.demo_site.certificates import Identity, Pki, make_pki
from local.demo_site.site import DemoSite
from local.demo_site.tls_server import DemoSiteError
from tests.demo_site_fixture import XRFKEY, StartDemoSite, qrs_client, small_world

HEADERS = {"X-Qlik-Xrfkey": XRFKEY, "X-Qlik-User": "UserDirectory=INTERNAL;UserId=sa_api"}


def _context(root_pem: bytes, client: Identity | None, folder: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=root_pem.decode())
    if client is not None:
        path = folder / "client_for_test.pem"
        path.write_bytes(client.combined_pem)
        context.load_cert_chain(path)
    return context


def _get(site: DemoSite, context: ssl.SSLContext, **extensions: str) -> httpx.Response:
    with httpx.Client(verify=context, headers=HEADERS) as client:
        url = f"{site.url}/about"
        return client.get(url, params={"Xrfkey": XRFKEY}, extensions=extensions)


def test_a_client_with_the_right_certificate_is_served(demo_site: StartDemoSite) -> None:
    """Over TLS, both sides verified; paths and the name of the key in any case."""
    site = demo_site(small_world())
    with qrs_client(site) as client:
        answer = client.get("/About")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["schemaPath"] == "About"
    assert (site.host, site.proxy_port) == ("127.0.0.1", None)


def test_no_expired_or_foreign_client_gets_in(
    demo_site: StartDemoSite, demo_pki: Pki, tmp_path: Path
) -> None:
    """TLS ends the connection; QRS never sees the request."""
    site = demo_site(small_world())
    foreign = make_pki(elliptic=True).client
    for client in (None, demo_pki.expired_client(), foreign):
        with pytest.raises((httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError)):
            _get(site, _context(demo_pki.root_pem, client, tmp_path))
    assert site.log.count() == 0


def test_a_foreign_root_does_not_verify_the_site(
    demo_site: StartDemoSite, demo_pki: Pki, tmp_path: Path
) -> None:
    """Root.pem of another site is refused by the client."""
    site = demo_site(small_world())
    other = make_pki(elliptic=True)
    with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
        _get(site, _context(other.root_pem, demo_pki.client, tmp_path))


def test_a_short_host_name_must_be_named(demo_site: StartDemoSite, tmp_path: Path) -> None:
    """The address doesn't verify; the short name as TLS server name does."""
    pki = make_pki(("qlikdemo",), elliptic=True)
    site = demo_site(small_world(), pki=pki)
    context = _context(pki.root_pem, pki.client, tmp_path)
    with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
        _get(site, context)
    assert _get(site, context, sni_hostname="qlikdemo").status_code == 200


def test_a_sparse_root_needs_verification_that_is_not_strict(
    demo_site: StartDemoSite, tmp_path: Path
) -> None:
    """Python's default since 3.13 refuses it, with the flag off it is verified."""
    pki = make_pki(sparse_root=True, elliptic=True)
    site = demo_site(small_world(), pki=pki)
    context = _context(pki.root_pem, pki.client, tmp_path)
    assert context.verify_flags & ssl.VERIFY_X509_STRICT
    with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
        _get(site, context)
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    assert _get(site, context).status_code == 200


def test_sites_run_side_by_side_and_stop(demo_pki: Pki) -> None:
    """Each has its port and world; a port is free again after its site."""
    with ExitStack() as stack:
        sites = [
            stack.enter_context(DemoSite.start(world=small_world(), pki=demo_pki)) for _ in range(2)
        ]
        assert sites[0].port != sites[1].port
        port = sites[0].port
        with pytest.raises(DemoSiteError, match="can't listen"):
            stack.enter_context(DemoSite.start(world=small_world(), pki=demo_pki, port=port))
    with DemoSite.start(world=small_world(), pki=demo_pki, port=port) as again:
        assert again.port == port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_a_site_that_can_not_start_says_so(demo_pki: Pki, tmp_path: Path) -> None:
    """A key that doesn't belong to the certificate is no silent death of a thread."""
    other = make_pki(elliptic=True)
    wrong = Identity(demo_pki.server.certificate, other.server.key)
    broken = Pki(demo_pki.root, wrong, demo_pki.client, sparse=False)
    with (
        pytest.raises(DemoSiteError, match="did not start"),
        DemoSite.start(world=small_world(), pki=broken, directory=tmp_path),
    ):
        pass
