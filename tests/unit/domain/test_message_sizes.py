"""Messages are filled as far as they may be, and no further."""

import json

import pytest

from shared.domain.messages import MAX_BYTES, MAX_LICENSES, CandidateMessage, split, to_json
from tests.unit.build import NOW, a_license, a_user

SLACK = 4096  # room that is left on purpose, and the one license that did not fit


def messages(count: int, *, name: str = "user", site: str = "prod") -> list[CandidateMessage]:
    """The messages for that many licenses of users with that name."""
    licenses = [a_license(n, user=a_user(n, user_id=name)) for n in range(count)]
    return split(site=site, plan_id="p", expires_at=NOW, licenses=licenses)


def on_the_wire(message: CandidateMessage) -> int:
    r"""Bytes of the message as the host may write it: deeply indented, with \r\n."""
    text = json.dumps(json.loads(to_json(message)), indent=8)
    return len(text.replace("\n", "\r\n").encode())


@pytest.mark.parametrize(
    ("count", "sizes"), [(0, []), (1, [1]), (100, [100]), (101, [100, 1]), (250, [100, 100, 50])]
)
def test_a_message_holds_a_hundred_licenses_at_most(count: int, sizes: list[int]) -> None:
    """The hundred and first begins another message."""
    assert MAX_LICENSES == 100
    assert [len(message.licenses) for message in messages(count)] == sizes


@pytest.mark.parametrize("site", ["prod", "s" * 20_000])
def test_a_message_is_full_when_another_license_would_make_it_too_big(site: str) -> None:
    """Long names (an emoji takes twelve bytes of JSON) and a long site leave room for fewer."""
    found = messages(60, name="\N{GRINNING FACE}" * 200, site=site)
    sizes = [on_the_wire(message) for message in found]
    assert len(sizes) > 2
    assert max(sizes) < MAX_BYTES
    assert min(sizes[:-1]) > MAX_BYTES - SLACK
    assert sum(len(message.licenses) for message in found) == 60


def test_a_license_that_is_too_big_for_itself_still_goes_alone() -> None:
    """It is never lost, and never makes another one too big."""
    assert [len(x.licenses) for x in messages(3, name="x" * MAX_BYTES)] == [1, 1, 1]
