"""Evidence: what the choice is worth, beside what a plain sort would have done with as many customers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from insiders_assets.contracts.claims import EVIDENCE
from insiders_assets.language.message import Message, message, percent, rounded
from insiders_assets.language.writer import columns
from insiders_assets.money import micros
from insiders_assets.programme.conditions import Conditions
from insiders_assets.programme.groups import share
from insiders_assets.programme.statistics import (
    Bootstrap,
    Sum,
    mann_whitney,
    mean_interval,
    p_value_message,
)
from insiders_assets.programme.uplift import POWER, USUAL_DAYS, Detectable

IN_SAMPLE = (message("note.in_sample"), message("note.out_of_time"))

Row = dict[str, object]


def evidence(
    insiders: pl.DataFrame,
    *,
    silhouette: Mapping[str, float | None],
    conditions: Conditions,
    bootstrap: Bootstrap,
    detectable: Detectable | None,
    backtest: pl.DataFrame | None,
) -> pl.DataFrame:
    """Return every measured figure about the list, as the contract ``EVIDENCE`` says.

    Args:
        insiders: The list, sorted by id.
        silhouette: The model's mean silhouette by space.
        conditions: The rules that describe the tiers.
        bootstrap: Resamples of the identified customers.
        detectable: The smallest effect of the programme that a holdout could show, or None.
        backtest: Rows that the last ``selection_backtest`` measured, or None.
    """
    known = insiders.filter("is_identified")
    rows = [
        *_silhouettes(silhouette),
        *_revenue_share(known, bootstrap),
        *_against_the_rest(known),
        *_description(conditions),
        *_confidence(insiders),
        *_experiment(detectable),
    ]
    table = pl.DataFrame(rows, schema=EVIDENCE.polars_schema)
    return pl.concat([table, backtest.select(EVIDENCE.names)]) if backtest is not None else table


def plain_sort_share(known: pl.DataFrame) -> tuple[float, float, float]:
    """Return the Insider tier's share of customers and of value, and the value of as many of the best by value."""
    inside = known.filter(pl.col("tier") == "insider")
    whole = int(known.select(micros("value").sum()).item() or 0)
    ranked = known.sort(["value", "customer_id"], descending=[True, False]).head(inside.height)
    own, by_sort = (int(part.select(micros("value").sum()).item() or 0) for part in (inside, ranked))
    return share(inside.height, known.height), share(own, whole), share(by_sort, whole)


def _row(measure: str, subject: str, value: float | None, note: Message | None = None, **more: object) -> Row:
    clean = value if value is not None and math.isfinite(value) else None
    return {
        "measure": measure,
        "subject": subject,
        "cutoff": None,
        "size": None,
        "value": clean,
        "low": None,
        "high": None,
        **columns("note", note),
    } | more


def _silhouettes(silhouette: Mapping[str, float | None]) -> list[Row]:
    notes = {space: message(f"note.{space}") for space in ("embedding", "features", "leaves")}
    return [_row("silhouette", space, value, notes.get(space)) for space, value in sorted(silhouette.items())]


def _revenue_share(known: pl.DataFrame, bootstrap: Bootstrap) -> list[Row]:
    if known.is_empty():
        return []
    size, own, by_sort = plain_sort_share(known)
    revenue = known["value"].to_numpy()
    inside = (known["tier"] == "insider").to_numpy()
    ranked = known.with_row_index("place").sort(["value", "customer_id"], descending=[True, False])
    top = np.zeros(known.height, bool)
    top[ranked["place"].head(int(inside.sum())).to_numpy()] = True
    rows = []
    for subject, value, chosen in (("list", own, inside), ("plain_sort", by_sort, top)):
        estimate, _ = bootstrap.estimate(_part(revenue, chosen))
        low, high = (end if math.isfinite(end) else None for end in (estimate.low, estimate.high))
        rows.append(
            _row(
                "share_of_revenue",
                subject,
                value,
                message("notes", sentences=IN_SAMPLE),
                size=size,
                low=low,
                high=high,
            )
        )
    rows.append(
        _row(
            "share_of_revenue",
            "list_minus_plain_sort",
            own - by_sort,
            message("notes", sentences=[message("note.below_zero"), *IN_SAMPLE]),
            size=size,
        )
    )
    return rows


def _part(values: NDArray[np.float64], chosen: NDArray[np.bool_]) -> Callable[[Sum], NDArray[np.float64]]:
    return lambda total: total(values * chosen) / total(values)


def _against_the_rest(known: pl.DataFrame) -> list[Row]:
    """Return how Insiders spend beside the others: means, and the chance that one of them spends more."""
    rows: list[Row] = []
    sides = {
        side: known.filter((pl.col("tier") == "insider") == (side == "insiders"))["revenue"].to_numpy()
        for side in ("insiders", "others")
    }
    for side, values in sides.items():
        if len(values):
            found = mean_interval(values)
            rows.append(_row("mean_revenue", side, found.value, None, low=found.low, high=found.high))
    above, p_value = mann_whitney(sides["insiders"], sides["others"])
    if math.isfinite(above):
        note = message("note.spends_more", p=p_value_message(p_value))
        rows.append(_row("spends_more", "insiders", above, note))
    return rows


def _description(conditions: Conditions) -> list[Row]:
    note = message("note.rules", rules=len(conditions.leaves))
    return [_row("rule_fidelity", "rules", conditions.fidelity, note)]


def _confidence(insiders: pl.DataFrame) -> list[Row]:
    if insiders.is_empty():
        return []
    doubtful = int((insiders["confidence"] < 0.5).sum()) / insiders.height
    return [
        _row(
            "share_doubtful",
            "assignments",
            doubtful,
            message("note.doubtful"),
        )
    ]


def _experiment(found: Detectable | None) -> list[Row]:
    if found is None:
        return []
    note = message(
        "note.detectable",
        days=USUAL_DAYS,
        share=percent(found.share, 0),
        customers=found.customers,
        power=percent(POWER, 0),
        amount=rounded(found.absolute, 2),
    )
    return [_row("detectable_effect", "holdout", found.relative, note)]
