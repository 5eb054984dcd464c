"""Verdicts: every hypothesis measured, corrected for how many there are, and judged by one rule."""

from __future__ import annotations

import math

import polars as pl

from insiders_assets.contracts.claims import HYPOTHESES as CONTRACT
from insiders_assets.language.message import message
from insiders_assets.language.writer import columns
from insiders_assets.programme.hypotheses.catalogue import HYPOTHESES, Hypothesis
from insiders_assets.programme.hypotheses.measures import Finding
from insiders_assets.programme.hypotheses.sample import Sample
from insiders_assets.programme.statistics import holm

LEVEL = 0.05


def judge(sample: Sample, hypotheses: tuple[Hypothesis, ...] = HYPOTHESES) -> pl.DataFrame:
    """Judge every hypothesis.

    One *holds* if its corrected p-value is below 0.05; it *does not hold* if the 95 % interval is wholly on
    the other side of what it claims; otherwise it is *undecided*. One whose data are missing says which they
    are.

    Args:
        sample: What they are tested on.
        hypotheses: What is claimed.

    Returns:
        A frame as the contract ``HYPOTHESES`` says.
    """
    findings = {
        claim.number: claim.measure(sample)
        for claim in hypotheses
        if sample.both_sides and set(claim.columns) <= sample.columns
    }
    tested = [n for n, finding in findings.items() if math.isfinite(finding.p_value)]
    corrected = dict(zip(tested, holm([findings[n].p_value for n in tested]), strict=True))
    rows = [
        _row(claim, sample, findings.get(claim.number), corrected.get(claim.number)) for claim in hypotheses
    ]
    return pl.DataFrame(rows, schema=CONTRACT.polars_schema)


def _row(
    claim: Hypothesis, sample: Sample, finding: Finding | None, p_value: float | None
) -> dict[str, object]:
    row: dict[str, object] = {
        "number": claim.number,
        "subject": claim.subject,
        **columns("statement", message(f"hypothesis.{claim.number}")),
        "verdict": "undecided",
        "effect": None,
        "low": None,
        "high": None,
        "p_value": p_value,
        **columns("test", None),
    }
    if not set(claim.columns) <= sample.columns:
        missing = [column for column in claim.columns if column not in sample.columns]
        needs = message("needs", data=message(f"needs.{claim.columns[0]}"), columns=missing)
        return row | {"verdict": "needs_data", **columns("finding", needs)}
    if finding is None:
        nobody = "finding.no_other" if sample.insider.any() else "finding.no_insider"
        return row | columns("finding", message(nobody))
    effect = finding.effect
    if p_value is None or not math.isfinite(effect.value):
        return row | columns("finding", message("finding.too_little", finding=finding.sentence))
    beyond = effect.high < finding.border if finding.above else effect.low > finding.border
    return row | {
        "verdict": "holds" if p_value < LEVEL else "does_not_hold" if beyond else "undecided",
        **columns("finding", message("finding", finding=finding.sentence)),
        "effect": effect.value,
        "low": effect.low,
        "high": effect.high,
        **columns("test", finding.test),
    }
