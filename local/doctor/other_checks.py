"""InfluxDB, the webhook and QlikView: what is configured is asked, and nothing is changed."""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from local.doctor.result import Result, failed, ok, warning
from shared.adapters.influxdb import InfluxDbWriter
from shared.adapters.qms import QmsClient, QmsConnection
from shared.adapters.qrs import tls_context
from shared.adapters.webhook_failures import NotDeliveredError, checked_address, fault
from shared.settings import InfluxDbSettings, QlikViewSettings

_CONNECT_SECONDS = 10.0


async def check_influxdb(influxdb: InfluxDbSettings, token: bytes) -> Sequence[Result]:
    """Whether InfluxDB takes the token for the bucket; no point is written.

    Raises:
        PointsError: it does not.
    """
    writer = InfluxDbWriter(
        influxdb.url,
        token.decode(),
        influxdb.org or "",
        influxdb.bucket,
        request_timeout=_CONNECT_SECONDS,
    )
    try:
        await writer.try_out()
    finally:
        await writer.close()
    return [ok("InfluxDB", f"InfluxDB answers, and takes the token for {influxdb.bucket!r}.")]


async def check_webhook(address: bytes) -> Sequence[Result]:
    """Whether the webhook's server can be reached; nothing is posted, its address is not told."""
    try:
        url = checked_address(address.decode())
        secure = url.scheme == "https"
        await _connect(url.host, url.port or (443 if secure else 80), secure=secure)
    except NotDeliveredError as error:
        return [failed("webhook", str(error))]
    except (OSError, TimeoutError) as error:  # also ssl.SSLError
        return [failed("webhook", str(fault(error)))]
    return [ok("webhook", "The webhook's server can be reached. Nothing was posted.")]


async def check_qlikview(
    qlikview: QlikViewSettings, secrets: Mapping[str, bytes]
) -> Sequence[Result]:
    """Whether QMS answers, and the account is in the groups that reading leases takes.

    Raises:
        QmsError: it does not, or the account is in none or one of them.
    """
    qms = QmsClient(
        QmsConnection(
            url=qlikview.url,
            api=qlikview.api,
            user=qlikview.user,
            password=secrets["qlikview"].decode(),
            tls=_qms_tls(qlikview, secrets.get("qlikview root")),
        )
    )
    try:
        servers = await qms.servers()
        if not servers:
            return [warning("QlikView", "QMS answers, and names no QlikView Server.")]
        await qms.cal_configuration(servers[0])
    finally:
        await qms.aclose()
    names = ", ".join(server.name for server in servers)
    text = f"QMS answers {qlikview.user}, who may read the CALs of {names}."
    return [ok("QlikView", text)]


async def _connect(host: str, port: int, *, secure: bool) -> None:
    context = ssl.create_default_context() if secure else None
    async with asyncio.timeout(_CONNECT_SECONDS):
        _, writer = await asyncio.open_connection(host, port, ssl=context)
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


def _qms_tls(qlikview: QlikViewSettings, root: bytes | None) -> ssl.SSLContext | None:
    if not qlikview.url.lower().startswith("https:"):
        return None
    setting = "QLIKVIEW__ROOT_CERTIFICATE_*"
    return tls_context(None, root, now=datetime.now(UTC), root_setting=setting)
