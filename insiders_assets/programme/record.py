"""The refresh on record: one row that says what was read, by which borders was chosen and what came of it."""

from __future__ import annotations

import polars as pl

from insiders_assets.contracts.programme import AMOUNTS, REFRESHES
from insiders_assets.money import MICRO
from insiders_assets.programme.borders import border_at, share_above
from insiders_assets.programme.choosing import Chosen
from insiders_assets.programme.groups import total
from insiders_assets.programme.inputs import ProgrammeInputs
from insiders_assets.programme.policies import INSIDER


def refresh_row(
    inputs: ProgrammeInputs,
    chosen: Chosen,
    tiers: pl.DataFrame,
    changes: pl.DataFrame,
    moves: pl.DataFrame,
) -> pl.DataFrame:
    """Return the row of ``refreshes`` that this refresh adds, without when it was published and from which inputs.

    Args:
        inputs: This refresh.
        chosen: Its list.
        tiers: ``tier_summary``.
        changes: ``membership_changes`` of this refresh.
        moves: As :func:`insiders_assets.programme.bridge.value_moves` returns it.
    """
    insiders = chosen.insiders
    insider = tiers.filter(pl.col("tier") == INSIDER).to_dicts()[0]
    border = chosen.borders.insider
    row = {
        "refresh_id": inputs.refresh_id,
        "as_of": inputs.as_of,
        "model_version": inputs.model_version,
        "selection": inputs.rules.selection,
        **{f"rows_{name}": count for name, count in inputs.rows.items()},
        "customers": insiders.height,
        "identified_customers": int(insiders["is_identified"].sum()),
        "members": int(insiders["is_member"].sum()),
        "revenue": total(insiders),
        "insider_share_of_customers": insider["share_of_customers"],
        "insider_share_of_revenue": insider["share_of_revenue"],
        "members_entered": changes.filter(pl.col("change") == "entered").height,
        "members_left": changes.filter(pl.col("change") == "left").height,
        "measure": inputs.rules.value,
        "window_days": inputs.rules.window_days,
        "insider_border": _finite(border),
        "viability_border": _finite(chosen.borders.viability),
        "borders_from": chosen.borders.source,
        "share_of_value_above_border": share_above(insiders, border),
        "restoring_border": _finite(border_at(insiders, inputs.rules.insider_coverage)),
        **_bridge(inputs, moves),
    }
    return pl.DataFrame([{name: row.get(name) for name in REFRESHES.names}], schema=REFRESHES.polars_schema)


def _bridge(inputs: ProgrammeInputs, moves: pl.DataFrame) -> dict[str, float | None]:
    """Return what moved the value of all identified customers together.

    As it was published, if this refresh is made again.
    """
    names = [column.name for column in AMOUNTS]
    retried = (inputs.retried or {}).get("refreshes")
    if retried is not None and retried.height and set(names) <= set(retried.columns):
        return retried.select(names).to_dicts()[0]
    return {name: int(moves[name].sum()) / MICRO for name in names}


def _finite(border: float) -> float | None:
    return border if border < float("inf") else None
