"""The report in a real browser: in both languages, on a desk and on a phone, on paper and without script."""

from __future__ import annotations

import base64
from itertools import pairwise
from pathlib import Path

import pytest
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.common.by import By

from insiders_assets.report import build_report
from insiders_assets_tests.browser import PHONE, WIDE, Browser
from insiders_assets_tests.report_tables import refresh

CUSTOMERS = 1_200
LANGUAGES = ("en", "pt_BR")
Whole = tuple[str, tuple[int, int], str]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A report per language."""
    made = {}
    for language, currency in (("en", "GBP"), ("pt_BR", "BRL")):
        made[language] = tmp_path_factory.mktemp(language)
        build_report(refresh(CUSTOMERS, language=language, currency=currency), made[language])
    return made


def _url(folder: Path, page: str = "report") -> str:
    return (folder / f"{page}.html").as_uri()


def _see_everything(browser: Browser) -> None:
    """Scroll through the whole page, so that every chart is drawn."""
    browser.run("document.documentElement.style.scrollBehavior = 'auto'")
    for place in browser.driver.find_elements(By.CSS_SELECTOR, "[data-figure]"):
        browser.run("arguments[0].scrollIntoView()", place)
        drawn = (By.CSS_SELECTOR, f"#{place.get_attribute('id')} svg.main-svg")
        browser.until(lambda drawn=drawn: browser.driver.find_elements(*drawn))


@pytest.fixture(
    scope="module",
    params=[
        ("en", WIDE, "report"),
        ("pt_BR", PHONE, "report"),
        ("en", PHONE, "evidence"),
        pytest.param(("en", PHONE, "report"), marks=pytest.mark.full),
        pytest.param(("pt_BR", WIDE, "report"), marks=pytest.mark.full),
        pytest.param(("pt_BR", WIDE, "evidence"), marks=pytest.mark.full),
    ],
    ids=lambda given: f"{given[0]}-{given[1][0]}-{given[2]}",
)
def whole(request: pytest.FixtureRequest, browser: Browser, reports: dict[str, Path]) -> Whole:
    """A page of a report in one language and size, scrolled through to its end."""
    language, size, page = request.param
    browser.open(_url(reports[language], page), size)
    _see_everything(browser)
    return language, size, page


def test_every_section_shows_something_and_the_page_asks_nobody_for_anything(
    browser: Browser, whole: Whole
) -> None:
    sections = browser.run(
        "return [...document.querySelectorAll('main > section')]"
        ".map(s => [s.id, s.innerText.trim().length, s.offsetHeight])"
    )
    assert len(sections) == {"report": 8, "evidence": 6}[whole[2]]
    assert all(letters > 60 and height > 60 for _, letters, height in sections), sections
    assert browser.run("return document.documentElement.lang") == whole[0].replace("_", "-")
    assert browser.errors() == []
    assert browser.strangers() == []


def test_nothing_sticks_out_sideways(browser: Browser, whole: Whole) -> None:
    width = whole[1][0]
    wide = browser.run(
        "return [...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll, .chart, .unseen') &&"
        f" e.getBoundingClientRect().right > {width}).map(e => e.outerHTML.slice(0, 80))"
    )
    assert browser.run("return document.documentElement.scrollWidth") <= width, wide


def test_the_names_beside_a_chart_do_not_lie_on_each_other(browser: Browser, whole: Whole) -> None:
    if whole[2] != "evidence":
        return
    names = browser.run(
        "return [...document.querySelectorAll('#chart-backtest .ytick text')].map(t => t.getBoundingClientRect())"
        ".map(b => [b.top, b.bottom, b.width])"
    )
    assert len(names) >= 3
    names.sort()
    assert all(above[1] <= below[0] + 2 for above, below in pairwise(names)), names
    drawing = browser.run(
        "return document.querySelector('#chart-backtest .nsewdrag').getBoundingClientRect().width"
    )
    assert drawing > 0.4 * whole[1][0]


def test_axe_finds_nothing_wrong(browser: Browser, whole: Whole) -> None:
    assert browser.violations() == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_executive_summary_fits_one_screen(
    browser: Browser, reports: dict[str, Path], language: str
) -> None:
    browser.open(_url(reports[language]), WIDE)
    bottom = browser.run("return document.getElementById('summary').getBoundingClientRect().bottom")
    assert bottom <= WIDE[1]


def test_hovering_the_map_shows_the_customer(browser: Browser, reports: dict[str, Path]) -> None:
    browser.open(_url(reports["en"]))
    _see_everything(browser)
    place = browser.driver.find_element(By.ID, "chart-map")
    browser.run("arguments[0].scrollIntoView({block: 'center'})", place)
    customer, point = browser.run(
        "const box = document.querySelector('#chart-map .points path').getBoundingClientRect();"
        "const trace = document.getElementById('chart-map').data[0];"
        "return [trace.customdata[0][0], [box.x + box.width / 2, box.y + box.height / 2]]"
    )
    for event in ("mouseMoved", "mouseMoved"):
        browser.driver.execute_cdp_cmd(
            "Input.dispatchMouseEvent", {"type": event, "x": point[0], "y": point[1]}
        )
    browser.until(lambda: browser.driver.find_elements(By.CSS_SELECTOR, "#chart-map .hoverlayer .hovertext"))
    shown = browser.run("return document.querySelector('#chart-map .hoverlayer').textContent")
    assert "Days since last purchase" in shown
    drawn = browser.run(
        "return document.getElementById('chart-map').data.flatMap(t => t.customdata.map(c => c[0]))"
    )
    assert customer in drawn
    assert any(name in shown for name in drawn)


def test_tables_sort_and_search_from_the_keyboard(browser: Browser, reports: dict[str, Path]) -> None:
    browser.open(_url(reports["en"]))
    column = "return [...document.querySelectorAll('#member-table tbody tr')].map(r => Number(r.cells[3].dataset.sort))"
    button = browser.driver.find_element(By.CSS_SELECTOR, "#member-table th:nth-child(4) button")
    browser.run("arguments[0].focus()", button)
    ActionChains(browser.driver).send_keys(Keys.ENTER).perform()
    days = browser.run(column)
    assert days == sorted(days, reverse=True)
    assert days != sorted(days)
    header = browser.driver.find_element(By.CSS_SELECTOR, "#member-table th:nth-child(4)")
    assert header.get_attribute("aria-sort") == "descending"
    ActionChains(browser.driver).send_keys(Keys.ENTER).perform()
    assert browser.run(column) == sorted(days)
    wanted = browser.run("return document.querySelector('#member-table tbody th').firstChild.textContent")
    box = browser.driver.find_element(By.CSS_SELECTOR, "input[data-table='member-table']")
    box.send_keys(wanted)
    visible = browser.run(
        "return [...document.querySelectorAll('#member-table tbody tr')].filter(r => !r.hidden).map(r => r.textContent)"
    )
    assert 0 < len(visible) < 10
    assert all(wanted in row for row in visible)


def test_everything_interactive_is_reached_with_the_tab_key(
    browser: Browser, reports: dict[str, Path]
) -> None:
    browser.open(_url(reports["en"]))
    ActionChains(browser.driver).send_keys(Keys.TAB).perform()
    assert browser.run("return document.activeElement.className") == "skip"
    unreachable = browser.run(
        "return [...document.querySelectorAll('a, button, input, .scroll')].filter(e => e.tabIndex < 0).length"
    )
    assert unreachable == 0


def test_on_paper_every_chart_is_drawn_and_no_control_is_left(
    browser: Browser, reports: dict[str, Path]
) -> None:
    browser.open(_url(reports["en"]))
    paper = base64.b64decode(
        browser.driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"]
    )
    assert paper.startswith(b"%PDF")
    assert 4 <= paper.count(b"/Type /Page\n") <= 8
    assert browser.run("return document.querySelectorAll('[data-figure] svg.main-svg').length") >= 1
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    hidden = browser.run(
        "return [...document.querySelectorAll('.bar, .search')].every(e => e.offsetHeight === 0)"
    )
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert hidden


def test_without_script_the_page_still_reads(browser: Browser, reports: dict[str, Path]) -> None:
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.open(_url(reports["en"]))
        text = browser.driver.find_element(By.TAG_NAME, "main").text
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    for words in ("members", "Question 8?", "Tiers side by side", "What to do"):
        assert words in text


def test_hostile_names_do_not_run(browser: Browser, tmp_path: Path) -> None:
    build_report(refresh(200, hostile=True), tmp_path)
    browser.open(_url(tmp_path))
    _see_everything(browser)
    assert browser.errors() == []
    assert browser.run("return document.querySelectorAll('main img, main script').length") == 0
