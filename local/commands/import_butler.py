"""`import-butler`: from a Butler config to app settings."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from local.butler.check import check_settings
from local.butler.convert import Import, convert
from local.butler.errors import ButlerConfigError
from local.butler.formats import Format, app_settings, rendered
from local.butler.read_yaml import read_config
from local.butler.report import report, report_row
from local.commands.options import AsJson
from local.commands.show import Printer
from shared.app import utc_now
from shared.settings import SETTING_REFERENCE

_KNOWN = frozenset(info.name for info in SETTING_REFERENCE)


def import_butler(
    config: Annotated[
        Path, typer.Argument(metavar="CONFIG", help="The YAML file that Butler is started with.")
    ],
    site: Annotated[
        str, typer.Option(metavar="NAME", help="Your name for the site; else the host of QRS.")
    ] = "",
    form: Annotated[
        Format,
        typer.Option(
            "--format",
            help="env and settings-file name secrets as files, json and bicepparam as secrets of "
            "a Key Vault.",
        ),
    ] = Format.SETTINGS_FILE,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A new file for the settings.")
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="An app setting that counts instead of what Butler has; empty: leave it out.",
        ),
    ] = None,
    demo_site: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Reach a demo site instead of Butler's, by the certificates in this folder.",
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Make app settings of a Butler config, and tell what behaves differently."""
    wanted = {**_demo(demo_site), **dict(map(_setting, given or ()))}
    if site:
        wanted["SITE_NAME"] = site
    imported = convert(read_config(config), str(config), wanted)
    settings = app_settings(imported, form)
    check_settings(settings, imported.origins, form)
    content = _rendered(settings, form)
    if out:
        _write_new(out, content)
    if json:
        row = report_row(imported, settings, form, out, utc_now())
        Printer(Console()).json({"out": str(out) if out else None, "settings": settings, **row})
    else:
        _show(content, imported, settings, form, out)


def _show(
    content: str, imported: Import, settings: dict[str, str], form: Format, out: Path | None
) -> None:
    printer = Printer(Console())
    if out:
        printer.line(f"{len(settings)} settings written to {out}")
    else:
        printer.line(content.rstrip("\n"))
        printer = Printer(Console(stderr=True))  # so that `> FILE` gets the settings alone
    for line, style in report(imported, settings, form, out, utc_now()):
        printer.line(line, style)


def _rendered(settings: dict[str, str], form: Format) -> str:
    try:
        return rendered(settings, form)
    except ValueError as error:
        raise ButlerConfigError(str(error)) from None


def _demo(folder: Path | None) -> dict[str, str]:
    """How `python -m local.demo_site --certificates FOLDER` is reached; its points go to a file."""
    if folder is None:
        return {}
    if not (folder / "client.pem").exists():
        raise ButlerConfigError(
            f"{folder} has no client.pem. Start the demo site first, in a window of its own: "
            f"python -m local.demo_site --certificates {folder}"
        )
    return {
        "SITE_NAME": "demo",
        "QLIK_SENSE__HOST": "127.0.0.1",
        "QLIK_SENSE__PORT": "4242",
        "QLIK_SENSE__USER": "INTERNAL\\sa_api",
        "QLIK_SENSE__CLIENT_CERTIFICATE_FILE": str(folder / "client.pem"),
        "QLIK_SENSE__CLIENT_KEY_FILE": str(folder / "client_key.pem"),
        "QLIK_SENSE__ROOT_CERTIFICATE_FILE": str(folder / "root.pem"),
        **dict.fromkeys(
            ("INFLUXDB__URL", "INFLUXDB__ORG", "INFLUXDB__BUCKET", "INFLUXDB__TOKEN_FILE"), ""
        ),
    }


def _write_new(path: Path, content: str) -> None:
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(content)
    except FileExistsError:
        raise ButlerConfigError(
            f"{path} is there already and is left as it is. Remove it, or give another name."
        ) from None
    except OSError as error:
        raise ButlerConfigError(f"{path} can't be written: {error}") from error


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise _wrong(f"{text!r} is not NAME=VALUE, like SITE_NAME=Production")
    if name.upper() in _KNOWN:
        return name.upper(), value
    if name.startswith("AzureWebJobs"):  # the host's own, whose names are written just so
        return name, value
    raise _wrong(f"{name!r} is no setting; docs/settings.md lists all of them")


def _wrong(text: str) -> typer.BadParameter:
    return typer.BadParameter(text, param_hint="--set")
