"""Holds the answers against Qlik's own schemas, when they are at hand.

They aren't part of this project. Where they are, their folder is given by an argument or by
STEWARD_QMS_SCHEMAS, and the demo QMS checks what it answers; so it can't drift into fiction.
"""

import os
import re
import threading
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element

from xmlschema import XMLSchema

from local.demo_qms.apis import Api

VARIABLE = "STEWARD_QMS_SCHEMAS"
_IMPORT = re.compile(r'<xsd:import schemaLocation="([^"]*)" namespace="([^"]*)"')
_DECLARES_QMS = '<xs:element name="GetCALConfigurationResponse">'


_LOCK = threading.Lock()


class SchemaCheck:
    """Collects what in the answers isn't as the schemas say, in `problems`.

    An answer is held against every set of schemas that knows its API; each set is a folder with
    its WSDL and XSD files.
    """

    def __init__(self, folder: Path) -> None:
        self._files: dict[str, list[Path]] = {}
        for wsdl in sorted(folder.glob("*/*.wsdl")):
            for name, namespace in _IMPORT.findall(wsdl.read_text(encoding="utf-8-sig")):
                files = self._files.setdefault(namespace, [])
                file = wsdl.with_name(name)
                if file not in files and _declares_qms(file, namespace):
                    files.append(file)
        if not any(self._files.values()):
            raise ValueError(f"{folder} has no folder with the WSDL and XSD files of a QMS")
        self.problems: list[str] = []

    @classmethod
    def from_environment(cls) -> "SchemaCheck | None":
        """Read the folder that STEWARD_QMS_SCHEMAS names; None when it names none."""
        folder = os.environ.get(VARIABLE)
        return cls(Path(folder)) if folder else None

    def check(self, api: Api, body: Element) -> None:
        """Note every difference between the element in a SOAP body and the schemas."""
        with _LOCK:
            for file in self._files.get(api.namespace, []):
                for error in _loaded(file).iter_errors(body):
                    self.problems.append(f"{api.name} {error.path}: {error.reason}")

    def sets(self, api: Api) -> int:
        """How many sets of schemas know that API."""
        return len(self._files.get(api.namespace, []))


@cache
def _loaded(file: Path) -> XMLSchema:
    return XMLSchema(file, allow="local")


def _declares_qms(file: Path, namespace: str) -> bool:
    # Some imports in the sets that we know name a file of another namespace.
    text = file.read_text(encoding="utf-8-sig")
    return f'targetNamespace="{namespace}"' in text and _DECLARES_QMS in text
