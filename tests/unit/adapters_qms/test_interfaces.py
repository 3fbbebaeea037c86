"""Envelopes and SOAPActions of every interface."""

from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.qms.interfaces import INTERFACES, interface
from shared.domain.errors import SettingsError
from shared.settings.qlikview import QMS_APIS

_XML_TEXT = st.text(
    st.characters(codec="utf-8", min_codepoint=0x20, exclude_characters="\ufffe\uffff")
)


def test_every_version_that_can_be_set_has_its_interface() -> None:
    """The setting and the table know the same versions."""
    assert tuple(INTERFACES) == QMS_APIS


@pytest.mark.parametrize(
    ("version", "action"),
    [
        ("11", '"http://ws.qliktech.com/QMS/11/IQMS/GetCALConfiguration"'),
        ("12", '"http://ws.qliktech.com/QMS/12/IQMS/GetCALConfiguration"'),
        ("12.2", '"http://ws.qliktech.com/QMS/12/2/IQMS2/GetCALConfiguration"'),
        ("12.7", '"http://ws.qliktech.com/QMS/12/7/IQMS7/GetCALConfiguration"'),
    ],
)
def test_the_soap_action_names_namespace_contract_and_operation(version: str, action: str) -> None:
    """As in QMS fact 1.4."""
    assert interface(version).soap_action("GetCALConfiguration") == action


def test_an_unknown_version_names_the_setting() -> None:
    """The error lists the known ones."""
    with pytest.raises(SettingsError, match=r"QLIKVIEW__API is '13'; it must be one of 11, 12,"):
        interface("13")


@given(_XML_TEXT)
def test_any_text_survives_an_envelope(text: str) -> None:
    """What XML reserves is escaped."""
    envelope = interface("12").envelope("Op", [("first", text), ("second", "2")])
    (call,) = fromstring(envelope)[0]  # noqa: S314 - our own
    assert call.tag == "{http://ws.qliktech.com/QMS/12/}Op"
    assert [(each.tag.rpartition("}")[2], each.text or "") for each in call] == [
        ("first", text),
        ("second", "2"),
    ]
