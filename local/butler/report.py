"""What an import tells beside the settings: next steps, what to look at, what differs."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from local.butler.check import next_runs
from local.butler.convert import Import
from local.butler.formats import Format

_USE = {
    Format.ENV: "Load them into a shell: set -a; . ./{file}; set +a",
    Format.JSON: "Set them: az functionapp config appsettings set -g GROUP -n APP "
    "--settings @{file}",
    Format.BICEPPARAM: "Put the file beside main.bicep, decide on the four parameters at its top, "
    "then: az deployment group create -g GROUP -p infra/bicep/{file}",
    Format.SETTINGS_FILE: "A dry plan, which releases nothing: make run SETTINGS={file}",
}
_FILES = {
    Format.ENV: "steward.env",
    Format.JSON: "settings.json",
    Format.BICEPPARAM: "steward.bicepparam",
    Format.SETTINGS_FILE: "local.settings.json",
}

_TITLES = (
    "Next",
    "Runs",
    "Look at these yourself",
    "What behaves differently here, and why",
    "Not carried over",
)

type Line = tuple[str, str]


def report(
    imported: Import, settings: Mapping[str, str], form: Format, out: Path | None, now: datetime
) -> Iterator[Line]:
    """Lines and their style.

    Args:
        imported: the import.
        settings: all settings of the form.
        form: which form they have.
        out: the file that they were written to.
        now: the moment that the next runs are counted from.
    """
    row = report_row(imported, settings, form, out, now)
    for title, texts in zip(_TITLES, row.values(), strict=True):
        if texts:
            yield "", ""
            yield title, "bold"
            yield from ((f"- {text}", "") for text in texts)


def report_row(
    imported: Import, settings: Mapping[str, str], form: Format, out: Path | None, now: datetime
) -> dict[str, list[str]]:
    """The same for scripts."""
    return {
        "next": list(_steps(imported, form, str(out) if out else _FILES[form])),
        "runs": next_runs(settings, now),
        "look_at": list(imported.look_at),
        "differences": [f"{each.title}. {each.text}" for each in imported.differences],
        "left_out": list(imported.left_out),
    }


def _steps(imported: Import, form: Format, file: str) -> Iterator[str]:
    for secret in imported.secrets:
        if form.is_for_azure:
            yield f"Key Vault secret {secret.vault_name}: {secret.fill}"
        else:
            yield f"File {secret.file}: {secret.fill}"
    if form is Format.JSON:
        yield "KEY_VAULT_URL: the deployment of infra/bicep sets it; else set it to your vault"
    yield _USE[form].format(file=file)
