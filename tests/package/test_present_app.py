"""What a deployment finds before it changes anything: the app, and the switch thrown by hand."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.package.__main__ import main
from local.package.errors import PackageError
from local.package.function_app import FunctionApp
from local.package.present_app import find_app, is_stopped
from shared.settings import SETTING_REFERENCE
from tests.package.azure_stand_in import StandIn, run_stand_in

GROUP = "/subscriptions/s/resourceGroups/g"
NAME = "func-steward-prod-abc0123456789"
APP_ID = f"{GROUP}/providers/Microsoft.Web/sites/{NAME}"
APPS = f"GET {GROUP}/providers/Microsoft.Web/sites"
SETTINGS = f"POST {APP_ID}/config/appsettings/list"


@pytest.fixture
def azure() -> Iterator[StandIn]:
    """Resource Manager."""
    with run_stand_in() as stand_in:
        yield stand_in


def apps(*names: str) -> tuple[int, object]:
    """What Resource Manager answers for these apps."""
    prefix = f"{GROUP}/providers/Microsoft.Web/sites"
    return 200, {"value": [{"id": f"{prefix}/{name}", "name": name} for name in names]}


def settings(**given: str) -> tuple[int, object]:
    """What Resource Manager answers for these app settings."""
    return 200, {"properties": {"SITE_NAME": "Production"} | given}


def find(azure: StandIn, environment: str = "prod") -> FunctionApp | None:
    """Looks into the group."""
    return find_app(GROUP, environment, "a-token", azure.url)


def stopped(azure: StandIn) -> bool:
    """Asks for the switch."""
    return is_stopped(FunctionApp(APP_ID, "a-token", azure.url))


@pytest.mark.parametrize("others", [(), ("website",), ("func-steward-prod-2-abc0123456789",)])
def test_the_app_of_the_environment_is_found_among_others(
    azure: StandIn, others: tuple[str, ...]
) -> None:
    """By the name that the templates give it, whole: prod is not the start of prod-2."""
    azure.say(APPS, apps(*others, NAME))
    azure.say(SETTINGS, settings())
    found = find(azure)
    assert found
    assert found.resource_id == APP_ID
    assert {x.headers["authorization"] for x in azure.requests} == {"Bearer a-token"}


@pytest.mark.parametrize("names", [(), ("website",)])
def test_before_the_first_deployment_there_is_none(azure: StandIn, names: tuple[str, ...]) -> None:
    """The templates come first then, and nothing is kept."""
    azure.say(APPS, apps(*names))
    assert find(azure) is None


def test_an_app_without_settings_is_what_a_first_deployment_left(azure: StandIn) -> None:
    """A package can't start in it, so it must not come before the templates for ever."""
    azure.say(APPS, apps(NAME))
    azure.say(SETTINGS, (200, {"properties": {}}))
    assert find(azure) is None


@pytest.mark.parametrize(
    "names",
    [
        ("func-steward-dev-abc0123456789",),
        (NAME, "func-steward-prod-zzz0123456789"),
    ],
)
def test_the_app_of_another_environment_is_never_taken_nor_overlooked(
    azure: StandIn, names: tuple[str, ...]
) -> None:
    """The package would go to the wrong app, or the switch would be lost."""
    azure.say(APPS, apps(*names))
    with pytest.raises(PackageError, match=r"not one app of the environment 'prod'.*of its own"):
        find(azure)
    assert len(azure.requests) == 1


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((403, {"error": {"code": "AuthorizationFailed"}}), "AuthorizationFailed"),
        ((404, {"error": {"code": "ResourceGroupNotFound"}}), "ResourceGroupNotFound"),
        ((200, "<html>"), "could not be read"),
        ((200, {"value": [], "nextLink": "https://elsewhere"}), "its own group"),
        ((0, ""), "did not answer"),
    ],
)
def test_a_group_that_can_t_be_read_is_no_group_without_an_app(
    azure: StandIn, answer: tuple[int, object], why: str
) -> None:
    """A first deployment is only what is known to be one."""
    azure.say(APPS, answer)
    with pytest.raises(PackageError, match=why):
        find(azure)


@pytest.mark.parametrize(
    ("given", "is_held"),
    [
        ({}, False),
        ({"LICENSE_RELEASE__STOP": "false"}, False),
        ({"LICENSE_RELEASE__STOP": " Off "}, False),
        ({"LICENSE_RELEASE__STOP": ""}, False),
        ({"LICENSE_RELEASE__STOP": "true"}, True),
        ({"LICENSE_RELEASE__STOP": "TRUE"}, True),
        ({"LICENSE_RELEASE__STOP": "1"}, True),
        ({"LICENSE_RELEASE__STOP": "stop!!"}, True),
    ],
)
def test_the_switch_is_read_as_it_was_set_by_hand(
    azure: StandIn, given: dict[str, str], *, is_held: bool
) -> None:
    """A word that the app does not know is kept as a stop, for it stops the app too."""
    azure.say(SETTINGS, settings(**given))
    assert stopped(azure) is is_held


@pytest.mark.parametrize("answer", [(403, {"x": "a-secret"}), (200, {"properties": "a-secret"})])
def test_settings_that_can_t_be_read_stop_the_deployment_and_are_not_shown(
    azure: StandIn, answer: tuple[int, object]
) -> None:
    """Without knowing the switch it would be opened."""
    azure.say(SETTINGS, answer)
    with pytest.raises(PackageError, match=r"app settings of .* could not be read") as caught:
        stopped(azure)
    assert "a-secret" not in str(caught.value)


def test_name_and_switch_are_those_of_the_templates_and_of_the_app() -> None:
    """Another name would make each deployment a first one."""
    main_bicep = Path("infra/bicep/main.bicep").read_text()
    assert "functionApp: 'func-${baseName}-${token}'" in main_bicep
    assert "var baseName = 'steward-${environmentName}'" in main_bicep
    assert re.search(r"^var token = uniqueString\(", main_bicep, re.MULTILINE)
    assert "LICENSE_RELEASE__STOP" in {info.name for info in SETTING_REFERENCE}


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["find", "rg-steward", "prod"], "'rg-steward' is no resource id"),
        (["find", GROUP, "prod"], "AZURE_MANAGEMENT_TOKEN is not set"),
        (["held", "steward"], "'steward' is no resource id"),
        (["held", APP_ID], "AZURE_MANAGEMENT_TOKEN is not set"),
    ],
)
def test_the_commands_say_what_is_missing(
    arguments: list[str],
    why: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And print nothing that a script could take for an answer."""
    monkeypatch.delenv("AZURE_MANAGEMENT_TOKEN", raising=False)
    assert main(arguments) == 1
    printed = capsys.readouterr()
    assert why in printed.err
    assert printed.out == ""
