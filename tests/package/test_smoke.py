"""The smoke test after a deployment: it passes a sound app, and no other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.package.__main__ import main
from local.package.errors import PackageError
from local.package.function_app import FunctionApp
from local.package.smoke import await_functions, await_status
from tests.package.azure_stand_in import StandIn, run_stand_in

APP_ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/steward"
FUNCTIONS = f"GET {APP_ID}/functions"
LIST_KEYS = f"POST {APP_ID}/functions/status/listkeys"
STATUS = "GET /api/status"
EXPECTED = frozenset({"collect_usage", "status"})


def rows(*names: str) -> tuple[int, object]:
    """What Resource Manager answers for these functions."""
    return 200, {"value": [{"name": f"steward/{name}"} for name in names]}


@pytest.fixture
def azure() -> Iterator[StandIn]:
    """Resource Manager and the app, both of them."""
    with run_stand_in() as stand_in:
        yield stand_in


@pytest.fixture
def app(azure: StandIn) -> FunctionApp:
    """The deployed app."""
    return FunctionApp(APP_ID, "a-token", azure.url)


def test_it_waits_until_the_host_has_found_exactly_the_functions_of_the_package(
    azure: StandIn, app: FunctionApp
) -> None:
    """Right after a deployment it has none, or those of the version before."""
    azure.say(FUNCTIONS, (503, ""), rows(), rows("status", "old"), rows("status", "collect_usage"))
    waits: list[float] = []
    await_functions(app, EXPECTED, waits.append)
    assert len(waits) == 3
    assert azure.requests[0].headers["authorization"] == "Bearer a-token"


def test_functions_that_are_missing_or_unknown_are_named(azure: StandIn, app: FunctionApp) -> None:
    """After ten minutes; "0 functions found" is the best known failure of Functions in Python."""
    azure.say(FUNCTIONS, rows("status", "old"))
    waits: list[float] = []
    with pytest.raises(PackageError, match=r"missing: collect_usage; unknown: old"):
        await_functions(app, EXPECTED, waits.append)
    assert sum(waits) == 600


def test_status_is_asked_with_the_key_of_status_alone(azure: StandIn, app: FunctionApp) -> None:
    """The key of the whole app could also approve plans."""
    azure.say(LIST_KEYS, (200, {"default": "the-key"}))
    azure.say(STATUS, (503, ""), (404, ""), (0, ""), (200, {"site": "Production"}))
    assert await_status(azure.url, app.key("status"), lambda _: None) == "Production"
    asked = [x for x in azure.requests if x.path == "/api/status"]
    assert {x.headers["x-functions-key"] for x in asked} == {"the-key"}


@pytest.mark.parametrize(
    "answer",
    [
        (500, {"error": "SITE_NAME is missing"}),
        (401, ""),
        (200, "<html>a page of somebody else</html>"),
        (200, {"no": "site"}),
        (503, ""),
        (302, "http://127.0.0.1:9/elsewhere"),
    ],
)
def test_an_app_that_does_not_tell_its_state_fails(
    azure: StandIn, answer: tuple[int, object]
) -> None:
    """The answer is in the error, so that nobody has to ask again to learn why."""
    azure.say(STATUS, answer)
    with pytest.raises(PackageError, match=f"GET /api/status.*HTTP {answer[0]}"):
        await_status(azure.url, "the-key", lambda _: None)


def test_a_key_that_can_t_be_read_is_told_without_what_came_back(
    azure: StandIn, app: FunctionApp
) -> None:
    """What came back may hold keys."""
    azure.say(LIST_KEYS, (200, {"other": "a-secret-key"}))
    with pytest.raises(PackageError, match="no key of status") as caught:
        app.key("status")
    assert "a-secret-key" not in str(caught.value)


def test_the_hosts_of_an_app_are_found(azure: StandIn, app: FunctionApp) -> None:
    """One to ask, one to deploy to."""
    states = [
        {"name": "steward.example.net", "hostType": "Standard"},
        {"name": "steward.scm.example.net", "hostType": "Repository"},
    ]
    azure.say(
        f"GET {APP_ID}",
        (200, {"properties": {"defaultHostName": "s.example.net", "hostNameSslStates": states}}),
        (200, {"properties": {"defaultHostName": "s.example.net", "hostNameSslStates": None}}),
        (404, {"error": {"code": "ResourceNotFound"}}),
        (0, ""),
    )
    assert app.hosts() == ("https://s.example.net", "https://steward.scm.example.net")
    for why in ("no deployment site", "ResourceNotFound", "did not answer"):
        with pytest.raises(PackageError, match=why):
            app.hosts()


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["publish", "steward", "x.zip"], "there is no x.zip"),
        (["publish", "steward", __file__], "'steward' is no resource id"),
        (["publish", APP_ID, __file__], "AZURE_MANAGEMENT_TOKEN is not set"),
        (["smoke", APP_ID, "{names}"], "AZURE_MANAGEMENT_TOKEN is not set"),
    ],
)
def test_the_commands_say_what_is_missing(
    arguments: list[str],
    why: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before anything is sent anywhere."""
    monkeypatch.delenv("AZURE_MANAGEMENT_TOKEN", raising=False)
    names = tmp_path / "functions.txt"
    names.write_text("status\n")
    assert main([each.format(names=names) for each in arguments]) == 1
    assert why in capsys.readouterr().err
