"""Events as log lines, spans without a tracer, and names in both."""

import ast
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.adapters.personal_names import PersonalNames, traceback_of
from shared.adapters.telemetry import (
    PLAIN_LOGGERS,
    LogTelemetry,
    open_signals,
    prepare_loggers,
)
from shared.domain import events, spans
from shared.domain.errors import QrsError
from shared.domain.pseudonym import pseudonym

ABOUT = {"site": "S", "plan_id": "p1", "license_type": "analyzer"}
SOMEBODY = "anna"  # by name: a traceback shows the lines of the source
HIDDEN = f"user:{pseudonym('CORP\\anna', 'S')}"


class Lines(logging.Handler):
    """Keeps the records."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        self.records.append(record)


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What the logger `steward` was told."""
    handler, logger = Lines(), logging.getLogger("steward")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(level)


def telemetry(*, shown: bool = False) -> LogTelemetry:
    """Telemetry of the site S, without OpenTelemetry."""
    return LogTelemetry(names=PersonalNames("S", shown=shown))


def test_an_event_is_a_line_of_its_name_and_its_dimensions(lines: Lines) -> None:
    """Its dimensions are attributes of the record too, for the exporter."""
    telemetry().emit(events.PLAN_DISABLED, {"site": "S"})
    (record,) = lines.records
    assert record.getMessage() == 'plan.disabled {"site": "S"}'
    assert vars(record)["microsoft.custom_event.name"] == "plan.disabled"
    assert vars(record)["site"] == "S"


def test_an_event_inside_a_span_names_its_plan(lines: Lines) -> None:
    """Also one whose own dimensions have none, as soon as the plan is known."""
    sink = telemetry()
    failed = {"site": "S", "points": 1, "error": "down"}
    with sink.span(spans.PLAN_RELEASES, {"site": "S"}) as span:
        sink.emit(events.POINTS_FAILED, failed)
        span.note("plan_id", "p1")
        sink.emit(events.POINTS_FAILED, failed)
    sink.emit(events.POINTS_FAILED, failed)
    assert [vars(record).get("plan_id") for record in lines.records] == [None, "p1", None]
    assert json.loads(lines.records[1].getMessage().split(" ", 1)[1]) == failed


def test_a_span_takes_only_what_the_catalogue_names() -> None:
    """Also without a tracer, so that a slip shows in every test."""
    sink = telemetry()
    with pytest.raises(ValueError, match="no attribute 'user'"):
        sink.start_span(spans.RELEASE_LICENSE, {**ABOUT, "user": "CORP\\anna"})


def test_people_of_a_span_are_hidden_in_its_events_and_only_there(lines: Lines) -> None:
    """By their id alone, too; elsewhere `anna` is a word like any other."""
    sink = telemetry()
    told = {**ABOUT, "failed": 1, "detail": "QRS says: anna is gone"}
    with sink.span(spans.RELEASE_MESSAGE, ABOUT, people=["CORP\\anna"]):
        sink.emit(events.RELEASES_UNFINISHED, told)
    sink.emit(events.RELEASES_UNFINISHED, told)
    details = [vars(record)["detail"] for record in lines.records]
    assert details == [f"QRS says: {HIDDEN} is gone", "QRS says: anna is gone"]
    assert HIDDEN in lines.records[0].getMessage()


def test_an_exception_leaves_a_span_without_names_and_of_its_type() -> None:
    """The Functions host reports what a function raises, with everything behind it."""

    def work(user_id: str) -> None:
        try:
            int(f"CORP\\{user_id}")
        except ValueError as error:
            raise QrsError(f"no license for {user_id}") from error

    sink = telemetry()
    with (
        pytest.raises(QrsError, match="no license for user:") as failure,
        sink.span(spans.RELEASE_MESSAGE, ABOUT, people=["CORP\\anna"]),
    ):
        work(SOMEBODY)
    assert "anna" not in traceback_of(failure.value)
    assert HIDDEN in str(failure.value.__cause__)


def test_an_exception_that_makes_its_text_by_itself_is_cut_off() -> None:
    """What can't be changed behind the failure is left out rather than told."""

    class StubbornError(Exception):
        def __str__(self) -> str:
            """Always the same."""
            return "CORP\\anna"

    error = QrsError("it failed")
    error.__cause__ = StubbornError()
    PersonalNames("S").hide_in(error)
    assert "CORP" not in traceback_of(error)


def test_names_stay_where_the_settings_allow_it(lines: Lines) -> None:
    """In events and in exceptions."""
    sink = telemetry(shown=True)

    def work() -> None:
        with sink.span(spans.RELEASE_MESSAGE, ABOUT, people=["CORP\\anna"]):
            sink.emit(events.SETTINGS_DOUBTFUL, {"site": "S", "detail": "CORP\\anna"})
            raise QrsError("anna")

    with pytest.raises(QrsError, match="anna"):
        work()
    assert vars(lines.records[0])["detail"] == "CORP\\anna"


def test_plain_lines_hide_names_and_name_the_plan(lines: Lines) -> None:
    """Preparing twice changes nothing."""
    names = PersonalNames("S")
    prepare_loggers(names)
    prepare_loggers(names)
    sink = LogTelemetry(names=names)
    with sink.span(spans.RELEASE_MESSAGE, ABOUT, people=["CORP\\anna"]):
        logging.getLogger("steward.qrs").warning("it says %s", "anna")
    (record,) = lines.records
    assert record.getMessage() == f"it says {HIDDEN}"
    assert vars(record)["plan_id"] == "p1"
    assert len(logging.getLogger("steward.qrs").filters) == 1


def test_every_logger_of_ours_is_an_event_or_a_prepared_one() -> None:
    """Whoever adds a logger has to think of the names in its lines."""
    found = set()
    for path in Path("shared").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "logging.getLogger":
                found |= {arg.value for arg in node.args if isinstance(arg, ast.Constant)}
    assert found == {"steward", *PLAIN_LOGGERS}


@pytest.mark.parametrize("value", ["", "false", "0", "no"])
def test_without_the_workers_switch_there_is_no_tracer(value: str) -> None:
    """On one machine nothing changes."""
    assert open_signals({}) is None
    assert open_signals({"PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY": value}) is None


def test_nothing_of_opentelemetry_is_imported_unless_telemetry_is_on() -> None:
    """A cold start pays for what it uses."""
    code = (
        "import sys, function_app\n"
        "from shared import bootstrap\n"
        "bootstrap.Worker({'SITE_NAME': 's'})\n"
        "loaded = [m for m in sys.modules if m.startswith(('opentelemetry', 'azure.monitor'))]\n"
        "assert not loaded, loaded\n"
        "bootstrap.Worker({'PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY': 'true'})\n"
        "loaded = [m for m in sys.modules if m.startswith('opentelemetry.sdk')]\n"
        "assert 'opentelemetry.trace' in sys.modules and not loaded, loaded\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
