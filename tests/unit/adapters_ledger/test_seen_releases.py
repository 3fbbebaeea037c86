"""What a worker remembers of the release records it saw."""

from shared.adapters.ledger.seen_releases import ABSENT, Seen, SeenReleases
from tests.integration.ledger.records import a_release, guid


def test_what_was_seen_is_given_once_and_by_plan() -> None:
    """Taking forgets: a record that is being written is remembered again when that is done."""
    seen = SeenReleases()
    known = Seen(a_release("s", 1), "etag")
    seen.put("plan", {guid(1): known, guid(2): ABSENT})
    assert seen.take("other plan", [guid(1)]) == {}
    assert seen.take("plan", [guid(1), guid(2), guid(3)]) == {guid(1): known, guid(2): ABSENT}
    assert seen.take("plan", [guid(1), guid(2)]) == {}


def test_no_more_is_kept_than_was_asked_for() -> None:
    """The longest unused go first, so a worker that lives for weeks does not grow."""
    seen = SeenReleases(at_most=2)
    seen.put("plan", {guid(1): ABSENT, guid(2): ABSENT})
    seen.put("plan", {guid(1): ABSENT, guid(3): ABSENT})
    assert set(seen.take("plan", [guid(1), guid(2), guid(3)])) == {guid(1), guid(3)}
