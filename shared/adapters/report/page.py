"""Pages: what a view looks like in HTML, and the policy that lets a browser run nothing else.

A page asks for nothing from anywhere: style, script and data are in it. Every value goes through
jinja2's autoescape; data for the script is JSON in which no character can end its element.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from shared.adapters.report.cells import cell_text, table_json
from shared.adapters.report.line_chart import draw, table_rows
from shared.domain.farm.replay_result import ReplayResult
from shared.domain.report.farm_views import farm_view
from shared.domain.report.lease_views import CAL_HEADINGS
from shared.domain.report.view import ReportView
from shared.domain.report.words import visible

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_FOLDER = Path(__file__).parent / "templates"
FIRST_ROWS = 50  # of a table are in the page itself, for browsers without script


@dataclass(frozen=True, slots=True)
class Page:
    """An HTML page, and the value for its Content-Security-Policy header."""

    html: str
    content_security_policy: str


def render_report(view: ReportView) -> Page:
    """The report as a page."""
    return _page("report.html.j2", view=view, title=f"Licenses of {view.site}")


def render_farm_page(
    results: Sequence[ReplayResult],
    *,
    title: str = "Farm simulation",
    about: str = "",
    made_at: str = "",
) -> str:
    """A farm simulation as a page of its own.

    Args:
        results: one for each placement, in the order in which they are shown.
        title: the heading.
        about: a sentence on what was simulated (users, servers, days).
        made_at: when, as text in UTC; empty for not told.

    Raises:
        ValueError: there are no results.
    """
    farm = farm_view(results)
    if farm is None:
        raise ValueError("a farm page needs the results of at least one placement")
    texts = {"title": visible(title), "about": visible(about), "made_at": made_at}
    return _page("farm.html.j2", farm=farm, **texts).html


def _page(template: str, **values: object) -> Page:
    style, script = _asset("report.css"), _asset("report.js")
    policy = "; ".join(
        (
            "default-src 'none'",
            f"style-src {_hash(style)}",
            f"script-src {_hash(script)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )
    html = (
        _environment()
        .get_template(template)
        .render(style=_trusted(style), script=_trusted(script), policy=policy, **values)
    )
    # A page in a frame could be clicked through; only the header can forbid that.
    return Page(html, f"{policy}; frame-ancestors 'none'")


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - cold start

    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "draw": draw,
        "table_rows": table_rows,
        "cell_text": cell_text,
        "table_json": lambda table: _trusted(table_json(table)),
        "first_rows": FIRST_ROWS,
        "cal_headings": CAL_HEADINGS,
    }
    return environment


@cache
def _asset(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")


def _trusted(text: str) -> "Markup":
    """Our own style and script, and JSON that was made safe."""
    from markupsafe import Markup  # noqa: PLC0415 - cold start

    return Markup(text)  # noqa: S704 - never a text from outside


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"
