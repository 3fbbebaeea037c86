"""A second reading of the seed document's rules, written as plainly as can be.

It shares nothing with the app: it takes QRS's own JSON and a config in the shape of Butler's YAML,
and says which licenses go. Tests hold the app's plan against it.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

Json = Mapping[str, Any]


def licenses_to_release(
    licenses: Mapping[str, Iterable[Json]], users: Iterable[Json], config: Json, now: datetime
) -> set[str]:
    """The ids of the licenses that the document's rules release, before any cap.

    Args:
        licenses: rows of `/license/{type}accesstype/full` under `analyzer` and `professional`.
        users: rows of `/user/full`.
        config: the `licenseRelease` block of the document.
        now: the moment to judge by.
    """
    users_by_id = {user["id"]: user for user in users}
    going = set()
    for license_type in ("analyzer", "professional"):
        rule = config["licenseType"][license_type]
        if not rule["enable"]:
            continue
        for row in licenses[license_type]:
            if row["quarantined"]:
                continue
            if row["user"] is None or row["user"]["id"] not in users_by_id:
                continue
            if _is_protected(users_by_id[row["user"]["id"]], config["neverRelease"]):
                continue
            used = row["lastUsed"]
            if used.startswith("1753"):
                used = row["createdDate"]
            seconds_unused = (now - _moment(used)).total_seconds()
            if seconds_unused >= rule["releaseThresholdDays"] * 24 * 60 * 60:
                going.add(row["id"])
    return going


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def _is_protected(user: Json, never: Json) -> bool:  # noqa: C901 - plain on purpose
    for protected in never["user"]:
        same_directory = protected["userDir"].lower() == user["userDirectory"].lower()
        if same_directory and protected["userId"].lower() == user["userId"].lower():
            return True
    for directory in never["userDirectory"]:
        if directory.lower() == user["userDirectory"].lower():
            return True
    for tag in user["tags"]:
        for protected_tag in never["tag"]:
            if tag["name"].lower() == protected_tag.lower():
                return True
    for prop in user["customProperties"]:
        for protected_prop in never["customProperty"]:
            same_name = prop["definition"]["name"].lower() == protected_prop["name"].lower()
            if same_name and prop["value"].lower() == protected_prop["value"].lower():
                return True
    for name, field in (
        ("inactive", "inactive"),
        ("blocked", "blacklisted"),
        ("removedExternally", "removedExternally"),
    ):
        if never[name].lower() == "yes" and user[field]:
            return True
        if never[name].lower() == "no" and not user[field]:
            return True
    return False


def as_settings(config: Json) -> dict[str, str]:
    """The same config as app settings, as an operator would write them."""
    import json

    never = config["neverRelease"]
    settings = {
        "LICENSE_RELEASE__NEVER_RELEASE__USERS": json.dumps(
            [f"{user['userDir']}\\{user['userId']}" for user in never["user"]]
        ),
        "LICENSE_RELEASE__NEVER_RELEASE__TAGS": json.dumps(never["tag"]),
        "LICENSE_RELEASE__NEVER_RELEASE__USER_DIRECTORIES": json.dumps(never["userDirectory"]),
        "LICENSE_RELEASE__NEVER_RELEASE__CUSTOM_PROPERTIES": json.dumps(never["customProperty"]),
        "LICENSE_RELEASE__NEVER_RELEASE__INACTIVE": never["inactive"],
        "LICENSE_RELEASE__NEVER_RELEASE__BLOCKED": never["blocked"],
        "LICENSE_RELEASE__NEVER_RELEASE__REMOVED_EXTERNALLY": never["removedExternally"],
    }
    for license_type, rule in config["licenseType"].items():
        prefix = f"LICENSE_RELEASE__{license_type.upper()}__"
        settings[prefix + "ENABLED"] = str(rule["enable"]).lower()
        settings[prefix + "THRESHOLD_DAYS"] = str(rule["releaseThresholdDays"])
    return settings
