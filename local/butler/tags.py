"""Static tags: Butler's list of names and values as one map."""

from local.butler.differences import TAGS
from local.butler.draft import Draft
from local.butler.section import Section
from shared.domain.points import RESERVED_TAGS


def read_tags(owner: Section, setting: str, draft: Draft) -> None:
    """Carry `tag.static` of a block over into a setting."""
    section = owner.section("tag")
    tags: dict[str, str] = {}
    for item in section.blocks("static"):
        name, value = item.text("name"), item.text("value")
        line = item.block.line
        if not name or not value:
            draft.left_out.append(f"line {line}, {item.path}: a tag needs a name and a value")
        elif _is_the_apps(name):
            draft.left_out.append(
                f"line {line}, {item.path}: the tag {name} = {value}; the app has a tag of that "
                "name itself. Give it another name with --set, if you need it"
            )
            if TAGS not in draft.differences:
                draft.differences.append(TAGS)
        else:
            if name in tags:
                draft.look(
                    setting,
                    f"line {line}: the tag {name} is there twice; the last one holds, as in Butler",
                )
            tags[name] = value
    draft.put_json(setting, tags, section, "static")


def _is_the_apps(name: str) -> bool:
    return name in RESERVED_TAGS or name.startswith("_") or name == "time"
