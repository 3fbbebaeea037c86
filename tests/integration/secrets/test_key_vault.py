"""Secrets from a Key Vault: the real SDK, over TLS, against the tests' own vault."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from azure.core.credentials import AccessToken

from shared.adapters.key_vault import KeyVault, open_secret_client
from shared.adapters.secrets import SecretReader
from shared.domain.errors import SecretError
from shared.domain.secret_sources import KeyVaultSecret, SecretSource
from tests.integration.secrets.vault_server import TOKEN, Fault, Vault, running

SOURCE = KeyVaultSecret("qlik-jwt", "QLIK_SENSE__JWT_SECRET")


class Identity:
    """A credential that always has the token which the vault wants, and counts how often."""

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token
        self.scopes: list[str] = []

    def get_token(self, *scopes: str, **_: object) -> AccessToken:
        """What azure-identity's credentials do, without asking anybody."""
        self.scopes.extend(scopes)
        return AccessToken(self.token, 4_102_444_800)


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """The seconds that have passed so far."""
        return self.now


class Stale:
    """Remembers what was reported as stale."""

    def __init__(self) -> None:
        self.reports: list[tuple[SecretSource, str]] = []

    def __call__(self, source: SecretSource, error: SecretError) -> None:
        """Keep a report."""
        self.reports.append((source, str(error)))


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """A certificate authority of the tests."""
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """The same authority, trusted by the HTTP client of the SDK."""
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(bundle)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    return authority


@pytest.fixture
def vault(trusted: trustme.CA) -> Iterator[Vault]:
    """A vault with one secret."""
    with running(Vault(secrets={"qlik-jwt": "eyJ.abc.def\n"}), trusted) as served:
        yield served


def reader_of(
    vault: Vault,
    *,
    identity: Identity | None = None,
    clock: Clock | None = None,
    stale: Stale | None = None,
    retries: int = 3,
) -> SecretReader:
    """A reader as the app makes it, with a clock and an identity of the test."""
    credential = identity or Identity()
    return SecretReader(
        KeyVault(vault.url, lambda: open_secret_client(vault.url, credential, retries=retries)),
        on_stale=stale or Stale(),
        clock=clock or Clock(),
    )


async def failure(reader: SecretReader, source: SecretSource = SOURCE) -> str:
    """The message with which reading fails."""
    with pytest.raises(SecretError) as caught:
        await reader.read(source)
    return str(caught.value)


async def test_reads_a_secret_after_the_challenge(vault: Vault) -> None:
    """The identity asks for the scope of the challenge, then the secret is read."""
    identity = Identity()
    assert await reader_of(vault, identity=identity).read_text(SOURCE) == "eyJ.abc.def"
    assert vault.challenges == 1
    assert identity.scopes == [f"{vault.resource}/.default"]


async def test_tells_when_the_secret_expires(vault: Vault) -> None:
    """The vault's expiry date comes along with the secret, in UTC."""
    vault.expires["qlik-jwt"] = 1_900_000_000
    secret = await reader_of(vault).read(SOURCE)
    assert secret.expires_on == datetime.fromtimestamp(1_900_000_000, UTC)
    assert "eyJ" not in repr(secret)


async def test_many_readers_cause_one_read(vault: Vault) -> None:
    """A hundred concurrent callers share a single request for the secret."""
    reader = reader_of(vault)
    values = await asyncio.gather(*(reader.read_text(SOURCE) for _ in range(100)))
    assert set(values) == {"eyJ.abc.def"}
    assert vault.reads == ["qlik-jwt"]


async def test_reads_again_after_an_hour(vault: Vault) -> None:
    """A rotated secret is seen when the hour is over, and not before."""
    clock = Clock()
    reader = reader_of(vault, clock=clock)
    await reader.read(SOURCE)
    vault.secrets["qlik-jwt"] = "rotated"
    clock.now = timedelta(minutes=59).total_seconds()
    assert await reader.read_text(SOURCE) == "eyJ.abc.def"
    clock.now = timedelta(minutes=60).total_seconds()
    assert await reader.read_text(SOURCE) == "rotated"


async def test_a_failed_refresh_keeps_the_older_value_and_says_so(vault: Vault) -> None:
    """A refused refresh is reported once, the old value stays, and a later refresh heals it."""
    clock, stale = Clock(), Stale()
    reader = reader_of(vault, clock=clock, stale=stale)
    await reader.read(SOURCE)
    vault.faults = [Fault(403, "Forbidden", "Caller is not authorized", "ForbiddenByRbac")]
    vault.secrets["qlik-jwt"] = "rotated"
    clock.now = 3600.0
    assert await reader.read_text(SOURCE) == "eyJ.abc.def"
    assert await reader.read_text(SOURCE) == "eyJ.abc.def"
    assert [source for source, _ in stale.reports] == [SOURCE]
    assert "Key Vault Secrets User" in stale.reports[0][1]
    clock.now = 3600.0 + 300.0
    assert await reader.read_text(SOURCE) == "rotated"


async def test_a_missing_secret_is_named(vault: Vault) -> None:
    """404 names the setting, the secret and the vault."""
    text = await failure(reader_of(vault), KeyVaultSecret("absent", "INFLUXDB__TOKEN_SECRET"))
    assert text == (
        f"INFLUXDB__TOKEN_SECRET: There is no secret 'absent' of {vault.url}; "
        "create it or correct the setting."
    )


@pytest.mark.parametrize(
    ("fault", "advice"),
    [
        (Fault(403, "Forbidden", "Caller is not authorized", "ForbiddenByRbac"), "Secrets User"),
        (Fault(403, "Forbidden", "Client address…", "ForbiddenByFirewall"), "firewall"),
        (
            Fault(403, "Forbidden", "Operation get is not allowed on a disabled secret."),
            "enable it",
        ),
    ],
)
async def test_a_refusal_says_what_to_do(vault: Vault, fault: Fault, advice: str) -> None:
    """The three reasons for 403 give three different pieces of advice."""
    vault.faults = [fault]
    assert advice in await failure(reader_of(vault))


async def test_waits_and_asks_again_when_throttled(vault: Vault) -> None:
    """429 with a time to wait is retried, and the caller never sees it."""
    vault.faults = [Fault(429, "Throttled", headers={"x-ms-retry-after-ms": "1"})] * 2
    assert await reader_of(vault).read_text(SOURCE) == "eyJ.abc.def"
    assert len(vault.reads) == 3


async def test_throttled_for_good_is_an_error(vault: Vault) -> None:
    """When every retry is answered 429, the error tells the status."""
    vault.always = Fault(429, "Throttled", headers={"x-ms-retry-after-ms": "1"})
    assert "answered 429" in await failure(reader_of(vault))
    assert len(vault.reads) == 4


async def test_an_unknown_identity_is_told_apart(vault: Vault) -> None:
    """A token that the vault does not take points at the identity, not at rights."""
    text = await failure(reader_of(vault, identity=Identity("wrong")))
    assert "could not be authenticated" in text
    assert "wrong" not in text


async def test_a_vault_that_is_down_is_unreachable(trusted: trustme.CA) -> None:
    """Nothing listening: the error points at the address, the network and the firewall."""
    with running(Vault(), trusted) as gone:
        reader = reader_of(gone, retries=0)
    assert "could not be reached" in await failure(reader)


async def test_a_vault_with_an_unknown_certificate_is_refused(vault: Vault) -> None:
    """A server that another authority vouches for gets no token."""
    identity = Identity()
    with running(Vault(secrets=dict(vault.secrets)), trustme.CA()) as impostor:
        text = await failure(reader_of(impostor, identity=identity, retries=0))
    assert "could not be reached" in text
    assert identity.scopes == []


async def test_a_server_that_is_no_key_vault_is_refused(trusted: trustme.CA) -> None:
    """A challenge for another domain gets no token: KEY_VAULT_URL is wrong."""
    identity = Identity()
    with running(Vault(resource="https://evil.example.com"), trusted) as other:
        text = await failure(reader_of(other, identity=identity, retries=0))
    assert "check KEY_VAULT_URL" in text
    assert identity.scopes == []


async def test_a_login_page_is_no_secret(vault: Vault) -> None:
    """A page of HTML that some proxy answers with 200 is an error, never a value."""
    vault.login_page = True
    assert "does not answer as a Key Vault" in await failure(reader_of(vault, retries=0))


@pytest.mark.parametrize("value", ["", "  \n", "@Microsoft.KeyVault(SecretUri=https://v/s)"])
async def test_a_secret_without_content_is_refused(vault: Vault, value: str) -> None:
    """Empty secrets and references that nobody resolved are errors, not values."""
    vault.secrets["qlik-jwt"] = value
    text = await failure(reader_of(vault))
    assert text.startswith("QLIK_SENSE__JWT_SECRET: The Key Vault secret 'qlik-jwt'")


async def test_closing_forgets_the_secrets(vault: Vault) -> None:
    """After closing, the next read asks the vault again."""
    reader = reader_of(vault)
    await reader.read(SOURCE)
    reader.close()
    await reader.read(SOURCE)
    assert len(vault.reads) == 2
    reader.close()
