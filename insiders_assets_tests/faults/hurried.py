"""Dagster's daemon and our code location, hurried: the sensor looks every second, so that a year takes an hour.

Old ticks are deleted as much sooner: a day of ``retention`` lasts as long as a day of that year. Run as a module it is
the daemon's command line; loaded as one it is the code location. Nothing else differs from what ``deploy/`` starts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from insiders_assets import automation
from insiders_assets.definitions import build_defs

if TYPE_CHECKING:
    from dagster._core.definitions.run_request import InstigatorType
    from dagster._core.scheduler.instigation import TickStatus

SECONDS = 1
DAY = 15
"""Seconds that a day of the year takes, about."""

automation.landing_zone._min_interval = SECONDS
defs = build_defs()

if __name__ == "__main__":
    from dagster import DagsterInstance
    from dagster._daemon import sensor
    from dagster._daemon.__main__ import main

    retention = DagsterInstance.get_tick_retention_settings

    def hurried(instance: DagsterInstance, kind: InstigatorType) -> dict[TickStatus, float]:
        """Days of which each is a real one's share that a day of the year takes."""
        return {status: days * DAY / 86_400 for status, days in retention(instance, kind).items()}

    DagsterInstance.get_tick_retention_settings = hurried  # type: ignore[method-assign, assignment]
    sensor.MIN_INTERVAL_LOOP_TIME = SECONDS
    main()
