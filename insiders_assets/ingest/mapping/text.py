"""Our columns of a block as text, cleaned of what spreadsheets and databases leave around values."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.mapping.columns import FLAG
from insiders_assets.ingest.mapping.header_aliases import FIELDS
from insiders_assets.ingest.mapping.schema import BESIDE, DERIVED
from insiders_assets.ingest.parsing.id_forms import with_one_form
from insiders_assets.ingest.parsing.ids import IDS, is_ascii, unified, without_unseen

if TYPE_CHECKING:
    from insiders_assets.ingest.mapping.columns import Plan

NOTHING = ("NULL", "null", "Null", "NaN", "nan", "None", "#N/A", "N/A", "\\N")
"""What programs write for a missing value, beside nothing at all."""
NO_DATE = tuple(
    day + time
    for day in (
        "0000-00-00",
        "0000/00/00",
        "00/00/0000",
        "00.00.0000",
        "00-00-0000",
        "0001-01-01",
        "1753-01-01",
    )
    for time in ("", " 00:00", " 00:00:00", "T00:00:00", " 00:00:00.000", "T00:00:00Z")
)
"""What databases write for no date: nothing was cancelled, paid or sent back then."""
MAY_MISS = ("description", "customer_id", "country", *BESIDE)
TEXTS = (*IDS, "description", "country")
"""Our columns that stay text."""


def text_exprs(plan: Plan) -> dict[str, pl.Expr]:
    """Return our columns by name: blanks around values taken off, null where nothing is left.

    Other columns that decide what becomes of a row go by ``@`` and their position.
    """
    found: dict[str, pl.Expr] = {}
    for name in (*FIELDS, DERIVED, FLAG, *BESIDE):
        if name in plan.columns:
            text = pl.col(str(plan.columns[name])).str.strip_chars()
            nothing = text.is_in(["", *NOTHING]) if name in MAY_MISS else text == ""
            if name == "customer_id" and plan.nobody:
                nothing |= text.str.to_lowercase().is_in(list(plan.nobody))
            found[name] = pl.when(~nothing).then(text)
        elif name in FIELDS:
            found[name] = pl.lit(plan.constants.get(name), dtype=pl.String)
    for at in plan.beside:
        text = pl.col(str(at)).str.strip_chars()
        found[f"@{at}"] = pl.when(~text.is_in(["", *NOTHING, *NO_DATE])).then(text)
    return found


def needs_cleaning(name: str, text: pl.Expr) -> pl.Expr:
    """Return whether :func:`text_exprs` would change any value of a column, if no blank but the space is in it.

    Args:
        name: The column.
        text: Its values.
    """
    nothing = text.is_in(["", *NOTHING]) if name in MAY_MISS else text == ""
    return (nothing | text.str.starts_with(" ") | text.str.ends_with(" ")).any()


def texts_of(
    frame: pl.DataFrame, plan: Plan, changes: Counter[str] | None = None, *, zeros: bool = False
) -> pl.DataFrame:
    """Return our columns as text, with the line total and the flag of returns where the plan has them.

    Args:
        frame: Columns named by position.
        plan: Where our columns come from.
        changes: Takes in how many identifiers each rule changes.
        zeros: Whether zeros in front of a customer's number mean nothing in this export.
    """
    texts = frame.with_columns(**text_exprs(plan)).select(text_exprs(plan).keys())
    seen = [without_unseen(column) for column in texts if column.name not in TEXTS and not is_ascii(column)]
    texts = unified(texts.with_columns(seen) if seen else texts, changes, zeros=zeros)
    if plan.unified:
        people = with_one_form(texts["customer_id"], plan.unified, Counter() if changes is None else changes)
        texts = texts.with_columns(people)
    return texts
