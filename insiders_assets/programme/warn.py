"""Warnings: what a person should look at after a refresh, one sentence each."""

from __future__ import annotations

import polars as pl

from insiders_assets.language.writer import PLAIN
from insiders_assets.programme.amounts import money, percent
from insiders_assets.programme.borders import FROM_MODEL, FROM_TODAY
from insiders_assets.programme.choosing import Chosen
from insiders_assets.programme.inputs import ProgrammeInputs
from insiders_assets.programme.policies import ONE_BY_ONE

MANY_IN_DISAGREEMENT = 0.05
"""Share of customers that the plain rules tell wrong, above which a person should know."""


def warnings(inputs: ProgrammeInputs, chosen: Chosen, members: pl.DataFrame) -> list[str]:
    """Return what a person should look at.

    Args:
        inputs: This refresh.
        chosen: Its list.
        members: ``members``.
    """
    found = [_borders(inputs, chosen)] if inputs.rules.policy == "value" else []
    if inputs.rules.grace_refreshes is not None:
        found.append(
            "Grace counts refreshes by INSIDERS_GRACE_REFRESHES; INSIDERS_GRACE_DAYS in its place counts days, "
            "which are the same however often exports arrive."
        )
    if chosen.not_forecast is not None:
        found.append(
            "Nothing can be forecast yet, so members are ranked by past revenue alone: "
            f"{PLAIN.write(chosen.not_forecast)}"
        )
    if members.is_empty():
        found.append("Nobody is a member: no identified, unsuppressed customer is in the Insider tier.")
    known = chosen.insiders.filter("is_identified")
    wrong = 1 - float(known["rule_agrees"].mean() or 0.0) if known.height else 0.0  # type: ignore[arg-type]
    if wrong > MANY_IN_DISAGREEMENT and inputs.rules.policy not in ONE_BY_ONE:
        found.append(
            f"The plain rules tell {wrong:.1%} of identified customers wrong: read reasons with that in mind."
        )
    absent = sorted(inputs.rules.opted_out - set(chosen.insiders["customer_id"].to_list()))
    if absent:
        found.append(
            f"{len(absent)} opted-out ids are not among the customers of the window, such as {absent[0]!r}."
        )
    return [sentence for sentence in found if sentence]


def _borders(inputs: ProgrammeInputs, chosen: Chosen) -> str:
    """Return where the borders are from, if they are not the model's."""
    borders = chosen.borders
    if borders.source == FROM_MODEL or borders.insider == float("inf"):
        return ""
    why, frozen = "the model was fitted without borders", inputs.borders
    if frozen is not None:
        why = f"the model froze those of {frozen.measure} at {' and '.join(map(percent, frozen.coverage))}"
    today = borders.source == FROM_TODAY
    when = "were drawn from the customers of today" if today else "are those of the refresh before"
    return (
        f"The borders, {money(borders.insider)} and {money(borders.viability)}, {when} because {why}; they stay until "
        "model or settings change, and insiders refit freezes them in a model."
    )
