"""Who owns an app, by one bulk request."""

import pytest

from local.demo_site.accounts import Accounts, Rights
from shared.adapters.qrs import CertificateUser, ClientCertificate
from shared.domain.errors import QrsAnswerError, QrsUnavailableError
from tests.demo_site_fixture import StartDemoSite, populated_world
from tests.integration.qrs.raw_server import raw_server, reply, send_and_close, server_tls
from tests.integration.qrs.site import GUID, OTHER_GUID, ROOT, SERVER, qrs_client

TLS = server_tls(SERVER, clients=ROOT)


async def test_everybody_who_owns_an_app_is_named_once(demo_site: StartDemoSite) -> None:
    """One request gives the owners of all apps, and most professional users are none of them."""
    site = demo_site(populated_world(2000))
    material = ClientCertificate(site.pki.client.pfx)
    async with qrs_client(site.port, root=site.pki.root_pem, material=material) as client:
        owners = await client.owner_ids()
    assert owners == {owned.owner.id for owned in site.world.apps() if owned.owner}
    assert site.log.count("GET") == 1
    assert len(site.world.apps()) == 250
    assert 20 < len(owners) < 200


async def test_a_weak_account_sees_the_owners_of_its_directory(demo_site: StartDemoSite) -> None:
    """Rows are missing without an error, as in every list."""
    lab = Rights(users_of=frozenset({"LAB"}), may_change=False)
    site = demo_site(populated_world(2000), accounts=Accounts({"LAB\\eva": lab}))
    async with qrs_client(
        site.port,
        root=site.pki.root_pem,
        material=ClientCertificate(site.pki.client.pfx),
        auth=CertificateUser("LAB", "eva"),
    ) as client:
        owners = await client.owner_ids()
    every = {owned.owner for owned in site.world.apps() if owned.owner}
    assert owners == {user.id for user in every if user.directory == "LAB"}
    assert 0 < len(owners) < len(every)


async def test_an_app_of_a_deleted_user_has_no_owner(demo_site: StartDemoSite) -> None:
    """It is passed over."""
    site = demo_site(populated_world(500))
    owner = next(owned.owner for owned in site.world.apps() if owned.owner)
    site.world.delete_user(owner.account)
    material = ClientCertificate(site.pki.client.pfx)
    async with qrs_client(site.port, root=site.pki.root_pem, material=material) as client:
        owners = await client.owner_ids()
    assert owners
    assert owner.id not in owners


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"null", QrsAnswerError),
        (b"{}", QrsAnswerError),
        ([{"id": GUID, "owner": "anna"}], QrsAnswerError),
        ([{"id": GUID}, {"id": GUID}], QrsAnswerError),
        ([{"owner": {"id": GUID}}], QrsAnswerError),
        (b'[{"id":"' + GUID.encode() + b'","owner":null}', QrsUnavailableError),
    ],
)
async def test_a_list_that_can_not_be_trusted_is_an_error(
    body: object, error: type[Exception]
) -> None:
    """Half a list would make owners look like people who own nothing."""
    async with raw_server(TLS, reply(body=body)) as server, qrs_client(server.port) as client:
        with pytest.raises(error):
            await client.owner_ids()


async def test_an_empty_site_has_no_owners() -> None:
    """No apps, nobody; an id in capitals comes in lower case."""
    row = {"id": GUID, "owner": {"id": OTHER_GUID.upper()}, "name": "x" * 10_000}
    async with (
        raw_server(TLS, reply(body=[]), reply(body=[row]), send_and_close()) as server,
        qrs_client(server.port) as client,
    ):
        assert await client.owner_ids() == frozenset()
        assert await client.owner_ids() == {OTHER_GUID}
