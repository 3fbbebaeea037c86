"""Opens what settings and secrets describe: QRS, the point store, the ledger, the secrets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from shared.domain.errors import SettingsError
from shared.domain.notice import NoticeKind
from shared.domain.secret_sources import KeyVaultSecret
from shared.usecases.ports import Notifier, PointWriter, RequestGate
from shared.usecases.qrs_share import QrsShare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.adapters.influxdb import InfluxDbWriter
    from shared.adapters.ledger import TablesLedger
    from shared.adapters.message_queue import StorageMessageQueue
    from shared.adapters.qrs import ClientCertificate, QrsClient
    from shared.adapters.secrets import SecretReader
    from shared.domain.errors import SecretError
    from shared.domain.points import Point
    from shared.domain.secret_sources import SecretSource
    from shared.settings import Settings, StorageSettings

type WebhookFailure = Callable[[NoticeKind, str], None]
type OpenShare = Callable[[RequestGate], QrsShare]

_CERTIFICATES = frozenset({"certificate", "key", "root"})


@dataclass(frozen=True, slots=True)
class ConnectionKey:
    """All that the connections are made from; when it changes, they are opened anew.

    `secrets` holds pairs of a secret's use (`certificate`, `jwt`, ...) and its bytes.
    """

    settings: "Settings"
    points_file: str
    secrets: frozenset[tuple[str, bytes]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Connections:
    """The open connections of a worker; `share` is its part of what QRS may be asked at once."""

    qrs: "QrsClient"
    share: QrsShare
    certificate_expiry: datetime | None
    points: PointWriter
    notifier: Notifier
    influxdb: "InfluxDbWriter | None"

    async def aclose(self) -> None:
        """Close all of them."""
        await self.qrs.aclose()
        if self.influxdb:
            await self.influxdb.close()


class NoPoints:
    """Takes the place of a point store when none is configured: points are not wanted."""

    async def write(self, points: "Sequence[Point]") -> None:
        """Do nothing: INFLUXDB__URL is not set, and the ledger has what the points would tell."""


@dataclass(frozen=True, slots=True)
class SecretsRead:
    """The secrets by what they are for, and when those of Key Vault expire, by their names."""

    values: Mapping[str, bytes] = field(repr=False)
    expiries: Mapping[str, datetime | None]


def secret_sources(settings: "Settings") -> "dict[str, SecretSource | None]":
    """Where the secrets of the connections to Qlik Sense are, by what they are for."""
    sense, influxdb = settings.qlik_sense, settings.influxdb
    return {
        "certificate": sense.client_certificate,
        "key": sense.client_key,
        "root": sense.root_certificate,
        "jwt": sense.jwt,
        "influxdb": influxdb.token if influxdb else None,
        "webhook": settings.webhook.url if settings.webhook else None,
    }


async def read_secrets(
    sources: "Mapping[str, SecretSource | None]", reader: "SecretReader"
) -> SecretsRead:
    """Read the secrets that are given.

    Raises:
        SecretError: one of them can't be read, or is no certificate where one is wanted.
    """
    from shared.adapters.certificate_text import certificate_bytes

    read = {use: await reader.read(source) for use, source in sources.items() if source}
    return SecretsRead(
        values={
            use: certificate_bytes(secret) if use in _CERTIFICATES else secret.text.encode()
            for use, secret in read.items()
        },
        expiries={
            secret.source.name: secret.expires_on
            for secret in read.values()
            if isinstance(secret.source, KeyVaultSecret)
        },
    )


async def open_connections(
    key: ConnectionKey, on_webhook_failure: WebhookFailure, open_share: OpenShare
) -> Connections:
    """Build the clients; nothing is sent before they are used.

    Args:
        key: what they are made from.
        on_webhook_failure: told which kind of notice could not be sent, and why.
        open_share: makes the share of what passes a gate.

    Raises:
        CertificateError: the client certificate can't be used.
    """
    secrets = dict(key.secrets)
    from shared.adapters.qrs import client_certificate_expiry

    points = open_points(key)
    notifier = _notifier(key.settings, secrets, on_webhook_failure)
    client = _client_certificate(secrets)
    qrs = _qrs(key.settings, secrets, client)
    return Connections(
        qrs=qrs,
        share=open_share(qrs.gate),
        certificate_expiry=client_certificate_expiry(client) if client else None,
        points=points.writer,
        notifier=notifier,
        influxdb=points.influxdb,
    )


def open_qrs(settings: "Settings", secrets: Mapping[str, bytes]) -> "QrsClient":
    """QRS alone, from the secrets of `secret_sources` by their names; nothing is sent before use.

    Raises:
        CertificateError: a certificate can't be used.
        SecretError: the JWT can't be used.
    """
    return _qrs(settings, secrets, _client_certificate(secrets))


@dataclass(frozen=True, slots=True)
class PointStore:
    """Where points go; `influxdb` is what has to be closed, where it is one."""

    writer: PointWriter
    influxdb: "InfluxDbWriter | None"


def open_points(key: ConnectionKey) -> PointStore:
    """InfluxDB, or a file, or nothing: whatever is configured."""
    influxdb = _influxdb(key.settings, dict(key.secrets))
    if influxdb:
        return PointStore(influxdb, influxdb)
    return PointStore(_points_file(key.points_file) if key.points_file else NoPoints(), None)


def _client_certificate(secrets: Mapping[str, bytes]) -> "ClientCertificate | None":
    from shared.adapters.qrs import ClientCertificate

    if "certificate" not in secrets:
        return None
    return ClientCertificate(secrets["certificate"], secrets.get("key"))


def _qrs(
    settings: "Settings", secrets: Mapping[str, bytes], client: "ClientCertificate | None"
) -> "QrsClient":
    from shared.adapters import qrs

    sense = settings.qlik_sense
    auth: qrs.CertificateUser | qrs.JwtAuth
    if client:
        directory, _, user_id = sense.user.partition("\\")
        auth = qrs.CertificateUser(directory, user_id)
    else:
        auth = qrs.JwtAuth(secrets["jwt"].decode())
    return qrs.QrsClient(
        qrs.QrsConnection(
            f"https://{_url_host(sense.host)}:{sense.port}",
            qrs.tls_context(client, secrets.get("root"), now=datetime.now(UTC)),
            auth,
            tls_server_name=sense.tls_server_name,
            virtual_proxy=sense.virtual_proxy or "",
            concurrency=sense.max_concurrency,
        )
    )


def _url_host(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _influxdb(settings: "Settings", secrets: Mapping[str, bytes]) -> "InfluxDbWriter | None":
    if settings.influxdb is None:
        return None
    from shared.adapters.influxdb import InfluxDbWriter

    return InfluxDbWriter(
        settings.influxdb.url,
        secrets["influxdb"].decode(),
        settings.influxdb.org or "",
        settings.influxdb.bucket,
    )


def _notifier(
    settings: "Settings", secrets: Mapping[str, bytes], on_failure: WebhookFailure
) -> Notifier:
    from shared.adapters.webhook import NoWebhook, Webhook

    if settings.webhook is None:
        return NoWebhook()
    return Webhook(secrets["webhook"].decode(), settings.webhook.events, on_failure)


def _points_file(path: str) -> PointWriter:
    from shared.adapters.line_protocol_file import LineProtocolFile

    return LineProtocolFile(Path(path))


def open_ledger(site: str, storage: "StorageSettings") -> "TablesLedger":
    """The ledger of a site; its tables are reached on first use."""
    from shared.adapters.ledger import TableAccess, TablesLedger

    if storage.connection_string:
        access = TableAccess.from_connection_string(storage.connection_string)
    elif storage.table_service_uri:
        access = TableAccess.from_identity(storage.table_service_uri, client_id=storage.client_id)
    else:
        raise SettingsError("AzureWebJobsStorage__tableServiceUri is required for the ledger.")
    return TablesLedger(site, access)


def open_queue(storage: "StorageSettings", name: str = "") -> "StorageMessageQueue":
    """A queue, `release-candidates` without a name; it is reached on first use."""
    from shared.adapters.message_queue import RELEASE_CANDIDATES, StorageMessageQueue

    queue = name or RELEASE_CANDIDATES
    if storage.connection_string:
        return StorageMessageQueue.from_connection_string(storage.connection_string, queue=queue)
    if storage.queue_service_uri:
        return StorageMessageQueue.from_identity(
            storage.queue_service_uri, client_id=storage.client_id, queue=queue
        )
    raise SettingsError("AzureWebJobsStorage__queueServiceUri is required to put messages back.")


def open_secret_reader(
    vault_url: str | None,
    client_id: str | None,
    on_stale: "Callable[[SecretSource, SecretError], None]",
) -> "SecretReader":
    """A reader of files, and of Key Vault when there is one."""
    from shared.adapters.secrets import SecretReader

    if not vault_url:
        return SecretReader(None, on_stale=on_stale)
    from shared.adapters.key_vault import KeyVault, azure_credential, open_secret_client

    vault = KeyVault(vault_url, lambda: open_secret_client(vault_url, azure_credential(client_id)))
    return SecretReader(vault, on_stale=on_stale)
