"""Whether transactions give a detector reason to look at their export whole; it has to cost next to nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insiders_assets.ingest.doubts import DETECTORS
from insiders_assets.ingest.mapping.orders import begun

if TYPE_CHECKING:
    import polars as pl

    from insiders_assets.ingest.doubts.detector import Detector

Marks = dict["Detector", "pl.Series"]
"""The rows that each detector marked."""


def marks_of(transactions: pl.DataFrame) -> Marks:
    """Return the rows that detectors marked, of those detectors that marked any."""
    starts = begun(transactions["invoice_no"])
    found = {
        detector: detector.marks(transactions, starts)
        for detector in DETECTORS
        if detector.marks and detector.suspects
    }
    return {detector: marks for detector, marks in found.items() if marks is not None and marks.any()}


def suspected(transactions: pl.DataFrame, marks: Marks | None = None) -> list[Detector]:
    """Return the detectors that want to look at the export of some transactions whole.

    Args:
        transactions: The transactions.
        marks: Their marked rows, if they are known.
    """
    known = marks_of(transactions) if marks is None else marks
    return [
        detector
        for detector in DETECTORS
        if detector.suspects
        and (detector.marks is None or detector in known)
        and detector.suspects(transactions, known.get(detector))
    ]
