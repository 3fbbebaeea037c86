"""The example of a settings file is one that works, and releases nothing."""

from pathlib import Path

from local.host.app_settings import read_settings_file
from shared.settings import load_settings
from shared.settings.rules import switches

EXAMPLE = Path("local/local.settings.example.json")


def test_the_example_can_be_loaded_as_it_stands() -> None:
    """Only the host and the certificates have to be filled in."""
    settings = load_settings(read_settings_file(EXAMPLE))
    assert settings.site_name
    assert settings.license_release.never_release.users == (
        "INTERNAL\\sa_repository",
        "INTERNAL\\sa_api",
    )


def test_the_example_holds_releases_back_twice() -> None:
    """Dry run, and no confirmation: somebody has to say so two times."""
    held = switches(load_settings(read_settings_file(EXAMPLE)))
    assert held.dry_run
    assert not held.confirmed
