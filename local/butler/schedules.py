"""Butler's `frequency` texts as schedules."""

from local.butler.draft import Draft
from local.butler.later_words import NotUnderstoodError
from local.butler.ncrontab import convert_schedule, suggestion
from local.butler.section import Section


def read_schedule(section: Section, setting: str, draft: Draft) -> None:
    """Carry a block's `frequency` over; what has no exact counterpart is a person's decision."""
    text = section.text("frequency")
    if text is None:
        return
    try:
        converted = convert_schedule(text)
    except NotUnderstoodError as why:
        section.wrong(
            "frequency",
            f"is {text!r}, which can't be a schedule here: {why}. Decide on one, for example "
            f'--set "{setting}={suggestion(text)}"',
        )
        return
    draft.put(setting, converted.ncrontab, section, "frequency")
    for remark in converted.remarks:
        draft.look(setting, f"{section.key('frequency')}: {remark}")
