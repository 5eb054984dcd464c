"""``insiders doctor``: is everything here that a refresh needs, and if not, what is to be done."""

from insiders_assets.cli.doctor.examination import Finding, examine, report

__all__ = ["Finding", "examine", "report"]
