"""Rejected rows that a person has corrected, read by the same rules as the export they came from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.ingest.conversion import convert
from insiders_assets.ingest.converted import Converted, rejected_only
from insiders_assets.ingest.mapping.columns import FLAG, RETURNED, Plan
from insiders_assets.ingest.mapping.header_aliases import FIELDS
from insiders_assets.ingest.mapping.schema import BESIDE, COSTS, DERIVED
from insiders_assets.ingest.mapping.text import texts_of
from insiders_assets.ingest.model import Block, rejected_frame
from insiders_assets.ingest.sniffing.format_inference import Formats

if TYPE_CHECKING:
    from insiders_assets.ingest.privacy import Privacy

CELLS = (*FIELDS, DERIVED, FLAG)
"""What a person may fix: our columns, the line total in the place of the unit price, and ``yes`` for a return; in
exports with a column of costs, or of how many pieces a price is of, that as well."""
_YES = ("yes", "y", "true", "1", "x")


def mend(rows: Mapping[int, Mapping[str, str]], form: Mapping[str, Any], privacy: Privacy) -> Converted:
    """Read corrected rows of one export.

    Args:
        rows: Their cells by name, by the line they stand on in the export.
        form: What was found out about the form of the export: numbers and dates are read as they were there.
        privacy: What is not kept of them.

    Returns:
        Those that are transactions now, and those that still are none. A row with nothing in it is none.
    """
    formats = Formats(form.get("dates") or "day_first", form.get("decimal") or "point")
    found = [rejected_only(rejected_frame([]))]
    for derived in (False, True):
        part = {
            line: cells for line, cells in rows.items() if _is_derived(cells) == derived and _is_filled(cells)
        }
        if part:
            found.append(_converted(part, formats, form, derived=derived))
    joined = Converted(
        pl.concat([each.transactions for each in found], how="diagonal").sort("source_line"),
        pl.concat([each.rejected for each in found]).sort("source_line"),
    )
    return privacy.apply(joined)


def _is_derived(cells: Mapping[str, str]) -> bool:
    return bool(cells.get(DERIVED, "").strip()) and not cells.get("unit_price", "").strip()


def _is_filled(cells: Mapping[str, str]) -> bool:
    return bool(re.search(r"\w", "".join(cells.values())))


def _converted(
    rows: Mapping[int, Mapping[str, str]], formats: Formats, form: Mapping[str, Any], *, derived: bool
) -> Converted:
    names = [name for name in FIELDS if not (derived and name == "unit_price")]
    names += [DERIVED] if derived else []
    names += [name for name in BESIDE if any(name in cells for cells in rows.values())]
    names.append(FLAG)
    lines = sorted(rows)
    frame = pl.DataFrame(
        {
            str(at): pl.Series([_cell(rows[line], name) for line in lines], dtype=pl.String)
            for at, name in enumerate(names)
        }
    )
    columns = {name: at for at, name in enumerate(names)}
    price = columns[DERIVED if derived else "unit_price"]
    cents = [price] if form.get("cents") else []
    cents += [columns[name] for name in COSTS if name in columns and form.get("cost_cents")]
    negated = [price] if form.get("negated") else []
    negated += [columns["quantity"]] if form.get("negated_quantity") else []
    plan = Plan(
        columns, return_values=(RETURNED,), unified=tuple(form.get("unify_ids", ())), cents=tuple(cents),
        thousands=(price,) if form.get("thousands") else (), dozens=(price,) if form.get("dozens") else (),
        negated=tuple(negated),
    )  # fmt: skip

    def texts(places: Sequence[int]) -> list[str]:
        return [", ".join(filter(None, rows[lines[place]].values())) for place in places]

    block = Block(frame.lazy(), pl.Series(lines, dtype=pl.Int64), rejected_frame([]), texts, ())
    return convert(block, texts_of(frame, plan), formats, plan)


def _cell(cells: Mapping[str, str], name: str) -> str:
    text = cells.get(name, "")
    if name == FLAG:
        return RETURNED if text.strip().lower() in _YES else ""
    return text
