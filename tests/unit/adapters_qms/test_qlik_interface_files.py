"""Requests and answers held against Qlik's own interface files, when they are at hand.

They are no part of this project.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, canonicalize, parse

import pytest

from shared.adapters.qms.interfaces import INTERFACES
from shared.adapters.qms.operations import (
    clear_cal_cache,
    get_cal_configuration,
    get_servers,
    get_service_key,
)
from shared.adapters.qms.soap_envelope import Operation
from shared.domain.leases.model import CalConfiguration
from tests.unit.adapters_qms.documents import SERVER, read

FACTS = Path(__file__).parents[3].parent / "shared" / "facts" / "qms"
pytestmark = pytest.mark.skipif(
    not FACTS.exists(), reason="Qlik's interface files aren't part of the project, nor beside it"
)
_XS = "{http://www.w3.org/2001/XMLSchema}"
_WSDL = "{http://schemas.xmlsoap.org/wsdl/soap/}"
_SAMPLED = {"v11": "11", "v11_sr13": "11", "v12_7": "12.7"}
_OPERATIONS: list[Operation[object]] = [
    get_service_key(),
    get_servers(),
    get_cal_configuration(SERVER),
    clear_cal_cache(),
]


def _root(file: Path) -> Element:
    return parse(file).getroot()  # noqa: S314 - a file that somebody put there


def _schemas(folder: str) -> Iterator[Element]:
    for file in sorted((FACTS / folder).glob("*.xsd")):
        yield _root(file)


def _operation_schemas(folder: str) -> dict[str, Element]:
    """The schemas of the interfaces of a release, by namespace."""
    found = {each.attrib["targetNamespace"]: each for each in _schemas(folder)}
    return {key: value for key, value in found.items() if "ws.qliktech.com/QMS" in key}


def _list_values(folder: str, type_name: str) -> set[str]:
    """The words of a list type, wherever it is declared."""
    return {
        value.attrib["value"]
        for schema in _schemas(folder)
        for kind in schema.iter(f"{_XS}simpleType")
        if kind.get("name") == type_name
        for value in kind.iter(f"{_XS}enumeration")
    }


def _parameters(schema: Element, operation: str) -> list[tuple[str, str]]:
    (declared,) = schema.findall(f"{_XS}element[@name='{operation}']")
    return [
        (each.attrib["name"], each.attrib["type"].rpartition(":")[2])
        for each in declared.iter(f"{_XS}element")
        if each is not declared
    ]


@pytest.mark.parametrize("folder", ["v11_sr13", "v12_7"])
def test_every_request_is_as_the_schemas_declare_it(folder: str) -> None:
    """Namespace, operation, parameters in their order, and words that their types know."""
    schemas = _operation_schemas(folder)
    checked = [each for each in INTERFACES.values() if each.namespace in schemas]
    assert len(checked) == {"v11_sr13": 1, "v12_7": 8}[folder]
    for each in checked:
        for operation in _OPERATIONS:
            declared = _parameters(schemas[each.namespace], operation.name)
            assert [name for name, _ in operation.parameters] == [name for name, _ in declared]
            for (_, kind), (_, value) in zip(declared, operation.parameters, strict=True):
                assert kind == "guid" or value in _list_values(folder, kind)


@pytest.mark.parametrize("folder", ["v11_sr13", "v12_7"])
def test_every_response_is_as_the_schemas_declare_it(folder: str) -> None:
    """The result elements that are looked for are those of the schemas."""
    schemas = _operation_schemas(folder)
    for each in INTERFACES.values():
        for operation in _OPERATIONS if each.namespace in schemas else ():
            declared = _parameters(schemas[each.namespace], f"{operation.name}Response")
            assert list(operation.parts) == [name for name, _ in declared]


@pytest.mark.parametrize("folder", ["v11_sr13", "v12_7"])
def test_every_soap_action_is_in_the_wsdl(folder: str) -> None:
    """The WSDL of a release lists the actions of its interfaces."""
    file = FACTS / folder / "QMSBackendService.wsdl"
    text = file.read_text(encoding="utf-8")
    known = {f'"{each.attrib["soapAction"]}"' for each in _root(file).iter(f"{_WSDL}operation")}
    for each in INTERFACES.values():
        if f'"{each.namespace}"' in text:
            assert {each.soap_action(operation.name) for operation in _OPERATIONS} <= known


@pytest.mark.parametrize("folder", list(_SAMPLED))
@pytest.mark.parametrize("operation", _OPERATIONS[:3], ids=lambda operation: operation.name)
def test_our_envelopes_are_the_sample_ones(folder: str, operation: Operation[object]) -> None:
    """Byte for byte, in canonical form and without the blanks between elements."""
    sample = (FACTS / "samples" / folder / f"{operation.name}.xml").read_text(encoding="utf-8")
    ours = INTERFACES[_SAMPLED[folder]].envelope(operation.name, operation.parameters)

    def canonical(text: str) -> str:
        return canonicalize(text, strip_text=True)

    assert canonical(ours.decode()) == canonical(re.sub(r"<!--.*?-->", "", sample, flags=re.DOTALL))


@pytest.mark.parametrize("folder", list(_SAMPLED))
def test_the_sample_answers_are_read(folder: str) -> None:
    """Two CALs and two leases, and removed ones only where the version tells them."""
    samples = FACTS / "samples" / folder
    services = read(get_servers(), (samples / "GetServicesResponse.xml").read_bytes()).result
    assert services is not None
    assert [server.name for server in services.servers] == ["QVS@qvserver01"]
    answer = (samples / "GetCALConfigurationResponse.xml").read_bytes()
    found = read(get_cal_configuration(SERVER), answer).result
    assert isinstance(found, CalConfiguration)
    assert (found.assigned, found.limit, found.identification) == (2, 10, "UserName")
    assert len(found.assigned_cals or ()) == len(found.leases or ()) == 2
    assert found.removed_cals == (None if folder == "v11" else ())
    assert [lease.machine for lease in found.leases or ()] == ["CTXSRV01", "CTXSRV02"]


def test_the_sample_fault_is_read() -> None:
    """It is the one fault whose words are on record."""
    fault = read(get_servers(), (FACTS / "samples" / "fault_service_key.xml").read_bytes()).fault
    assert fault is not None
    assert (fault.code, fault.text) == ("s:Client", "Service key is missing")
