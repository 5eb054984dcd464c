"""How soon a report for as many customers as the reference has is seen in a browser, on a desk and on a phone.

Usage: python -m benchmarks.report [RUNS]
"""

from __future__ import annotations

import json
import sys
import tempfile
from functools import partial
from pathlib import Path

from benchmarks.measure import interleaved, verdict
from insiders_assets.report import build_report
from insiders_assets_tests.browser import PHONE, WIDE, Browser, ensure, launched
from insiders_assets_tests.report_tables import refresh

CUSTOMERS = 5_694
SECONDS = 2.0
"""Within which the first view has to come."""
SEEN = """
const done = arguments[0];
new PerformanceObserver((_, observer) => {
  observer.disconnect();
  const navigation = performance.getEntriesByType('navigation')[0];
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  done(Math.max(paint.startTime, navigation.domContentLoadedEventEnd));
}).observe({type: 'paint', buffered: true});
"""


def main(runs: int = 5) -> int:
    """Open report and evidence in turns; end with 1 unless each is seen in time."""
    with tempfile.TemporaryDirectory() as folder, launched(*ensure(), Path(folder, "profile")) as browser:
        build_report(refresh(CUSTOMERS), Path(folder))
        pages = {
            f"{name}, {size[0]} px": partial(_first_view, browser, Path(folder, f"{name}.html"), size)
            for name in ("report", "evidence")
            for size in (WIDE, PHONE)
        }
        costs = interleaved(pages, runs)
    print(json.dumps({"benchmark": "report", "customers": CUSTOMERS, **costs}))
    claims = {
        f"first view of {name}, of {SECONDS:g} s": (cost["seconds"] / SECONDS, 1.0)
        for name, cost in costs.items()
    }
    return 0 if all(each["kept"] for each in verdict("report", claims)) else 1


def _first_view(browser: Browser, page: Path, size: tuple[int, int]) -> dict[str, float]:
    """Return the seconds until something of ``page`` is seen and its text is there."""
    browser.open("about:blank").open(page.as_uri(), size)
    return {"seconds": float(browser.driver.execute_async_script(SEEN)) / 1000}


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
