"""The kinds of app settings: what each takes, and how its text is read."""

import json
import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator

from shared.domain.model import CustomProperty
from shared.domain.never_release import FlagRule
from shared.domain.notice import NoticeKind
from shared.domain.points import RESERVED_TAGS
from shared.settings.addresses import host_name, url, vault_url, virtual_proxy
from shared.settings.fields import (
    Takes,
    choice,
    clean_text,
    has_control_characters,
    list_of,
    parse_json,
    shown,
    switch,
    text_map,
    whole_number,
)

_SITE_NAME_LENGTH = 100
_MOST_DAYS = 36_500
_MOST_LICENSES = 1_000_000
_MOST_PERCENT = 1_000_000  # growth has no natural end: 10 licenses may become 10,000
_ACCOUNT_EXAMPLE = r'"INTERNAL\\sa_repository"'
_TAGS_EXAMPLE = '{"environment":"production"}'
_FARM_EXAMPLE = '["CTX01","CTX02"] or {"machine id":"CTX01"}'
_NCRONTAB_FIELD = re.compile(r"[0-9A-Za-z*,/-]+")
_TIME_SPAN = re.compile(r"([0-9]+\.)?[0-9]{1,2}:[0-9]{2}:[0-9]{2}")


def _site_name(value: object) -> str:
    name = clean_text(value)
    if len(name) > _SITE_NAME_LENGTH or set(name) & set("/\\#?"):
        raise ValueError(
            rf"is {shown(name)}; write at most {_SITE_NAME_LENGTH} characters without / \ # ?"
        )
    return name


def _schedule(value: object) -> str:
    text = clean_text(value)
    fields = text.split()
    is_ncrontab = len(fields) in {5, 6} and all(map(_NCRONTAB_FIELD.fullmatch, fields))
    if not is_ncrontab and not _TIME_SPAN.fullmatch(text):
        raise ValueError(
            f"is {shown(text)}; write an NCRONTAB expression of 6 (or 5) fields, like "
            "'0 30 2 * * *' for 02:30 UTC, or a time span hh:mm:ss"
        )
    return text


def _account(value: object) -> str:
    r"""An account `DIR\id`, split at the first backslash, its parts without outer blanks."""
    text = clean_text(value)
    directory, backslash, user_id = (part.strip() for part in text.partition("\\"))
    if not (directory and backslash and user_id):
        raise ValueError(
            f"is {shown(text)}; write user directory, backslash and user id, "
            rf"like INTERNAL\sa_repository (in JSON: {_ACCOUNT_EXAMPLE})"
        )
    return f"{directory}\\{user_id}"


def _header_account(value: object) -> str:
    account = _account(value)
    if ";" in account:  # X-Qlik-User separates its parts by semicolons
        raise ValueError(f"is {shown(account)}; a semicolon can't be part of an account")
    return account


def _user_directory(value: object) -> str:
    text = clean_text(value)
    if "\\" in text:
        raise ValueError(
            f"is {shown(text)}; write only the user directory, without backslash and user id"
        )
    return text


def _custom_property(value: object) -> CustomProperty:
    if isinstance(value, CustomProperty):
        return value
    if not isinstance(value, dict) or set(value) != {"name", "value"}:
        raise ValueError(
            'must be an object with exactly name and value, like {"name":"LicenseManage",'
            '"value":"do-not-release"}'
        )
    return CustomProperty(_part(value, "name"), _part(value, "value"))


def _part(item: Mapping[str, object], part: str) -> str:
    try:
        return clean_text(item[part])
    except ValueError as error:
        raise ValueError(f"has a {part} that {error}") from None


def _flag_rule(value: object) -> FlagRule:
    return FlagRule(choice("Ignore", "Yes", "No")(value).lower())


def _notice_kind(value: object) -> NoticeKind:
    return NoticeKind(choice(*NoticeKind)(value))


def _static_tags(value: object) -> Mapping[str, str]:
    tags = text_map(value, _TAGS_EXAMPLE)
    for key in tags:
        if key in RESERVED_TAGS:
            raise ValueError(f"uses the tag {key!r}, which the app sets itself; rename it")
        if key.startswith("_") or key == "time":
            raise ValueError(f"uses the tag {shown(key)}, which InfluxDB keeps for itself")
    return tags


def _farm(value: object) -> Mapping[str, str]:
    """Machine names by machine id; a list of names makes each name its own id."""
    data = parse_json(value, _FARM_EXAMPLE)
    if isinstance(data, list | tuple):
        names = list_of(clean_text, _FARM_EXAMPLE)(data)
        machines: Mapping[str, str] = {name: name for name in names}
        count = len(names)
    else:
        machines = text_map(data, _FARM_EXAMPLE)
        count = len(machines)
    if len({name.casefold() for name in machines.values()}) != count:
        raise ValueError("names a machine twice; keep one of them")
    return machines


def _secret_name(value: object) -> str:
    # Never shown: what is no name is probably the secret itself.
    if not isinstance(value, str) or not re.fullmatch(r"[0-9A-Za-z-]{1,127}", value.strip()):
        raise ValueError(
            "is not the name of a Key Vault secret (letters, digits and dashes, at most 127); "
            "write the name, never the secret itself"
        )
    return value.strip()


def _secret_path(value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    is_content = text.startswith("-----") or "://" in text  # a key, or a webhook's address
    if not text or is_content or has_control_characters(text):
        raise ValueError("is not a path; write where the file is, never its content")
    return text


Switch = Annotated[bool, BeforeValidator(switch), Takes("true or false")]
Days = Annotated[
    int, BeforeValidator(whole_number(0, _MOST_DAYS)), Takes(f"whole number, 0 to {_MOST_DAYS}")
]
LicenseCount = Annotated[
    int,
    BeforeValidator(whole_number(0, _MOST_LICENSES)),
    Takes(f"whole number, 0 to {_MOST_LICENSES}"),
]
Percent = Annotated[int, BeforeValidator(whole_number(0, 100)), Takes("whole number, 0 to 100")]
AnyPercent = Annotated[
    int,
    BeforeValidator(whole_number(0, _MOST_PERCENT)),
    Takes(f"whole number, 0 to {_MOST_PERCENT}"),
]
FewRequests = Annotated[int, BeforeValidator(whole_number(1, 64)), Takes("whole number, 1 to 64")]
Port = Annotated[int, BeforeValidator(whole_number(1, 65_535)), Takes("whole number, 1 to 65535")]
FewMachines = Annotated[
    int, BeforeValidator(whole_number(1, 1_000)), Takes("whole number, 1 to 1000")
]
PeriodDays = Annotated[
    int, BeforeValidator(whole_number(1, _MOST_DAYS)), Takes(f"whole number, 1 to {_MOST_DAYS}")
]
Hours = Annotated[int, BeforeValidator(whole_number(0, 8_760)), Takes("whole number, 0 to 8760")]

SiteName = Annotated[
    str,
    BeforeValidator(_site_name),
    Takes(rf"text of at most {_SITE_NAME_LENGTH} characters without / \ # ?", blank_is_unset=True),
]
PlainText = Annotated[str, BeforeValidator(clean_text), Takes("text", blank_is_unset=True)]
Schedule = Annotated[
    str,
    BeforeValidator(_schedule),
    Takes("NCRONTAB of 6 (or 5) fields, UTC, or hh:mm:ss", blank_is_unset=True),
]
Host = Annotated[
    str,
    BeforeValidator(host_name),
    Takes("host name or address, without https:// and port", blank_is_unset=True),
]
VirtualProxy = Annotated[
    str, BeforeValidator(virtual_proxy), Takes("prefix of a virtual proxy", blank_is_unset=True)
]
Account = Annotated[str, BeforeValidator(_account), Takes(r"`DIR\id`", blank_is_unset=True)]
HeaderAccount = Annotated[
    str, BeforeValidator(_header_account), Takes(r"`DIR\id`", blank_is_unset=True)
]
WebUrl = Annotated[
    str,
    BeforeValidator(url("http", "https", example="https://influxdb.example.com:8086")),
    Takes("http or https address", blank_is_unset=True),
]
QmsUrl = Annotated[
    str,
    BeforeValidator(url("http", "https", example="http://qlikview.example.com:4799/QMS/Service")),
    Takes("http or https address", blank_is_unset=True),
]
VaultUrl = Annotated[str, BeforeValidator(vault_url), Takes("https address", blank_is_unset=True)]
SecretName = Annotated[
    str, BeforeValidator(_secret_name), Takes("name of a Key Vault secret", blank_is_unset=True)
]
SecretPath = Annotated[
    str, BeforeValidator(_secret_path), Takes("path of a file", blank_is_unset=True)
]

TextList = Annotated[
    tuple[str, ...],
    BeforeValidator(list_of(clean_text, '["first","second"]')),
    Takes("JSON list of texts"),
]
AccountList = Annotated[
    tuple[str, ...],
    BeforeValidator(list_of(_account, f"[{_ACCOUNT_EXAMPLE}]")),
    Takes(r"JSON list of `DIR\\id`"),
]
DirectoryList = Annotated[
    tuple[str, ...],
    BeforeValidator(list_of(_user_directory, '["INTERNAL","ADMIN"]')),
    Takes("JSON list of user directories"),
]
CustomPropertyList = Annotated[
    tuple[CustomProperty, ...],
    BeforeValidator(
        list_of(_custom_property, '[{"name":"LicenseManage","value":"do-not-release"}]')
    ),
    Takes("JSON list of objects with name and value"),
]
Flag = Annotated[FlagRule, BeforeValidator(_flag_rule), Takes("Ignore, Yes or No, any case")]
NoticeKinds = Annotated[
    tuple[NoticeKind, ...],
    BeforeValidator(list_of(_notice_kind, json.dumps(list(NoticeKind)))),
    Takes(f"JSON list of {', '.join(NoticeKind)}"),
]
StaticTags = Annotated[
    Mapping[str, str], BeforeValidator(_static_tags), Takes("JSON object of texts")
]
Farm = Annotated[
    Mapping[str, str],
    BeforeValidator(_farm),
    Takes("JSON list of machine names, or object of machine id to name"),
]
