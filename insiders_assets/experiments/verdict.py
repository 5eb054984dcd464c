"""What is said of an arm, in a sentence or two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insiders_assets.experiments.ratio import LEVEL as RATIO_LEVEL
from insiders_assets.experiments.sequence import FEWEST
from insiders_assets.language.message import Message, message, money, percent, rounded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from insiders_assets.experiments.model import Experiment

IN_MONEY = ("revenue", "margin")
"""Outcomes that are amounts of money."""


def finding_of(readout: Mapping[str, Any]) -> str:
    """Return what is said of a readout, of :data:`~insiders_assets.contracts.experiments.FINDINGS`."""
    if readout["ratio_p_value"] < RATIO_LEVEL:
        return "doubtful"
    if readout["low"] is None:
        return "early"
    return "more" if readout["low"] > 0 else "less" if readout["high"] < 0 else "open"


def verdict_of(readout: Mapping[str, Any], experiment: Experiment, *, is_over: bool) -> Message:
    """Return the verdict on an arm.

    Args:
        readout: A row of ``experiment_readouts``, without the verdict.
        experiment: The experiment.
        is_over: Whether its last day is known.
    """
    measure, finding = readout["measure"], readout["finding"]
    about = {
        "arm": readout["arm"],
        "control": experiment.control,
        "measure": message(f"experiment.measure.{measure}"),
    }
    if finding == "doubtful":
        return message("experiment.doubtful", arm=readout["arm"], control=experiment.control)
    if finding == "early":
        return message("experiment.early", **about, fewest=FEWEST)
    interval = {name: _amount(measure, readout[name]) for name in ("low", "high")}
    if finding == "open":
        code = "experiment.nothing" if is_over else "experiment.open"
        said = [message(code, **about, **interval, days=readout["days"])]
    else:
        size = abs(readout["effect"])
        by = {"more": _amount(measure, size), "share": percent(abs(readout["relative"] or 0.0))}
        said = [message(f"experiment.{finding}", **about, **by, **interval, days=readout["days"])]
    if readout["is_guardrail"]:
        return message("experiment.guardrail", sentences=said)
    said += _cost(readout)
    return message("notes", sentences=said)


def _cost(readout: Mapping[str, Any]) -> list[Message]:
    """Return what treating the arm has cost, beside what it brought."""
    if readout["cost"] is None or not readout["in_arm"]:
        return []
    each, total = readout["cost"] / readout["in_arm"], money(readout["cost"])
    if readout["measure"] not in IN_MONEY:
        return [message("experiment.cost", total=total)]
    if readout["low"] > each:
        return [message("experiment.pays", total=total)]
    code = "experiment.loses" if readout["high"] < each else "experiment.may_pay"
    return [message(code, total=total)]


def _amount(measure: str, value: float) -> Message:
    if measure in IN_MONEY:
        return message("experiment.money", amount=money(value))
    return message("experiment.number", amount=rounded(value, 3))
