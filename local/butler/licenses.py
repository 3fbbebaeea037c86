"""Butler's block `qlikSenseLicense`: collecting usage, and releasing licenses."""

from collections.abc import Iterator

from local.butler.differences import (
    CAPS,
    CASE,
    EXPIRY,
    FLAGS,
    LOOK_AGAIN,
    NEVER_USED,
    QUARANTINE,
    SCHEDULES,
    SWITCHES,
    TO_THE_SECOND,
)
from local.butler.draft import Draft
from local.butler.schedules import read_schedule
from local.butler.section import Section
from local.butler.tags import read_tags

_MOST_DAYS = 36_500
_MOST_WARNING_DAYS = 3_650
_RELEASE = "LICENSE_RELEASE__"
_NEVER = "LICENSE_RELEASE__NEVER_RELEASE__"
_FLAGS = (
    ("inactive", "INACTIVE"),
    ("blocked", "BLOCKED"),
    ("removedExternally", "REMOVED_EXTERNALLY"),
)


def read_monitor(licenses: Section, draft: Draft) -> None:
    """Carry over when usage is collected, with which tags, and the warning of the site license."""
    monitor, server = licenses.section("licenseMonitor"), licenses.section("serverLicenseMonitor")
    usage, expiry = monitor.switch("enable"), server.switch("enable")
    owner = monitor if usage or not expiry else server
    draft.put_switch("LICENSE_MONITOR__ENABLED", value=usage or expiry, section=owner, key="enable")
    read_schedule(monitor, "USAGE_SCHEDULE", draft)
    read_tags(
        monitor.section("destination").section("influxDb"), "LICENSE_MONITOR__STATIC_TAGS", draft
    )
    alert = server.section("alert")
    days = alert.number("thresholdDays", 0, _MOST_WARNING_DAYS)
    if expiry:
        text = None if days is None else str(days)
        draft.put("EARLY_WARNING__SERVER_LICENSE_DAYS", text, alert, "thresholdDays")
        draft.differences.append(EXPIRY)
    if expiry and not usage:
        draft.look(
            "LICENSE_MONITOR__ENABLED",
            "serverLicenseMonitor is on and licenseMonitor is off: here both are one function, so "
            "usage is collected as well",
        )
    draft.differences.append(SCHEDULES)


def read_release(licenses: Section, draft: Draft) -> None:
    """Carry the policy over; the switches that let licenses go stay where they are safe."""
    release = licenses.section("licenseRelease")
    enabled = release.switch("enable")
    draft.put_switch(_RELEASE + "ENABLED", value=enabled, section=release, key="enable")
    draft.put_switch(_RELEASE + "DRY_RUN", value=True, section=release, key="dryRun")
    if not enabled:
        draft.look(
            _RELEASE + "ENABLED",
            f"{release.key('enable')} is not true, so no plans are made. To see a dry plan: --set "
            "LICENSE_RELEASE__ENABLED=true",
        )
    release.switch("dryRun")
    read_schedule(release, "RELEASE_SCHEDULE", draft)
    for kind in ("analyzer", "professional"):
        _read_type(release.section("licenseType").section(kind), kind.upper(), draft)
    _read_never_release(release.section("neverRelease"), draft)
    read_tags(
        release.section("destination").section("influxDb"), "LICENSE_RELEASE__STATIC_TAGS", draft
    )
    draft.differences += [SWITCHES, NEVER_USED, TO_THE_SECOND, CASE, FLAGS]
    draft.differences += [CAPS, LOOK_AGAIN, QUARANTINE]


def _read_type(section: Section, kind: str, draft: Draft) -> None:
    enabled = section.switch("enable")
    draft.put_switch(f"{_RELEASE}{kind}__ENABLED", value=enabled, section=section, key="enable")
    days = section.number("releaseThresholdDays", 0, _MOST_DAYS)
    if enabled and not section.has("releaseThresholdDays"):
        section.wrong("releaseThresholdDays", "is missing, and the license type is enabled")
    draft.put(
        f"{_RELEASE}{kind}__THRESHOLD_DAYS",
        None if days is None else str(days),
        section,
        "releaseThresholdDays",
    )


def _read_never_release(never: Section, draft: Draft) -> None:
    draft.put_json(_NEVER + "USERS", list(_users(never)), never, "user")
    draft.put_json(_NEVER + "TAGS", never.texts("tag"), never, "tag")
    draft.put_json(_NEVER + "CUSTOM_PROPERTIES", list(_properties(never)), never, "customProperty")
    draft.put_json(
        _NEVER + "USER_DIRECTORIES", never.texts("userDirectory"), never, "userDirectory"
    )
    for key, name in _FLAGS:
        word = never.text(key)
        if word and word.lower() not in {"ignore", "yes", "no"}:
            never.wrong(key, f"is {word!r}; write Ignore, Yes or No")
        draft.put(_NEVER + name, word and word.capitalize(), never, key)
        if word and word.lower() == "no":
            draft.look(
                _NEVER + name,
                f"{never.key(key)} is No: every user who is not so keeps the license, which is "
                "nearly everybody, as in Butler",
            )


def _users(never: Section) -> Iterator[str]:
    for user in never.blocks("user"):
        parts = _pair(user, "userDir", "userId")
        if parts:
            yield "\\".join(parts)


def _properties(never: Section) -> Iterator[dict[str, str]]:
    for item in never.blocks("customProperty"):
        parts = _pair(item, "name", "value")
        if parts:
            yield dict(zip(("name", "value"), parts, strict=True))


def _pair(item: Section, *keys: str) -> tuple[str, ...] | None:
    """Both texts; a rule with one of them missing would protect nobody."""
    texts = {key: item.text(key) for key in keys}
    for key in keys:
        if texts[key] is None and not item.has(key):
            item.problems.add(item.block.line, item.key(key), "is missing")
    found = tuple(text for text in texts.values() if text)
    return found if len(found) == len(keys) else None
