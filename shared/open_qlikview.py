"""Opens what the collection of QlikView leases needs: the management service and the points."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared.open_connections import ConnectionKey, PointStore, open_points
from shared.settings import Settings

if TYPE_CHECKING:
    from shared.adapters.qms import QmsClient
    from shared.domain.secret_sources import SecretSource
    from shared.settings import QlikViewSettings


@dataclass(frozen=True, slots=True)
class QlikViewConnections:
    """The open connections of a worker that collects leases."""

    qms: "QmsClient"
    points: PointStore

    async def aclose(self) -> None:
        """Close all of them."""
        await self.qms.aclose()
        if self.points.influxdb:
            await self.points.influxdb.close()


def qlikview_sources(
    settings: Settings, qlikview: "QlikViewSettings"
) -> "dict[str, SecretSource | None]":
    """Where the secrets are that reading leases needs, by what they are for; no others are read."""
    influxdb = settings.influxdb
    return {
        "password": qlikview.password,
        "root": qlikview.root_certificate,
        "influxdb": influxdb.token if influxdb else None,
    }


async def open_qlikview(key: ConnectionKey) -> QlikViewConnections:
    """Build the clients; nothing is sent before they are used.

    Raises:
        CertificateError: the root certificate can't be used.
    """
    from shared.adapters.qms import QmsClient, QmsConnection

    qlikview = key.settings.qlikview
    if qlikview is None:
        raise ValueError("there are no QlikView settings to connect by")
    secrets = dict(key.secrets)
    connection = QmsConnection(
        url=qlikview.url,
        api=qlikview.api,
        user=qlikview.user,
        password=secrets["password"].decode(),
        tls=_tls_context(qlikview, secrets.get("root")),
    )
    return QlikViewConnections(QmsClient(connection), open_points(key))


def _tls_context(qlikview: "QlikViewSettings", root: bytes | None) -> ssl.SSLContext | None:
    """How an https address is verified; QMS speaks http unless a proxy stands before it."""
    from shared.adapters.qrs.tls import tls_context

    if not qlikview.url.lower().startswith("https:"):
        return None
    setting = "QLIKVIEW__ROOT_CERTIFICATE_*"
    return tls_context(None, root, now=datetime.now(UTC), root_setting=setting)
