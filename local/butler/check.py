"""Whether the settings that came out are such that the app takes them."""

from collections.abc import Mapping
from datetime import UTC, datetime

from local.butler.errors import ButlerConfigError
from local.butler.formats import Format
from local.host.schedule import parse_schedule
from shared.domain.errors import SettingsError
from shared.settings import load_settings

_VAULT = "https://my-vault.vault.azure.net"
_SCHEDULES = ("USAGE_SCHEDULE", "RELEASE_SCHEDULE")
_SHOWN_RUNS = 3


def check_settings(settings: Mapping[str, str], origins: Mapping[str, str], form: Format) -> None:
    """Refuse settings that the app would refuse.

    Args:
        settings: all of a form; the deployment adds KEY_VAULT_URL, so it may be missing.
        origins: where settings come from.
        form: which form it is.

    Raises:
        ButlerConfigError: in the app's own words, with the keys of Butler behind them.
    """
    vault = {"KEY_VAULT_URL": _VAULT} if form.is_for_azure else {}
    try:
        load_settings({**vault, **settings})
    except SettingsError as error:
        told = str(error)
        behind = "".join(f"\n  {name} is {key}" for name, key in origins.items() if name in told)
        raise ButlerConfigError(
            f"The app would not take these settings. {told}{behind}\nCorrect the Butler config, or "
            "give a setting yourself: --set NAME=VALUE."
        ) from None
    for name in _SCHEDULES:
        if name in settings:
            parse_schedule(settings[name], name)


def next_runs(settings: Mapping[str, str], now: datetime) -> list[str]:
    """The next runs of each schedule, in words; `now` is aware."""
    return [
        f"{name} = {settings[name]}: {', '.join(_runs(settings[name], now))} UTC"
        for name in _SCHEDULES
        if name in settings
    ]


def _runs(ncrontab: str, now: datetime) -> list[str]:
    schedule, runs = parse_schedule(ncrontab, ""), [now.astimezone(UTC)]
    for _ in range(_SHOWN_RUNS):
        runs.append(schedule.next_after(runs[-1]))
    return [f"{run:%Y-%m-%d %H:%M}" for run in runs[1:]]
