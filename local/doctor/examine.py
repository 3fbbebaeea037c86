"""All checks on one settings file, each on its own and bounded in time."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from local.commands.session import has_storage, keep_events_quiet
from local.doctor.certificate_checks import CERTIFICATE_DAYS, check_certificates, check_root
from local.doctor.guard import guarded
from local.doctor.other_checks import check_influxdb, check_qlikview, check_webhook
from local.doctor.qrs_checks import QrsChecks
from local.doctor.result import Result, any_failed, failed, ok, skipped, warning
from local.doctor.secret_checks import ReadSecrets, read_all
from local.doctor.storage_checks import check_queue, check_tables
from local.doctor.tls_check import TlsCheck
from local.host.app_settings import SettingsError as FileError
from local.host.app_settings import read_settings_file, worker_environment
from shared.domain.errors import CertificateError, SecretError, SettingsError
from shared.open_connections import open_qrs
from shared.settings import Settings, load_settings, load_storage_settings
from shared.settings.rules import switches, thresholds


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that a check may take: a usual one, and the one that reads the whole site."""

    usual: float = 30.0
    whole_site: float = 240.0


_PATIENCE = Patience()


async def examine(
    settings_file: Path, now: datetime, patience: Patience = _PATIENCE
) -> list[Result]:
    """Every check, in the order in which people should read them.

    Args:
        settings_file: a file like local.settings.json.
        now: the moment, timezone-aware.
        patience: how long the checks may take.
    """
    keep_events_quiet()
    try:
        values = read_settings_file(settings_file)
    except FileError as error:
        return [failed("settings file", str(error)), *_not_looked_at("the settings file")]
    environment = worker_environment(values)
    first = [ok("settings file", f"{settings_file} can be read.")]
    storage = asyncio.ensure_future(_storage(environment, patience))
    try:
        settings = load_settings(environment)
    except SettingsError as error:
        return [
            *first,
            failed("settings", str(error)),
            *await storage,
            *_not_looked_at("the settings"),
        ]
    secrets = await read_all(settings, environment.get("AZURE_CLIENT_ID"), now, patience.usual)
    others = await asyncio.gather(
        storage,
        _qlik_sense(settings, secrets, now, patience),
        _influxdb(settings, secrets, patience),
        _webhook(settings, secrets, patience),
        _qlikview(settings, secrets, patience),
    )
    rest = [result for results in others for result in results]
    return [*first, *_settings(settings), *secrets.results, *rest]


def _settings(settings: Settings) -> list[Result]:
    doubts = [warning("settings", doubt) for doubt in settings.warnings]
    switch = switches(settings).holding_back()
    told = (
        f"{switch} holds releases back: nothing is released."
        if switch
        else "No switch holds releases back: licenses go by the schedule."
    )
    fine = ok("settings", f"All settings of the site {settings.site_name!r} can be used.")
    return [*(doubts or [fine]), ok("switches", told)]


def _not_looked_at(because: str) -> list[Result]:
    names = ("secrets", "Qlik Sense", "InfluxDB", "webhook", "QlikView")
    return [skipped(name, f"Not looked at, for {because} can't be used.") for name in names]


async def _storage(environment: Mapping[str, str], patience: Patience) -> list[Result]:
    if not has_storage(environment):
        return [
            skipped(
                "storage",
                "AzureWebJobsStorage names no account: commands on this machine keep their records"
                " by an emulator. In Azure the app needs one.",
            )
        ]
    try:
        storage = load_storage_settings(environment)
    except SettingsError as error:
        return [failed("storage", str(error))]
    return [
        *await guarded("storage tables", partial(check_tables, storage), patience.usual),
        *await guarded("storage queue", partial(check_queue, storage), patience.usual),
    ]


async def _qlik_sense(
    settings: Settings, secrets: ReadSecrets, now: datetime, patience: Patience
) -> list[Result]:
    within = thresholds(settings).certificate_days or CERTIFICATE_DAYS
    own = partial(check_certificates, secrets.values, now, within)
    root = partial(check_root, secrets.values, now, within)
    results = await guarded("client certificate", own, patience.usual)
    if settings.qlik_sense.root_certificate is None or secrets.has("root"):
        results += await guarded("root certificate", root, patience.usual)
    if not _complete(settings, secrets) or any_failed(results):
        return [*results, *_unreachable("what is wrong above comes first")]
    tls = TlsCheck(settings.qlik_sense, secrets.values, now, within)
    results += await guarded("server certificate", tls, patience.usual)
    if any_failed(results):
        return [*results, *_unreachable("the connection fails already")]
    return results + await _ask_qrs(settings, secrets, now, patience)


def _complete(settings: Settings, secrets: ReadSecrets) -> bool:
    sense = settings.qlik_sense
    needed = {
        "certificate": sense.client_certificate,
        "key": sense.client_key,
        "root": sense.root_certificate,
        "jwt": sense.jwt,
    }
    return secrets.has(*(use for use, source in needed.items() if source))


def _unreachable(why: str) -> list[Result]:
    names = ("QRS", "rights", "clock", "site license")
    return [skipped(name, f"Not looked at: {why}.") for name in names]


async def _ask_qrs(
    settings: Settings, secrets: ReadSecrets, now: datetime, patience: Patience
) -> list[Result]:
    try:
        qrs = open_qrs(settings, secrets.values)
    except (CertificateError, SecretError, SettingsError) as error:
        return [failed("QRS", str(error)), *_unreachable("what is wrong above comes first")[1:]]
    qrs.gate.allow(1, 0)
    who = "the JWT" if secrets.has("jwt") else settings.qlik_sense.user
    checks = QrsChecks(qrs, who, now, thresholds(settings))
    try:
        results = await guarded("QRS", checks.answers, patience.usual)
        if any_failed(results):
            return [*results, *_unreachable("QRS does not answer")[1:]]
        results += await guarded("rights", checks.rights, patience.whole_site)
        results += await guarded("clock", checks.clock, patience.usual)
        return results + await guarded("site license", checks.site_license, patience.usual)
    finally:
        await qrs.aclose()


async def _influxdb(
    settings: Settings, secrets: ReadSecrets, patience: Patience
) -> Sequence[Result]:
    if settings.influxdb is None:
        return [skipped("InfluxDB", "INFLUXDB__URL is not set: no points are written.")]
    if not secrets.has("influxdb"):
        return [skipped("InfluxDB", "Not looked at: its token can't be read.")]
    check = partial(check_influxdb, settings.influxdb, secrets.values["influxdb"])
    return await guarded("InfluxDB", check, patience.usual)


async def _webhook(
    settings: Settings, secrets: ReadSecrets, patience: Patience
) -> Sequence[Result]:
    if settings.webhook is None:
        return [skipped("webhook", "None is configured: nobody is told.")]
    if not secrets.has("webhook"):
        return [skipped("webhook", "Not looked at: its address can't be read.")]
    check = partial(check_webhook, secrets.values["webhook"])
    return await guarded("webhook", check, patience.usual)


async def _qlikview(
    settings: Settings, secrets: ReadSecrets, patience: Patience
) -> Sequence[Result]:
    qlikview = settings.qlikview
    if qlikview is None:
        return [skipped("QlikView", "QLIKVIEW__URL is not set: no leases are read.")]
    needed = ["qlikview"] + ["qlikview root"] * bool(qlikview.root_certificate)
    if not secrets.has(*needed):
        return [skipped("QlikView", "Not looked at: its password or root can't be read.")]
    check = partial(check_qlikview, qlikview, secrets.values)
    return await guarded("QlikView", check, patience.usual)
