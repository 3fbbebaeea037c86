"""Publishing a package: sent once and whole, without a remote build, and waited for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.package.errors import PackageError
from local.package.publish import publish
from tests.package.azure_stand_in import StandIn, run_stand_in

PUBLISH = "POST /api/publish"
LATEST = "GET /api/deployments/latest"
SUCCESS = (200, {"status": 4})
RUNNING = (202, {"status": 1, "progress": "unpacking"})


@pytest.fixture
def site() -> Iterator[StandIn]:
    """A deployment site."""
    with run_stand_in() as stand_in:
        yield stand_in


@pytest.fixture
def zipped(tmp_path: Path) -> Path:
    """A package; what is in it does not matter here."""
    path = tmp_path / "package.zip"
    path.write_bytes(b"PK some content")
    return path


def publish_to(site: StandIn, package: Path) -> list[float]:
    """Publishes without really waiting; returns the waits."""
    waits: list[float] = []
    publish(site.url, "a-token", package, waits.append)
    return waits


def test_the_package_is_sent_without_a_remote_build_and_waited_for(
    site: StandIn, zipped: Path
) -> None:
    """A remote build would install other libraries, with another Python."""
    site.say(PUBLISH, (202, '"an id"'))
    site.say(LATEST, (404, ""), RUNNING, (200, "no json"), (0, ""), SUCCESS)
    publish_to(site, zipped)
    sent, *looks = site.requests
    assert sent.path == "/api/publish?RemoteBuild=false&Deployer=github_actions"
    assert sent.body == zipped.read_bytes()
    assert sent.headers["content-type"] == "application/zip"
    assert {x.headers["authorization"] for x in site.requests} == {"Bearer a-token"}
    assert len(looks) == 5


def test_a_record_that_vanishes_after_it_was_seen_means_that_the_app_started_anew(
    site: StandIn, zipped: Path
) -> None:
    """So does the Azure CLI read it."""
    site.say(PUBLISH, (202, ""))
    site.say(LATEST, RUNNING, (404, ""))
    assert len(publish_to(site, zipped)) == 2


def test_a_site_that_is_starting_is_asked_again(site: StandIn, zipped: Path) -> None:
    """It sleeps between deployments."""
    site.say(PUBLISH, (503, "starting"), (0, ""), (202, ""))
    site.say(LATEST, SUCCESS)
    publish_to(site, zipped)
    assert [x.method for x in site.requests] == ["POST", "POST", "POST", "GET"]


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (401, "the token is not for this app"),
        (403, "Website Contributor"),
        (409, "another deployment is running"),
        (400, "the package was refused .HTTP 400: no such runtime"),
        (302, "the package was refused .HTTP 302"),
    ],
)
def test_a_refusal_is_told_and_not_repeated(
    site: StandIn, zipped: Path, status: int, why: str
) -> None:
    """Each with what to do about it; a redirect is not followed with the token."""
    site.say(PUBLISH, (status, "no such runtime"))
    with pytest.raises(PackageError, match=why):
        publish_to(site, zipped)
    assert len(site.requests) == 1


def test_a_site_that_never_answers_is_given_up(site: StandIn, zipped: Path) -> None:
    """After a few tries, with the last answer in the error."""
    site.say(PUBLISH, (503, "starting"))
    with pytest.raises(PackageError, match="did not answer in 5 tries: HTTP 503: starting"):
        publish_to(site, zipped)


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (3, "failed"),
        (-1, "was cancelled:"),
        (5, "was cancelled by another"),
        (6, "succeeded only in part"),
    ],
)
def test_a_deployment_that_ends_badly_is_an_error(
    site: StandIn, zipped: Path, state: int, why: str
) -> None:
    """With the record's own text."""
    site.say(PUBLISH, (202, ""))
    site.say(LATEST, RUNNING, (200, {"status": state, "status_text": "the very reason"}))
    with pytest.raises(PackageError, match=f"the deployment {why}.*the very reason"):
        publish_to(site, zipped)


def test_a_deployment_that_does_not_end_is_given_up_after_ten_minutes(
    site: StandIn, zipped: Path
) -> None:
    """Where to look is in the error."""
    site.say(PUBLISH, (202, ""))
    site.say(LATEST, RUNNING)
    waits: list[float] = []
    with pytest.raises(PackageError, match=r"did not end; http.*/api/deployments/latest"):
        publish(site.url, "a-token", zipped, waits.append)
    assert sum(waits) == 600


def test_a_token_goes_to_no_plain_http_address(zipped: Path) -> None:
    """Whatever Azure may say the address is."""
    with pytest.raises(PackageError, match="is no https address"):
        publish("http://app.scm.example.com", "a-token", zipped, lambda _: None)
