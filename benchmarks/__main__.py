"""Every benchmark, then the page: ``python -m benchmarks [--rows N ...] [--runs N] [--only NAME ...]``."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from benchmarks import (
    api,
    campaigns,
    cold_run,
    features,
    ingest,
    new_day,
    next_product,
    outlook,
    page,
    segmentation,
    sensor,
    whole_run,
)
from benchmarks.measure import keep, say


def main() -> int:
    """Run what is asked for; end with 1 if a promise is not kept."""
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    options.add_argument(
        "--rows", type=int, nargs="+", default=[500_000, 5_000_000], help="sizes of simulated exports"
    )
    options.add_argument(
        "--runs", type=int, default=3, help="how often each figure is taken; the median counts"
    )
    every = (
        "cold_run", "campaigns", "outlook", "next_product", "ingest", "sensor", "features", "segmentation",
        "new_day", "api", "whole_run",
    )  # fmt: skip
    options.add_argument("--only", nargs="+", choices=every, default=every, help="which benchmarks")
    given = options.parse_args()
    claims: list[dict[str, Any]] = []
    for name in given.only:
        say(f"== {name}")
        if name == "cold_run":
            claims += cold_run.main(given.runs)
        elif name == "campaigns":
            claims += campaigns.main(given.runs)
        elif name == "outlook":
            outlook.main()
        elif name == "next_product":
            next_product.main()
        elif name == "api":
            claims += api.main()
        elif name == "ingest":
            claims += ingest.main(given.runs, *given.rows)
        elif name == "sensor":
            claims += sensor.main(given.runs)
        elif name == "features":
            claims += features.main(given.runs, *given.rows)
        elif name == "segmentation":
            claims += segmentation.main()
        elif name == "new_day":
            claims += new_day.main(max(given.rows), given.runs)
        else:
            claims += whole_run.main(*given.rows)
    if set(given.only) == set(every):
        keep("verdicts", {"claims": claims})
    page.main()
    broken = [each["claim"] for each in claims if not each["kept"]]
    say(f"not kept: {'; '.join(broken)}" if broken else "everything promised is kept")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
