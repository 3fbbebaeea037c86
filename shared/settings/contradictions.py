"""Settings that contradict each other, or need another one that is not given."""

from collections.abc import Collection, Iterator

from shared.settings.names import KNOWN, Problem

_SECRETS = tuple(name.removesuffix("_FILE") for name in KNOWN if name.endswith("_FILE"))
_CERTIFICATE = "QLIK_SENSE__CLIENT_CERTIFICATE"
_KEY = "QLIK_SENSE__CLIENT_KEY"
_JWT = "QLIK_SENSE__JWT"
_VIRTUAL_PROXY = "QLIK_SENSE__VIRTUAL_PROXY"


def contradictions(given: Collection[str]) -> Iterator[Problem]:
    """What can be told from which settings are given, whatever their values are."""
    yield from _given_twice(given)
    yield from _no_key_vault(given)
    yield from _way_in(given)
    yield from _key_alone(given)
    yield from _incomplete(given, "INFLUXDB", "TOKEN")
    yield from _incomplete(given, "QLIKVIEW", "PASSWORD")
    yield from _incomplete(given, "WEBHOOK", "URL")


def _setting_of(given: Collection[str], secret: str) -> str | None:
    """The setting that gives the secret: its name in the vault, its file, or None."""
    names = (f"{secret}_SECRET", f"{secret}_FILE")
    return next((name for name in names if name in given), None)


def _required(secret: str, why: str) -> Problem:
    return Problem(f"{secret}_SECRET", f"or {secret}_FILE is required{why}.")


def _given_twice(given: Collection[str]) -> Iterator[Problem]:
    for secret in _SECRETS:
        if f"{secret}_SECRET" in given and f"{secret}_FILE" in given:
            yield Problem(
                f"{secret}_SECRET", f"is given together with {secret}_FILE; remove one of the two."
            )


def _no_key_vault(given: Collection[str]) -> Iterator[Problem]:
    used = [f"{secret}_SECRET" for secret in _SECRETS if f"{secret}_SECRET" in given]
    if used and "KEY_VAULT_URL" not in given:
        yield Problem(
            "KEY_VAULT_URL",
            f"is required, because {used[0]} names a secret; write the vault's address, "
            "like https://my-vault.vault.azure.net.",
        )


def _way_in(given: Collection[str]) -> Iterator[Problem]:
    certificate, jwt = _setting_of(given, _CERTIFICATE), _setting_of(given, _JWT)
    proxy = _VIRTUAL_PROXY in given
    if jwt and certificate:
        yield Problem(
            jwt, f"is given together with {certificate}; keep one way in and remove the other."
        )
    if jwt and not proxy:
        yield Problem(_VIRTUAL_PROXY, f"is required, because {jwt} is given; write its prefix.")
    if proxy and not jwt:
        why = f", because {_VIRTUAL_PROXY} is given; to use a client certificate remove that"
        yield _required(_JWT, why)
    if not certificate and not jwt and not proxy:
        yield _required(_CERTIFICATE, f" (or {_VIRTUAL_PROXY} with a JWT)")


def _key_alone(given: Collection[str]) -> Iterator[Problem]:
    key = _setting_of(given, _KEY)
    if key and not _setting_of(given, _CERTIFICATE):
        yield Problem(key, f"is given without {_CERTIFICATE}_SECRET or {_CERTIFICATE}_FILE.")


def _incomplete(given: Collection[str], group: str, secret: str) -> Iterator[Problem]:
    name = f"{group}__{secret}"
    if any(other.startswith(f"{group}__") for other in given) and not _setting_of(given, name):
        why = f", because other {group}__ settings are given; give all of them or none"
        yield _required(name, why)
