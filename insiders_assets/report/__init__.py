"""The report: what people read, built from the programme's tables. Never imports dagster."""

from insiders_assets.report.build import ReportFacts, build_report
from insiders_assets.report.preview import preview
from insiders_assets.report.report_inputs import ReportInputs

__all__ = ["ReportFacts", "ReportInputs", "build_report", "preview"]
