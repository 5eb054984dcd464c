"""Totals that are an amount less a discount: what was paid is the total."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from insiders_assets.ingest.doubts.arithmetic import CENT, agreement, taxed
from insiders_assets.ingest.doubts.money_columns import Columns, writes
from insiders_assets.ingest.doubts.rivals import speaks_of_tax
from insiders_assets.ingest.mapping.schema import DERIVED
from insiders_assets.ingest.parsing.numbers import as_fraction
from insiders_assets.ingest.questions.question import Settled

HALF = 0.5
"""Share of the lines that must have an amount, for what holds on those to hold for the file."""


def net_total(columns: Columns) -> Settled | None:
    """Return a total that is an amount less discounts, of all that the file holds: what was paid is that total."""
    each = [(columns.names[at], columns.money(at).fill_null(0.0)) for at in columns.discounts()]
    together = (
        [(" and ".join(name for name, _ in each), sum((off for _, off in each[1:]), each[0][1]))]
        if each
        else []
    )
    for name, off in each + (together if len(each) > 1 else []):
        for net in columns.amounts():
            for gross, amount in _bases(columns, net):
                for of, less in _less(amount, off, columns.pieces, name):
                    # A line on which nothing was sold may have what came back as its net amount.
                    sold = (amount != 0).fill_null(value=True)
                    after, paid, pieces = (
                        each.filter(sold) for each in (less, columns.money(net), columns.pieces)
                    )
                    found = agreement(after, paid, pieces)
                    is_taxed = (
                        not found.holds and bool((off > 0).any()) and speaks_of_tax(columns, gross, net)
                    )
                    if is_taxed and taxed(after, paid, pieces.clip(1) * CENT):
                        return Settled(
                            "net_total_taxed", (columns.names[net],), writes(columns, DERIVED, net),
                            {"gross": columns.names[gross], "discount": name, "of": of},
                        )  # fmt: skip
                    if found.holds and found.of > HALF * less.drop_nulls().len():
                        return Settled(
                            "net_total", (columns.names[net],), writes(columns, DERIVED, net),
                            {"gross": columns.names[gross], "discount": name, "of": of,
                             "lines": found.lines, "money": found.money},
                        )  # fmt: skip
    return None


def _bases(columns: Columns, but: int) -> Iterator[tuple[int, pl.Series]]:
    """Yield amounts that a discount may be taken off: columns, and those times the pieces."""
    for at in columns.amounts():
        if at != but:
            yield at, columns.line(at)
            yield at, columns.money(at)


def _less(amount: pl.Series, off: pl.Series, pieces: pl.Series, name: str) -> Iterator[tuple[str, pl.Series]]:
    """Yield an amount after a discount of the line, of each piece, or by a share."""
    yield "line", amount - off
    yield "piece", amount - off * pieces
    share = as_fraction(off, in_percent="%" in name)
    if float(share.max() or 0) <= 1:  # type: ignore[arg-type]
        yield "share", amount * (1 - share)
