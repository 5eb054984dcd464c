"""Where a browser finds reports."""

from __future__ import annotations


def report_address(dashboard: str, refresh: str) -> str:
    """Return where the dashboard serves the report of a refresh.

    Args:
        dashboard: Where the dashboard is.
        refresh: The refresh.
    """
    return f"{dashboard.rstrip('/')}/reports/{refresh}/report.html"
