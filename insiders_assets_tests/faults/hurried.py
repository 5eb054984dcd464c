"""Dagster's daemon and our code location, hurried: the sensor looks every second, so that a year takes an hour.

Run as a module it is the daemon's command line; loaded as one it is the code location. Nothing else differs from what
``deploy/`` starts.
"""

from __future__ import annotations

from insiders_assets import automation
from insiders_assets.definitions import build_defs

SECONDS = 1

automation.landing_zone._min_interval = SECONDS
defs = build_defs()

if __name__ == "__main__":
    from dagster._daemon import sensor
    from dagster._daemon.__main__ import main

    sensor.MIN_INTERVAL_LOOP_TIME = SECONDS
    main()
