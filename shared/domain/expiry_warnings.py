"""Early warnings about what expires: the server license, certificates, Key Vault secrets."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from shared.domain.early_warnings import (
    EarlyWarning,
    Finding,
    Remark,
    Thresholds,
    WarningKind,
    days_until,
)
from shared.domain.model import ServerLicense

SERVER_LICENSE = "server_license"
CLIENT_CERTIFICATE = "client_certificate"


def server_license_finding(
    license_: ServerLicense | None, thresholds: Thresholds, now: datetime
) -> Finding | None:
    """That the site license expires soon or has expired; days are negative after the expiry."""
    if thresholds.server_license_days is None:
        return None
    if license_ is None:
        return Remark(SERVER_LICENSE, "The site has no license, so no expiry is known.")
    days = license_.days_until_expiry(now.date())
    if license_.has_expired(now.date()):
        return _expired_license(days)
    if days is None:
        return Remark(
            SERVER_LICENSE,
            "The expiry of the site license could not be read; look it up in the QMC.",
        )
    if days > thresholds.server_license_days:
        return None
    return EarlyWarning(
        WarningKind.SERVER_LICENSE_EXPIRING,
        SERVER_LICENSE,
        f"The site license expires in {days} days, on {license_.expiry}. Renew it in time.",
        {"days": float(days)},
    )


def certificate_finding(
    expires_at: datetime | None,
    thresholds: Thresholds,
    now: datetime,
    subject: str = CLIENT_CERTIFICATE,
) -> Finding | None:
    """That a certificate expires soon or has expired; a remark when its expiry is unknown."""
    if thresholds.certificate_days is None:
        return None
    if expires_at is None:
        return Remark(subject, f"The expiry of {subject} could not be read.")
    return _expiring(
        WarningKind.CERTIFICATE_EXPIRING,
        subject,
        (expires_at, thresholds.certificate_days, now),
        "Export a new one from the QMC and put it where the app settings say.",
    )


def secret_findings(
    expiries: Mapping[str, datetime | None], thresholds: Thresholds, now: datetime
) -> Iterator[EarlyWarning]:
    """Key Vault secrets (by name) that expire soon or have expired.

    A secret without an expiry date is a usual one, so it is not remarked upon.
    """
    if thresholds.secret_days is None:
        return
    for name, expires_at in sorted(expiries.items()):
        if expires_at is not None:
            found = _expiring(
                WarningKind.SECRET_EXPIRING,
                name,
                (expires_at, thresholds.secret_days, now),
                "Put a new version into the Key Vault; it is picked up by itself.",
            )
            if found:
                yield found


def _expired_license(days: int | None) -> EarlyWarning:
    # QRS may call a license expired whose date is unknown or still to come.
    when = f" {-days} days ago" if days is not None and days < 0 else ", as Qlik Sense itself says"
    return EarlyWarning(
        WarningKind.SERVER_LICENSE_EXPIRED,
        SERVER_LICENSE,
        f"The site license expired{when}. Install a new one.",
        {} if days is None else {"days": float(days)},
    )


def _expiring(
    kind: WarningKind, subject: str, when: tuple[datetime, float, datetime], advice: str
) -> EarlyWarning | None:
    expires_at, within, now = when
    days = days_until(expires_at, now)
    if days > within:
        return None
    verb = "expires in" if days >= 0 else "expired"
    ago = "" if days >= 0 else " ago"
    return EarlyWarning(
        kind,
        subject,
        f"{subject} {verb} {abs(days):.1f} days{ago}, at {expires_at:%Y-%m-%d %H:%M} UTC. {advice}",
        {"days": days},
    )
