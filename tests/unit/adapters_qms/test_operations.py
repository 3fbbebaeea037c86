"""What is taken from the answers to the other operations."""

import pytest

from shared.adapters.qms.operations import clear_cal_cache, get_servers, get_service_key
from shared.domain.errors import QmsAnswerError
from shared.domain.leases.model import QlikViewServer
from tests.unit.adapters_qms.documents import answer, read

_ID = "5ac16136-f00b-47c4-8099-23ff7f178423"


def _services(*services: str) -> bytes:
    result = f"<GetServicesResult>{''.join(services)}</GetServicesResult>"
    return answer("GetServices", result)


def _service(server_id: str = _ID, name: str = "<Name>QVS@a</Name>", kind: str = "") -> str:
    told = f"<Type>{kind}</Type>" if kind else ""
    return f"<ServiceInfo><ID>{server_id}</ID>{name}{told}<Address>x</Address></ServiceInfo>"


def _servers(document: bytes) -> tuple[QlikViewServer, ...]:
    result = read(get_servers(), document).result
    assert result is not None
    return result.servers


def test_every_qlikview_server_is_listed() -> None:
    """A server without a name goes by its id; one that is listed twice is one server."""
    other = _ID.replace("5", "6")
    found = _servers(_services(_service(), _service(other, ""), _service(_ID.upper())))
    assert [server.id.lower() for server in found] == [_ID, other]
    assert [server.name for server in found] == ["QVS@a", other]


def test_services_of_another_kind_are_left_out() -> None:
    """A service that tells its type and is no QlikView Server has no CALs."""
    kinds = ["QlikViewWebServer", "QlikViewServer", "QlikViewServer LicenseService"]
    rows = [_service(_ID.replace("5", str(at)), kind=kind) for at, kind in enumerate(kinds)]
    assert len(_servers(_services(*rows))) == 2


def test_no_server_at_all_is_an_answer_and_no_list_is_none() -> None:
    """An empty list is a list."""
    assert _servers(_services()) == ()
    assert read(get_servers(), answer("GetServices", "")).result is None


def test_a_server_without_a_readable_id_is_refused() -> None:
    """It could not be asked for its CALs."""
    with pytest.raises(QmsAnswerError, match="'7' as ID of ServiceInfo 1 in GetServicesResult"):
        _servers(_services(_service("7")))


def test_a_service_key_is_read() -> None:
    """The key is the text of the result."""
    name = "GetTimeLimitedServiceKey"
    document = answer(name, f"<{name}Result>rPnBL6zlbvNr5k2n</{name}Result>")
    assert read(get_service_key(), document).result == "rPnBL6zlbvNr5k2n"
    assert read(get_service_key(), answer(name, f"<{name}Result/>")).result is None


@pytest.mark.parametrize("key", ["a b", "a&#10;b", "ä", "x" * 1001])
def test_a_service_key_that_does_not_fit_into_a_header_is_refused(key: str) -> None:
    """A line break in it could add headers of its own."""
    name = "GetTimeLimitedServiceKey"
    with pytest.raises(QmsAnswerError, match="doesn't fit into a header"):
        read(get_service_key(), answer(name, f"<{name}Result>{key}</{name}Result>"))


def test_clearing_the_cache_is_done_when_its_response_is_there() -> None:
    """The response is empty, but it must be the one to this operation."""
    assert read(clear_cal_cache(), answer("ClearQVSCache", "")).result is not None
    assert read(clear_cal_cache(), answer("Ping", "")).result is None
