"""The report: what people read, built from the programme's tables. Never imports dagster."""

from insiders_assets.report.build import ReportFacts, build_report
from insiders_assets.report.inputs import ReportInputs
from insiders_assets.report.preview import preview

__all__ = ["ReportFacts", "ReportInputs", "build_report", "preview"]
