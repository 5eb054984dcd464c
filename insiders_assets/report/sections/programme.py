"""The programme's rules: who is in by plain conditions, and who is never invited and what that costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from insiders_assets.report.inputs import ReportInputs


def eligibility(inputs: ReportInputs) -> list[dict[str, Any]]:
    """The plain rules that describe the tiers, in the programme's order; empty where there are none."""
    return _rows(inputs, "eligibility_rules")


def suppressions(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Every suppression rule with what it costs, whether on or off; empty where there are none."""
    return _rows(inputs, "suppressions")


def uplift(inputs: ReportInputs) -> list[dict[str, Any]]:
    """What a campaign brought, the invited beside those held out; empty where none was measured."""
    return _rows(inputs, "uplift")


def _rows(inputs: ReportInputs, name: str) -> list[dict[str, Any]]:
    return inputs.tables[name].to_dicts() if name in inputs.tables else []
