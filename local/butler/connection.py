"""How QRS is reached: Butler's blocks `configQRS` and `cert`."""

import ipaddress
import re

from local.butler.differences import ACCOUNT, VERIFIED
from local.butler.draft import Draft, NeededSecret
from local.butler.section import Section

_HEADER = "X-Qlik-User"
_ACCOUNT = re.compile(r"UserDirectory=([^;]+);\s*UserId=([^;]+)", re.IGNORECASE)
_MOST_PORT = 65_535
# key of Butler, setting, secret in the vault (as infra/hooks names them), usual file
_CERTIFICATES = (
    ("clientCert", "QLIK_SENSE__CLIENT_CERTIFICATE", "qlik-client-certificate", "client.pem"),
    ("clientCertKey", "QLIK_SENSE__CLIENT_KEY", "qlik-client-key", "client_key.pem"),
    ("clientCertCA", "QLIK_SENSE__ROOT_CERTIFICATE", "qlik-root-certificate", "root.pem"),
)


def read_connection(butler: Section, draft: Draft) -> None:
    """Carry host, port, account and certificates over."""
    qrs = butler.section("configQRS")
    host = qrs.text("host")
    draft.put("QLIK_SENSE__HOST", host, qrs, "host")
    if host and _is_ip_address(host):
        draft.look(
            "QLIK_SENSE__TLS_SERVER_NAME",
            f"{qrs.key('host')} is the address {host}, and Qlik's certificates bear host names: "
            "--set QLIK_SENSE__TLS_SERVER_NAME=the name in the server's certificate",
            "QLIK_SENSE__HOST",
        )
    port = qrs.number("port", 1, _MOST_PORT)
    draft.put("QLIK_SENSE__PORT", None if port is None else str(port), qrs, "port")
    _read_account(qrs, draft)
    _read_way_in(qrs, draft)
    _read_certificates(butler.section("cert"), draft)
    draft.differences += [ACCOUNT, VERIFIED]


def _is_ip_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _read_account(qrs: Section, draft: Draft) -> None:
    older = qrs.text("headerKey")
    value = qrs.text("headerValue") if older and older.lower() == _HEADER.lower() else None
    if value:
        _put_account(value, qrs, "headerValue", draft)
    for header in qrs.section("headers").blocks("static"):
        name, value = header.text("name"), header.text("value")
        if name and name.lower() != _HEADER.lower():
            draft.left_out.append(
                f"line {header.block.line}, {header.path}: the header {name}; QRS gets none but "
                f"{_HEADER}"
            )
        elif value:
            _put_account(value, header, "value", draft)


def _put_account(value: str, section: Section, key: str, draft: Draft) -> None:
    match = _ACCOUNT.fullmatch(value)
    if not match:
        section.wrong(
            key, f"is {value!r}; {_HEADER} looks like UserDirectory=INTERNAL;UserId=sa_api"
        )
        return
    draft.put("QLIK_SENSE__USER", "\\".join(part.strip() for part in match.groups()), section, key)


def _read_way_in(qrs: Section, draft: Draft) -> None:
    way = qrs.text("authentication")
    if way and way.lower() not in {"certificates", "certificate"}:
        qrs.wrong("authentication", f"is {way!r}; only certificates can be carried over")
    if qrs.has("useSSL") and not qrs.switch("useSSL"):
        draft.look(
            "QLIK_SENSE__PORT",
            f"{qrs.key('useSSL')} is false; QRS is reached by TLS all the same, as by Butler's "
            "license functions",
        )


def _read_certificates(cert: Section, draft: Draft) -> None:
    for key, setting, vault_name, usual in _CERTIFICATES:
        path = cert.text(key)
        if path is None and not cert.has(key):
            draft.look(setting, f"{cert.key(key)} is not there; certificates/{usual} is assumed")
        draft.secrets.append(
            NeededSecret(
                setting, vault_name, path or f"certificates/{usual}", f"{usual} of the QMC"
            )
        )
        draft.origins[setting] = f"{cert.key(key)}, line {cert.line(key)}"
