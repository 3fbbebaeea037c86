"""From the environment's texts to `Settings`, or to one error that tells everything wrong."""

from collections.abc import Iterable, Iterator, Mapping

from pydantic import ValidationError
from pydantic_settings import EnvSettingsSource

from shared.domain.errors import SettingsError
from shared.settings.contradictions import contradictions
from shared.settings.model import Settings
from shared.settings.names import KNOWN, Given, Problem, read_names
from shared.settings.unresolved import UNRESOLVED_TEXT, is_unresolved

_ORDER = {name: position for position, name in enumerate(KNOWN)}


class _GivenSource(EnvSettingsSource):
    """pydantic-settings' reading of nested names, over the settings that were given."""

    def __init__(self, given: Given) -> None:
        self._given = {name.lower(): value for name, value in given.values.items()}
        super().__init__(Settings, case_sensitive=False)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return self._given


def load_settings(environ: Mapping[str, str]) -> Settings:
    """The app's settings out of `environ`, which is all that is read.

    Raises:
        SettingsError: naming every setting that is unknown, unreadable, out of range, missing or
            contradictory, and what to write instead; never a secret.
    """
    given = read_names(environ)
    problems = [*given.problems, *_unresolved(given.values), *contradictions(given.values)]
    try:
        settings = Settings.model_validate({"qlik_sense": {}, **_GivenSource(given)()})
    except ValidationError as error:
        raise _error(given, [*problems, *_field_problems(error, problems)]) from None
    if problems:
        raise _error(given, problems)
    return settings


def _unresolved(values: Mapping[str, str]) -> Iterator[Problem]:
    for name, value in values.items():
        if is_unresolved(value):
            yield Problem(name, UNRESOLVED_TEXT)


def _field_problems(error: ValidationError, known: Iterable[Problem]) -> Iterator[Problem]:
    unresolved = {problem.name for problem in known if problem.text == UNRESOLVED_TEXT}
    for item in error.errors(include_url=False, include_input=False):
        name = "__".join(str(part).upper() for part in item["loc"][: _depth(item["loc"])])
        if name not in unresolved:
            cause = item.get("ctx", {}).get("error")
            yield Problem(name, f"{cause}." if cause else _missing(name, item["type"], item["msg"]))


def _depth(loc: tuple[int | str, ...]) -> int:
    """How many parts of an error's location belong to the setting's name."""
    names = ["__".join(str(part).upper() for part in loc[:n]) for n in range(len(loc) + 1)]
    return next((n for n, name in enumerate(names) if name in KNOWN), len(loc))


def _missing(name: str, kind: str, message: str) -> str:
    info = KNOWN.get(name)
    if kind != "missing" or info is None:
        return f"can't be read: {message}."
    return f"is required: {info.meaning} Write it like {info.example}."


def _error(given: Given, problems: Iterable[Problem]) -> SettingsError:
    ordered = sorted(problems, key=lambda problem: _ORDER.get(problem.name, len(_ORDER)))
    lines = [f"{given.spelling(problem.name)} {problem.text}" for problem in ordered]
    if len(lines) == 1:
        return SettingsError(f"An app setting is wrong: {lines[0]}")
    listed = "".join(f"\n- {line}" for line in lines)
    return SettingsError(f"{len(lines)} app settings are wrong:{listed}")
