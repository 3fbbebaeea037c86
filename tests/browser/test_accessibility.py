"""Accessible names, roles and contrast of the pages, by axe-core in a real browser."""

from typing import TYPE_CHECKING, Literal

import pytest

from shared.adapters.report import Page, render_farm_page, render_report
from shared.domain.report.view import report_view
from tests.browser.conftest import Served
from tests.unit.report.build import busy, farm_results, quiet

if TYPE_CHECKING:
    from playwright.async_api import Browser

type Scheme = Literal["light", "dark"]


def pages() -> dict[str, Page]:
    """A busy site, a new one, and a farm."""
    return {
        "busy": render_report(report_view(busy(120))),
        "new": render_report(report_view(quiet(history=[], runs=[], qlikview=True))),
        "farm": Page(render_farm_page(farm_results()), "default-src * 'unsafe-inline'"),
    }


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 1200), ("light", 360)])
@pytest.mark.parametrize("name", ["busy", "new", "farm"])
async def test_axe_finds_nothing(
    browser: "Browser", served: Served, name: str, scheme: Scheme, width: int
) -> None:
    """No violation of any of its rules, contrast included; the values of charts are unfolded."""
    axe = pytest.importorskip("axe_playwright_python.async_playwright").Axe()
    address = served.put(name, pages()[name])
    context = await browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True
    )
    tab = await context.new_page()
    await tab.goto(address)
    await tab.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    found = await axe.run(tab)
    assert found.violations_count == 0, found.generate_report()


async def test_every_chart_has_a_name_a_description_and_its_values(
    browser: "Browser", served: Served
) -> None:
    """For who can't see it, and for who wants the numbers."""
    tab = await browser.new_page()
    await tab.goto(served.put("busy", pages()["busy"]))
    charts = tab.locator("svg.wide")
    assert await charts.count() == 4
    for chart in await charts.all():
        assert await chart.get_attribute("role") == "img"
        named = (await chart.get_attribute("aria-labelledby") or "").split()
        texts = [await tab.locator(f"#{each}").text_content() for each in named]
        assert len(texts) == 2
        assert all(texts)
    figures = tab.locator("figure:has(svg.wide)")
    assert await figures.locator("details table").count() == 4


async def test_the_keyboard_reaches_the_report_past_the_links(
    browser: "Browser", served: Served
) -> None:
    """The first stop skips to it."""
    tab = await browser.new_page()
    await tab.goto(served.put("busy", pages()["busy"]))
    await tab.keyboard.press("Tab")
    assert await tab.evaluate("document.activeElement.textContent") == "Skip to the report"
    await tab.keyboard.press("Enter")
    assert await tab.evaluate("document.activeElement.id") == "main"
