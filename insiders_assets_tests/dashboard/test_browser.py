"""The dashboard in a real browser: both languages, desk and phone, by keyboard, while refreshes come in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select

from insiders_assets.storage.warehouse import Warehouse
from insiders_assets_tests.browser import PHONE, WIDE, Browser
from insiders_assets_tests.dashboard_data import FIRST, SECOND, THIRD, VIEWS, publish, serving

PAGES = (*VIEWS, "/segments", "/customers/12363", "/customers/12363/kept", "/customers/nobody")
CHARTS = {"/": 1, "/clusters": 1, "/budget": 1, "/changes": 2, "/time": 1, "/customers/12363": 1}
LANGUAGES = (("en", "GBP"), ("pt_BR", "BRL"))


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('warehouse') / 'insiders.db'}"
    for name, customers in ((FIRST, 500), (SECOND, 560), (THIRD, 600)):
        publish(Warehouse.open(url), name, customers, hostile=name == THIRD, seed=customers)
    return url


@pytest.fixture(scope="module")
def addresses(url: str) -> Iterator[dict[str, str]]:
    """A dashboard for each language."""
    warehouse = Warehouse.open(url, read_only=True)
    (one, money), (other, other_money) = LANGUAGES
    with (
        serving(warehouse, language=one, currency=money) as english,
        serving(warehouse, language=other, currency=other_money) as portuguese,
    ):
        yield {one: english, other: portuguese}


def open_page(browser: Browser, address: str, size: tuple[int, int] = WIDE) -> None:
    browser.open(address, size)
    browser.until(
        "return [...document.querySelectorAll('[data-figure]')].every(c => c.querySelector('svg.main-svg'))",
    )


ONE_EACH = [
    pytest.param("en", WIDE, id="en-wide"),
    pytest.param("pt_BR", PHONE, id="pt_BR-phone"),
    pytest.param("en", PHONE, id="en-phone", marks=pytest.mark.full),
    pytest.param("pt_BR", WIDE, id="pt_BR-wide", marks=pytest.mark.full),
]
"""Each language and each size once; the other pairs take as long again."""


@pytest.mark.parametrize(("language", "size"), ONE_EACH)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_shows_something_is_accessible_and_asks_nobody_for_anything(
    browser: Browser, addresses: dict[str, str], page: str, language: str, size: tuple[int, int]
) -> None:
    open_page(browser, addresses[language] + page, size)
    shown = browser.run("return document.querySelector('main').innerText.trim()")
    assert len(shown) > 40
    assert len(browser.driver.find_elements(By.CSS_SELECTOR, "svg.main-svg")) >= CHARTS.get(page, 0)
    assert browser.run("return document.documentElement.lang") == language.replace("_", "-")
    complaints = [
        line for line in browser.errors() if "status of 404" not in line or page != "/customers/nobody"
    ]
    assert complaints == []
    assert browser.strangers() == []
    assert browser.violations() == []
    wide = browser.run(
        "return [...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll, .chart, .unseen') &&"
        f" e.getBoundingClientRect().right > {size[0]}).map(e => e.outerHTML.slice(0, 90))"
    )
    assert browser.run("return document.documentElement.scrollWidth") <= size[0], wide
    # Whatever amounts it comes to hold, a table scrolls in a place of its own.
    loose = "return [...document.querySelectorAll('main table:not(.scroll table, .mini)')].length"
    assert browser.run(loose) == 0
    charts = browser.run(
        "return [...document.querySelectorAll('[data-figure]')].map(c => [...c.querySelectorAll('.xtick text')]"
        ".map(t => t.getBoundingClientRect()).map(b => [b.left, b.right]))"
    )
    for names in charts:
        assert all(one[1] < other[0] for one, other in pairwise(sorted(names))), names


def test_the_page_shows_a_new_refresh_without_a_reload(browser: Browser, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'insiders.db'}"
    publish(Warehouse.open(url), FIRST, 100)
    with serving(Warehouse.open(url, read_only=True)) as address:
        open_page(browser, address + "/?tier=all&who=everyone")
        browser.run("window.before = document.querySelector('.tile .value').textContent; window.same = true;")
        assert browser.run("return window.before") == "100"
        publish(Warehouse.open(url), SECOND, 150)
        browser.until("return document.querySelector('.tile .value')?.textContent === '150'")
        assert browser.run("return window.same") is True
        assert "tier=all" in browser.driver.current_url
        assert browser.run("return document.getElementById('news').textContent") != ""
        browser.until("return document.querySelector('#chart-months svg.main-svg')")
        assert SECOND in browser.run("return document.getElementById('seen').value")
        browser.open("about:blank")


def test_the_page_of_an_empty_warehouse_fills_by_itself(browser: Browser, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'insiders.db'}"
    with serving(Warehouse.open(url, read_only=True)) as address:
        open_page(browser, address + "/customers")
        publish(Warehouse.open(url), FIRST, 60)
        browser.until("return document.querySelectorAll('table.list tbody tr').length > 10")
        browser.open("about:blank")


def test_choosing_changes_the_page_its_address_and_the_downloads_and_back_goes_back(
    browser: Browser, addresses: dict[str, str]
) -> None:
    open_page(browser, addresses["en"] + "/customers")
    Select(browser.driver.find_element(By.ID, "filter-country")).select_by_value("Brazil")
    browser.until("return location.search.includes('country=Brazil')")
    browser.until(
        "const cells = [...document.querySelectorAll('table.list tbody td:last-child')];"
        "return cells.length && cells.every(c => c.textContent === 'Brazil')",
    )
    assert browser.run("return document.activeElement.id") == "filter-country"
    assert "country=Brazil" in browser.run("return document.querySelector('.downloads a').href")
    assert browser.run("return document.getElementById('filter-country').value") == "Brazil"
    browser.driver.back()
    browser.until("return !location.search.includes('Brazil') && document.querySelector('table.list')")
    browser.until("return document.getElementById('filter-country').value === ''")


def test_the_slider_moves_by_keyboard_and_says_what_it_brings(
    browser: Browser, addresses: dict[str, str]
) -> None:
    open_page(browser, addresses["en"] + "/budget?customers=100")
    browser.until("return document.querySelector('[data-budget]').dataset.ready")
    before = browser.run("return document.querySelector('[data-out=share]').textContent")
    slider = browser.driver.find_element(By.ID, "slider")
    browser.run("arguments[0].focus()", slider)
    ActionChains(browser.driver).send_keys(Keys.ARROW_RIGHT * 20).perform()
    assert browser.run("return document.getElementById('taken').value") == "120"
    after = browser.run("return document.querySelector('[data-out=share]').textContent")
    assert float(after.rstrip("%")) > float(before.rstrip("%"))
    assert "customers=120" in browser.driver.current_url
    assert browser.run("return document.querySelector('#chart-capture').data.at(-1).x[0]") == 120
    assert after in slider.get_attribute("aria-valuetext")
    browser.driver.find_element(By.ID, "cost").send_keys("10")
    assert browser.run("return document.querySelector('[data-out=cost]').textContent") == "£1,200"
    browser.driver.refresh()
    browser.until("return document.querySelector('[data-out=share]')")
    assert browser.run("return document.querySelector('[data-out=share]').textContent") == after


def test_the_page_and_its_script_agree_on_every_size(browser: Browser, addresses: dict[str, str]) -> None:
    for customers in (0, 1, 7, 333, 10**6):
        browser.open(f"{addresses['en']}/budget?customers={customers}&cost=3")
        raw = browser.run(
            "return fetch(location.href).then(r => r.text()).then(t => {"
            " const page = new DOMParser().parseFromString(t, 'text/html');"
            " return [...page.querySelectorAll('[data-out]')].map(e => e.textContent); })"
        )
        browser.until("return document.querySelector('[data-budget]').dataset.ready")
        live = browser.run("return [...document.querySelectorAll('[data-out]')].map(e => e.textContent)")
        assert raw == live, customers


def test_a_click_on_the_map_opens_the_customer(browser: Browser, addresses: dict[str, str]) -> None:
    open_page(browser, addresses["en"] + "/clusters")
    browser.run("document.getElementById('chart-map').scrollIntoView({block: 'center', behavior: 'instant'})")
    x, y = browser.run(
        "const box = document.querySelector('#chart-map .points path').getBoundingClientRect();"
        "return [box.x + box.width / 2, box.y + box.height / 2]"
    )
    for kind, buttons in (("mouseMoved", {}), ("mousePressed", {"button": "left", "clickCount": 1})):
        browser.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, **buttons})
        time.sleep(0.3)
    released = {"type": "mouseReleased", "x": x, "y": y, "button": "left", "clickCount": 1}
    browser.driver.execute_cdp_cmd("Input.dispatchMouseEvent", released)
    browser.until("return location.pathname.startsWith('/customers/') && document.querySelector('.numbers')")


def test_everything_is_reached_by_keyboard(browser: Browser, addresses: dict[str, str]) -> None:
    open_page(browser, addresses["en"] + "/customers")
    reached = set()
    for _ in range(40):
        ActionChains(browser.driver).send_keys(Keys.TAB).perform()
        reached.add(
            browser.run(
                "const e = document.activeElement; return e.id || e.getAttribute('href') || e.className"
            )
        )
    assert {"/budget", "filter-search", "filter-tier", "filter-who"} <= reached
    assert any("/customers.csv" in name for name in reached)
    assert any("sort=recency" in name for name in reached)


def test_pages_can_be_used_without_script(browser: Browser, addresses: dict[str, str]) -> None:
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.open(addresses["en"] + "/")
        Select(browser.driver.find_element(By.ID, "filter-tier")).select_by_value("viability")
        browser.driver.find_element(By.CSS_SELECTOR, "button.apply").click()
        browser.until(lambda: "tier=viability" in browser.driver.current_url)
        assert browser.driver.find_element(By.TAG_NAME, "h1").text == "Viability"
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
