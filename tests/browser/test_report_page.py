"""The report in a real browser: it works, it looks right, and hostile names do nothing."""

from typing import TYPE_CHECKING

import pytest

from shared.adapters.report import Page, render_report
from shared.domain.report.view import report_view
from tests.browser.conftest import SCREENSHOTS, Served, troubles_of
from tests.unit.report.build import busy
from tests.unit.report.test_page import HOSTILE

if TYPE_CHECKING:
    from playwright.async_api import Browser, Locator
    from playwright.async_api import Page as Tab


def page_of(count: int = 300, accounts: tuple[str, ...] = ()) -> Page:
    """The page of a busy site."""
    return render_report(report_view(busy(count, accounts)))


async def opened(browser: "Browser", address: str) -> "tuple[Tab, list[str]]":
    """The page in a new tab, and its troubles from now on."""
    tab = await browser.new_page(viewport={"width": 1200, "height": 900})
    troubles = troubles_of(tab)
    await tab.goto(address)
    return tab, troubles


def plan_table(tab: "Tab") -> "Locator":
    """The table of every license."""
    return tab.locator('[data-table="plan"]')


async def first_cells(tab: "Tab", column: int) -> list[str]:
    """The texts of a column of the plan's table, as they are shown."""
    return await plan_table(tab).locator(f"tbody td:nth-child({column})").all_inner_texts()


async def test_the_page_runs_without_an_error_and_asks_for_nothing(
    browser: "Browser", served: Served
) -> None:
    """One request, the page itself; the policy of the header lets its own script run."""
    tab, troubles = await opened(browser, served.put("report", page_of()))
    await tab.wait_for_load_state("networkidle")
    assert troubles == []
    assert served.asked == ["/report"]
    assert await plan_table(tab).locator(".filters").is_visible()


async def test_hostile_names_do_nothing_and_are_shown(browser: "Browser", served: Served) -> None:
    """Neither in the page nor in the rows that its script makes."""
    tab, troubles = await opened(browser, served.put("report", page_of(60, HOSTILE)))
    find = plan_table(tab).get_by_label("Find")
    for name in ("<script>", "</script>", "onmouseover", "{{ 7", "[U+2028]"):
        await find.fill(name)
        [cell] = [text for text in await first_cells(tab, 1) if name in text][:1]
        await tab.get_by_text(cell, exact=True).first.hover()
    assert await tab.locator("tbody script, tbody img, [onmouseover], [onfocus]").count() == 0
    assert troubles == []


async def test_filters_narrow_the_table_and_clear_widens_it(
    browser: "Browser", served: Served
) -> None:
    """By text, type, decision and reason, all at once."""
    tab, _ = await opened(browser, served.put("report", page_of()))
    table = plan_table(tab)
    await table.get_by_label("Decision").select_option(label="goes")
    assert set(await first_cells(tab, 3)) == {"goes"}
    await table.get_by_label("Type").select_option(label="professional")
    assert set(await first_cells(tab, 2)) == {"professional"}
    await table.get_by_label("Reason").select_option(label="never used")
    assert set(await first_cells(tab, 4)) == {"never used"}
    await table.get_by_label("Find").fill("nobody is called this")
    assert await table.get_by_role("status").inner_text() == "0 of 300 found."
    await table.get_by_role("button", name="Clear").click()
    assert await table.get_by_role("status").inner_text() == "Showing 100 of 300."


async def test_sorting_works_by_keyboard_and_is_told_to_assistive_technology(
    browser: "Browser", served: Served
) -> None:
    """Enter sorts, once more turns around; what was never used stays last."""
    tab, _ = await opened(browser, served.put("report", page_of()))
    head = plan_table(tab).locator("thead th").nth(5)
    await head.get_by_role("button", name="Last used").focus()
    for direction, turned in (("ascending", False), ("descending", True)):
        await tab.keyboard.press("Enter")
        assert await head.get_attribute("aria-sort") == direction
        moments = await first_cells(tab, 6)
        assert moments == sorted(moments, reverse=turned)
        assert "never" not in moments


async def test_ten_thousand_rows_stay_usable(browser: "Browser", served: Served) -> None:
    """Only a part is drawn, the rest comes when it is asked for, and a row is found at once."""
    tab, troubles = await opened(browser, served.put("report", page_of(10_000)))
    table = plan_table(tab)
    assert len(await first_cells(tab, 1)) == 100
    more = table.get_by_role("button", name="more")
    await more.click()
    assert len(await first_cells(tab, 1)) == 200
    await table.get_by_label("Find").fill("user09999")
    [found] = await first_cells(tab, 1)
    assert found.endswith("user09999")
    await table.get_by_label("Find").fill("")
    while await more.is_visible():
        await more.click()
    assert len(await first_cells(tab, 1)) == 10_000
    assert troubles == []


async def test_without_script_the_first_rows_and_all_counts_are_there(
    browser: "Browser", served: Served
) -> None:
    """And the same rows: the script shows what the page showed before it."""
    address = served.put("report", page_of())
    context = await browser.new_context(java_script_enabled=False)
    bare = await context.new_page()
    await bare.goto(address)
    rows = await plan_table(bare).locator("tbody tr").all_inner_texts()
    assert len(rows) == 50
    assert await plan_table(bare).get_by_text("need JavaScript").is_visible()
    assert not await plan_table(bare).locator(".filters").is_visible()
    tab, _ = await opened(browser, address)
    assert (await plan_table(tab).locator("tbody tr").all_inner_texts())[:50] == rows


@pytest.mark.parametrize("width", [360, 768, 1200])
async def test_nothing_sticks_out_of_the_screen(
    browser: "Browser", served: Served, width: int
) -> None:
    """Wide tables scroll within themselves."""
    tab, _ = await opened(browser, served.put("report", page_of(60, ("x" * 300, "y " * 200))))
    await tab.set_viewport_size({"width": width, "height": 800})
    assert await tab.evaluate("document.documentElement.scrollWidth") <= width


async def test_it_can_be_printed_without_what_is_for_the_screen(
    browser: "Browser", served: Served
) -> None:
    """Light, without filters, and with the first 30 rows of a table."""
    tab, _ = await opened(browser, served.put("report", page_of()))
    await tab.emulate_media(media="print", color_scheme="dark")
    assert not await plan_table(tab).locator(".filters").is_visible()
    shown = plan_table(tab).locator("tbody tr:visible")
    assert await shown.count() == 30
    page = await tab.evaluate("getComputedStyle(document.body).backgroundColor")
    assert page == "rgb(255, 255, 255)"
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    await tab.pdf(path=SCREENSHOTS / "report.pdf", format="A4", print_background=True)
    assert (SCREENSHOTS / "report.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("name", "scheme", "width", "height"),
    [
        ("light", "light", 1200, 900),
        ("dark", "dark", 1200, 900),
        ("phone", "light", 360, 780),
    ],
)
async def test_screenshots_are_taken_of_a_page_that_follows_the_system(
    browser: "Browser", served: Served, name: str, scheme: str, width: int, height: int
) -> None:
    """Light or dark as the system is, and the chart that fits the width."""
    context = await browser.new_context(
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": width, "height": height},
    )
    tab = await context.new_page()
    await tab.goto(served.put("report", page_of()))
    red = await tab.evaluate("parseInt(getComputedStyle(document.body).color.slice(4))")
    assert (red > 128) is (scheme == "dark")
    wide, narrow = tab.locator("svg.wide").first, tab.locator("svg.narrow").first
    assert await narrow.is_visible() is (width < 640)
    assert await wide.is_visible() is (width >= 640)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    await tab.screenshot(path=SCREENSHOTS / f"report-{name}.png", full_page=True)
