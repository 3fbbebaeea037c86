"""The comparison of the demo's answers with Qlik's schemas."""

from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

import pytest

from local.demo_qms.apis import APIS
from local.demo_qms.schema_check import SchemaCheck
from local.demo_qms.service import DemoQms
from local.demo_qms.soap import body_of
from local.demo_site.tls_server import DemoSiteError
from tests.qms_fixture import SCHEMAS, small_farm

at_hand = pytest.mark.skipif(
    not SCHEMAS.exists(), reason="Qlik's schemas aren't part of the project, nor beside it"
)
NAMESPACE = APIS["11"].namespace
WSDL = f'<types><xsd:import schemaLocation="a.xsd" namespace="{NAMESPACE}" /></types>'
XSD = f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified"
 targetNamespace="{NAMESPACE}">
 <xs:element name="GetCALConfigurationResponse"><xs:complexType><xs:sequence>
  <xs:element name="Limit" type="xs:int"/>
 </xs:sequence></xs:complexType></xs:element></xs:schema>"""


def _tiny(folder: Path) -> SchemaCheck:
    (folder / "v11").mkdir()
    (folder / "v11" / "a.wsdl").write_text(WSDL, encoding="utf-8")
    (folder / "v11" / "a.xsd").write_text(XSD, encoding="utf-8")
    return SchemaCheck(folder)


def _answer(name: str, text: str) -> Element:
    answer = Element(f"{{{NAMESPACE}}}GetCALConfigurationResponse")
    SubElement(answer, f"{{{NAMESPACE}}}{name}").text = text
    return answer


def test_what_differs_is_noted(tmp_path: Path) -> None:
    """A value of the wrong type and an element that there is not; what fits is not."""
    check = _tiny(tmp_path)
    for name, text in (("Limit", "5"), ("Limit", "five"), ("Most", "5")):
        check.check(APIS["11"], _answer(name, text))
    assert len(check.problems) == 2
    assert "five" in check.problems[0]
    assert "Most" in check.problems[1]
    check.check(APIS["12"], Element("anything"))
    assert len(check.problems) == 2


def test_a_folder_without_schemas_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rather than checking nothing; no variable, no check."""
    monkeypatch.delenv("STEWARD_QMS_SCHEMAS", raising=False)
    assert SchemaCheck.from_environment() is None
    monkeypatch.setenv("STEWARD_QMS_SCHEMAS", str(tmp_path))
    with pytest.raises(ValueError, match="no folder with the WSDL and XSD files"):
        SchemaCheck.from_environment()


def test_a_qms_whose_answers_differ_does_not_end_well(tmp_path: Path) -> None:
    """The test that used it fails."""
    check = _tiny(tmp_path)
    with (
        pytest.raises(DemoSiteError, match=r"differ from Qlik's schemas(?s:.*)Limit"),
        DemoQms.start(world=small_farm(), check=check),
    ):
        check.check(APIS["11"], _answer("Most", "5"))


@at_hand
@pytest.mark.parametrize("sample", sorted((SCHEMAS / "samples").glob("v1*/*Response.xml")))
def test_samples_pass(sample: Path) -> None:
    """What is known to be right is right."""
    check = SchemaCheck(SCHEMAS)
    api = APIS["12.7" if sample.parent.name == "v12_7" else "11"]
    check.check(api, body_of(sample.read_bytes()))
    assert check.problems == []


@at_hand
def test_every_api_has_its_schema() -> None:
    """11 has two, one of each set."""
    check = SchemaCheck(SCHEMAS)
    assert {name: check.sets(api) for name, api in APIS.items()} == dict.fromkeys(APIS, 1) | {
        "11": 2
    }
