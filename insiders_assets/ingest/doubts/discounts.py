"""Discounts that no total proves: what they are taken off, or whether they are off already."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from insiders_assets.ingest.doubts.arithmetic import CENT, agreement, taxed
from insiders_assets.ingest.doubts.money_columns import Columns
from insiders_assets.ingest.doubts.money_words import says_an_amount
from insiders_assets.ingest.parsing.numbers import as_fraction
from insiders_assets.ingest.questions.question import Answer, Question

_FEWEST_LINES = 8
"""Lines of products sold more than once from which prices are inferred."""


def discount_questions(columns: Columns) -> Iterator[Question]:
    """Discounts that no total proves: of the line, of a piece, of the order, a share, or taken off already?

    Those of one kind are asked about together.
    """
    alike: dict[str, list[int]] = {}
    for at in columns.discounts():
        alike.setdefault(_shape(columns, at), []).append(at)
    shapes: dict[str, dict[str, str]] = {
        "line": {}, "piece": {"of": "piece"}, "order": {"level": "order"}, "share": {"of": "share"},
    }  # fmt: skip
    for likely, places in alike.items():
        names = tuple(columns.names[at] for at in places)
        answers = [
            Answer(shape, {"discounts": [{"column": name} | says for name in names]})
            for shape, says in shapes.items()
        ]
        question = Question("discount", "money", names, (), likely)
        answers.append(Answer("included", {"answers": {question.key: "included"}}))
        off = [columns.money(at).fill_null(0.0) for at in places]
        unread = sum(_unread(columns, at) for at in places)
        rows = pl.DataFrame({str(at): each > 0 for at, each in zip(places, off, strict=True)})
        yield Question(
            "discount", "money", names, tuple(answers), None if unread or _is_factor(names) else likely,
            arguments={"rows": rows.select(pl.any_horizontal(pl.all()).sum()).item(),
                       "money": round(float(sum(each.sum() for each in off)), 2),
                       "sold": round(float(columns.survey.money.abs().sum()), 2), "unread": unread},
        )  # fmt: skip


def _unread(columns: Columns, at: int) -> int:
    """Return how many lines have a discount that is no number, such as ``10+5``: it would take nothing off."""
    return int((columns.survey.text(at).is_not_null() & columns.money(at).is_null()).sum())


def _is_factor(names: tuple[str, ...]) -> bool:
    """Return whether columns hold what is left of a price and not what is taken off: 0.9 is a tenth off."""
    return any(
        word in name.lower()
        for name in names
        for word in ("factor", "faktor", "fator", "facteur", "multiplier")
    )


def _shape(columns: Columns, at: int) -> str:
    """Return what a discount likeliest is taken off."""
    off, name = columns.money(at).fill_null(0.0), columns.names[at]
    if _is_off_already(columns, off):
        return "included"
    if columns.is_percent(at) or "%" in name or "percent" in name.lower() or "pct" in name.lower():
        return "share"
    if says_an_amount(name):
        return "order" if columns.is_of_order_amount(at) and off.n_unique() > 1 else "line"
    # More than the line cost is no money off it; a few round numbers up to a hundred are percentages.
    amount = columns.survey.money.abs()
    if bool((off <= 1).all()) or (
        bool((off <= 100).all()) and bool((off > amount).any()) and off.n_unique() <= 20
    ):
        return "share"
    return "order" if columns.is_of_order_amount(at) and off.n_unique() > 1 else "line"


def _is_off_already(columns: Columns, off: pl.Series) -> bool:
    """Return whether products have one price once a discount is put back on, and none without."""
    product, pieces = columns.survey.ours("stock_code"), columns.pieces
    if not bool((off > 0).any()):
        return False
    if _leads_from_list_price(columns, off):
        return True
    if product is None:
        return False
    price = columns.survey.money.abs() / pieces
    share = as_fraction(off)
    frame = pl.DataFrame(
        {"product": product, "net": price, "line": price + off / pieces, "piece": price + off,
         "share": price / (1 - share)}
    ).drop_nulls().filter(pl.len().over("product") > 1)  # fmt: skip
    if frame.height < _FEWEST_LINES:
        return False
    same = frame.select(
        ((pl.col(name) - pl.col(name).median().over("product")).abs() <= CENT).mean().alias(name)
        for name in ("net", "line", "piece", "share")
    ).row(0, named=True)
    return max(same["line"], same["piece"], same["share"]) >= max(0.8, same["net"] + 0.3)


def _leads_from_list_price(columns: Columns, off: pl.Series) -> bool:
    """Return whether a list price less the discount is the price, or the price without its tax."""
    taken = columns.taken
    if taken is None:
        return False
    less, share = off > 0, as_fraction(off)
    own = columns.money(taken).filter(less)
    for at, kind in columns.kinds.items():
        if kind != "aside":
            continue
        before = columns.money(at)
        for net in (before - off, before * (1 - share)):
            found = net.filter(less)
            if agreement(found, own).holds or taxed(found, own, CENT):
                return True
    return False
