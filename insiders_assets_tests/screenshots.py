"""The pictures of the documentation: report, dashboard and Dagster's UI of the simulated shop.

``python -m insiders_assets_tests.screenshots`` puts them into ``docs/images``. The shop, the model and the pages are
the same every time, so a picture changes when what it shows does.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import polars as pl
from PIL import Image
from selenium.webdriver.support.wait import WebDriverWait

from insiders_assets_tests import commands
from insiders_assets_tests.browser import PHONE, WIDE, Browser, ensure, launched

PICTURES = Path(__file__).parents[1] / "docs" / "images"
CURRENCY = "EUR"
LATER = 2
"""Monthly exports that arrive for the second refresh, so that the pictures show what changed."""

DELIVERED = """
destinations:
  mailing: {kind: folder, location: mailing, form: klaviyo}
  ads: {kind: folder, location: ads, form: klaviyo}
deliveries:
  members-news: {audience: members, destination: mailing, purpose: newsletter}
  win-back: {audience: at-risk, destination: ads, purpose: newsletter}
contacts: contacts.csv
"""
"""Where audiences go; everybody but each twentieth has an address."""

COLOURS = 256
"""Enough for pages of flat colour, at half of the bytes."""

PAGES = ("customers", "clusters", "products", "budget", "changes", "segments", "deliveries", "time")
"""Pages of the dashboard beside the overview, by their address."""

SHOWN = {
    "ingest": ("raw_transactions", "clean_purchases", "returns"),
    "features": ("customer_features",),
    "segmentation": ("segmentation_model", "leaf_embedding", "clusters"),
    "programme": ("insiders", "insider_report"),
}
"""Assets of the graph's picture, by group: all thirty do not fit."""


GRAPH = (541, 400, 1752, 760)
"""Where Dagster draws the graph in a window of 1800 by 1000."""

GROUPS = (541, 390, 1752, 640)
"""The same, where groups are folded."""


def two_refreshes(home: Path) -> Path:
    """Run the simulated exports in two goes; the home."""
    landing = home / "landing"
    landing.mkdir(parents=True)
    exports = sorted(commands.SHIPPED.glob("*.csv"))
    for batch in (exports[:-LATER], exports[-LATER:]):
        for export in batch:
            shutil.copy2(export, landing)
        commands.run(landing, home, currency=CURRENCY)
        deliver(home)
    return home


def deliver(home: Path) -> None:
    """Send two audiences into folders beside the home."""
    (home / "deliveries.yaml").write_text(DELIVERED, encoding="utf-8")
    known = pl.read_parquet(home / "lake" / "insiders.parquet").filter("is_identified")["customer_id"].sort()
    lines = [f"{name},{name}@example.com" for place, name in enumerate(known) if place % 20]
    (home / "contacts.csv").write_text("\n".join(["customer_id,email", *lines]) + "\n", encoding="utf-8")
    commands.insiders("deliver", "--home", home)


@contextmanager
def serving(home: Path, command: str, ready: str) -> Iterator[str]:
    """``insiders dashboard`` or ``insiders ui`` on a free port; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("INSIDERS_", "DAGSTER_"))
    }
    words = [sys.executable, "-m", "insiders_assets", command, "--home", str(home), "--port", str(port)]
    server = subprocess.Popen(
        words,
        env=environment | {"INSIDERS_CURRENCY": CURRENCY},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address + ready, server)
        yield address
    finally:
        os.killpg(server.pid, signal.SIGINT)
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)


def _wait_for(address: str, server: subprocess.Popen[bytes], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.3)
    sys.exit(f"nothing answers at {address}")


def until(browser: Browser, script: str) -> None:
    """Wait until a page's expression is true."""
    WebDriverWait(browser.driver, 60).until(lambda driver: driver.execute_script(f"return !!({script})"))


def report_pictures(browser: Browser, report: Path, folder: Path) -> None:
    """The first screen, the tiers and the map on a desk, and the first screen on a phone."""
    browser.open(report.as_uri(), WIDE)
    browser.picture(folder / "report-summary.png")
    browser.run("document.querySelector('#health .chart').scrollIntoView()")
    until(browser, "document.querySelector('#health .chart svg.main-svg')")
    browser.run("scrollTo({top: 0, behavior: 'instant'})")  # the bar above follows the page
    browser.picture(folder / "report-tiers.png", "#health")
    browser.run("document.getElementById('chart-map').scrollIntoView()")
    until(browser, "document.querySelector('#chart-map svg.main-svg')")
    browser.picture(folder / "report-map.png", "#chart-map", margin=0)
    browser.open(report.as_uri(), PHONE)
    browser.picture(folder / "report-phone.png")


def dashboard_pictures(browser: Browser, address: str, folder: Path) -> None:
    """Every page of the dashboard, one customer, and all that is kept of them."""
    browser.open(f"{address}/customers", WIDE)
    first = browser.run("return document.querySelector('a[href*=\"/customers/\"]').href")
    pages = {page: f"{address}/{page}" for page in PAGES}
    for name, page in (pages | {"overview": address, "customer": first, "kept": f"{first}/kept"}).items():
        browser.open(page, WIDE)
        until(browser, "document.readyState == 'complete'")
        if name == "kept":
            browser.run("document.querySelector('main details').open = true")
        time.sleep(1)
        browser.picture(folder / f"dashboard-{name}.png")


def dagster_pictures(browser: Browser, address: str, folder: Path) -> None:
    """The graph by its groups, folded and open, and the summary on the report's asset."""
    browser.open(f"{address}/asset-groups", (1800, 1000))
    until(browser, "document.body.innerText.includes('research')")
    time.sleep(5)  # its layout is computed by a worker, without a mark when it is done
    browser.picture(folder / "dagster-groups.png")
    crop(folder / "dagster-groups.png", GROUPS)
    keys = quote(" or ".join(f'key:"{name}"' for names in SHOWN.values() for name in names))
    groups = quote(",".join(f"global@global:{group}" for group in SHOWN))
    browser.open(f"{address}/asset-groups~{keys}?expanded={groups}", (1800, 1000))
    until(browser, "document.body.innerText.includes('segmentation_model')")
    time.sleep(5)
    browser.picture(folder / "dagster-graph.png")
    crop(folder / "dagster-graph.png", GRAPH)
    browser.open(f"{address}/assets/insider_report", (1400, 900))
    find = "[...document.querySelectorAll('a')].find(link => link.textContent.includes('Show Markdown'))"
    until(browser, find)
    browser.run(f"{find}.click()")
    dialog = "[class*=dialog i]:has(img)"
    until(browser, f"document.querySelector({dialog!r})")
    time.sleep(1)
    browser.picture(folder / "dagster-report.png", browser.run(
        "const box = [...document.querySelectorAll(arguments[0])].sort((a, b) => a.offsetWidth - b.offsetWidth)[0];"
        "box.id = 'shown'; return '#shown'", dialog), margin=0)  # fmt: skip


def crop(picture: Path, box: tuple[int, int, int, int]) -> None:
    """Keep a part of a picture: left, top, right, bottom."""
    with Image.open(picture) as full:
        part = full.crop(box)
    part.save(picture)


def smaller(picture: Path) -> None:
    """Write a picture again with a palette."""
    with Image.open(picture) as full:
        few = full.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(picture, optimize=True)


if __name__ == "__main__":
    PICTURES.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as kept, launched(*ensure(), Path(kept) / "chromium") as chromium:
        shop = two_refreshes(Path(kept) / "home")
        report_pictures(chromium, shop / "reports" / "latest" / "report.html", PICTURES)
        with serving(shop, "dashboard", "/health") as address:
            dashboard_pictures(chromium, address, PICTURES)
        with serving(shop, "ui", "/server_info") as address:
            dagster_pictures(chromium, address, PICTURES)
    for picture in PICTURES.glob("*.png"):
        smaller(picture)
