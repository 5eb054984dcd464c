"""What columns of money say of each other: relations that hold on nearly every line, and evidence within a product."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

CENT = 0.011
"""By how much amounts may differ of which each is rounded to the cent."""
HOLDS = 0.98
"""Share of the lines, and of the money, on which a relation has to hold."""
RATES = (0.05, 0.055, 0.06, 0.07, 0.08, 0.09, 0.1, 0.12, 0.13, 0.135, 0.14, 0.15, 0.16, 0.17, 0.18, 0.19, 0.2, 0.21,
         0.22, 0.23, 0.24, 0.25, 0.255, 0.27)  # fmt: skip
"""Rates of value added and sales taxes that are usual somewhere."""
_SEVERAL = 3
"""Rates that a shop has at once at most."""
SURE = 3.0
"""Log odds from which evidence decides: twenty to one."""


@dataclass(frozen=True)
class Agreement:
    """How far two amounts agree.

    Attributes:
        lines: Share of the lines that have both, on which they are the same to the cent.
        money: The same share, of the money.
        of: Lines that have both.
    """

    lines: float
    money: float
    of: int

    @property
    def holds(self) -> bool:
        """Whether they are the same for all that matters."""
        return self.of > 0 and min(self.lines, self.money) >= HOLDS


def agreement(one: pl.Series, other: pl.Series, pieces: pl.Series | None = None) -> Agreement:
    """Return how far two columns of amounts agree.

    Args:
        one: The first.
        other: The second.
        pieces: Pieces on each line, where an amount is a rounded price times them: each may be off by half a cent.
    """
    frame = pl.DataFrame({"one": one, "other": other})
    slack = pl.lit(CENT) if pieces is None else pl.lit(pieces.abs().clip(1) * 0.00501 + 0.006)
    frame = frame.with_columns(same=(pl.col("one") - pl.col("other")).abs() <= slack).drop_nulls()
    if not frame.height:
        return Agreement(0.0, 0.0, 0)
    size = frame.select(pl.max_horizontal(pl.col("one").abs(), pl.col("other").abs())).to_series()
    total = size.sum()
    money = float(size.filter(frame["same"]).sum()) / float(total) if total else 1.0
    return Agreement(float(frame["same"].mean() or 0.0), money, frame.height)  # type: ignore[arg-type]


def taxed(less: pl.Series, more: pl.Series, slack: pl.Series | float) -> tuple[float, ...]:
    """Return the rates of a tax by which alone one column of amounts exceeds another; none if it is not that.

    Args:
        less: Amounts without the tax.
        more: The same with it.
        slack: By how much they may differ beside it, for each of them is rounded.

    Returns:
        At most three of the rates that are usual somewhere, the most frequent first.
    """
    frame = pl.DataFrame({"less": less, "more": more}).with_columns(slack=slack).drop_nulls()
    frame = frame.filter(pl.col("less") > 0)
    if not frame.height:
        return ()
    near = [
        (pl.col("less") * (1 + rate) - pl.col("more")).abs() <= pl.col("slack") * (1 + rate) for rate in RATES
    ]
    # Of small amounts several rates make the same: what most lines have, they have.
    counts = frame.select(each.sum().alias(str(at)) for at, each in enumerate(near)).row(0)
    found: list[int] = []
    rest = frame
    for at in sorted(range(len(RATES)), key=lambda at: -counts[at])[:_SEVERAL]:
        left = rest.filter(~near[at])
        if left.height < rest.height - 1 or not left.height:
            found.append(at)
            rest = left
        if rest.height <= (1 - HOLDS) * frame.height:
            return tuple(RATES[at] for at in found)
    return ()


def per_piece_odds(money: pl.Series, pieces: pl.Series, product: pl.Series | None) -> float:
    """Log odds that money is of one piece and not of the line: below 0 for the line, 0 where nothing tells.

    Within a product, the price of a piece hardly depends on how many are bought, and what a line costs grows with them.
    So the slope of the logarithm of the money on that of the pieces, with a level for each product, is near 0 for the
    one and near 1 for the other; its standard error says how much that is worth.

    Args:
        money: The column.
        pieces: Pieces on each line.
        product: The product on each line; None if it is not known.
    """
    if product is None:
        return 0.0
    frame = pl.DataFrame({"product": product, "money": money.abs(), "pieces": pieces.abs()}).drop_nulls()
    frame = frame.filter((pl.col("money") > 0) & (pl.col("pieces") > 0))
    frame = frame.filter(pl.col("pieces").n_unique().over("product") > 1)
    if frame.height < 4:
        return 0.0
    if (exact := _exact_odds(frame)) != 0:
        return exact
    logs = frame.with_columns(x=pl.col("pieces").log(), y=pl.col("money").log())
    centred = logs.select(
        x=pl.col("x") - pl.col("x").mean().over("product"), y=pl.col("y") - pl.col("y").mean().over("product")
    )
    spread = float((centred["x"] ** 2).sum())
    free = frame.height - frame["product"].n_unique() - 1
    if spread <= 0 or free < 2:
        return 0.0
    slope = float((centred["x"] * centred["y"]).sum()) / spread
    rest = float(((centred["y"] - slope * centred["x"]) ** 2).sum()) / free
    variance = max(rest / spread, 1e-6)
    return (1 - 2 * slope) / (2 * variance)


def _exact_odds(frame: pl.DataFrame) -> float:
    """Return the same where most products have one price: no slope is needed then. 0 where they have not."""
    same = frame.with_columns(
        piece=(pl.col("money") - pl.col("money").median().over("product")).abs() <= 0.006,
        line=(
            pl.col("money") - pl.col("pieces") * (pl.col("money") / pl.col("pieces")).median().over("product")
        ).abs()
        <= CENT,
    )
    piece, line = float(same["piece"].mean() or 0.0), float(same["line"].mean() or 0.0)  # type: ignore[arg-type]
    if max(piece, line) < 0.8 or abs(piece - line) < 0.3:
        return 0.0
    return 10.0 if piece > line else -10.0


def is_constant_within(values: pl.Series, group: pl.Series) -> bool:
    """Return whether a column has one value at most in each group, and several groups have more than one line.

    Args:
        values: The column.
        group: What groups the lines, such as the order's number.
    """
    found = (
        pl.DataFrame({"group": group, "value": values})
        .drop_nulls("group")
        .group_by("group")
        .agg(lines=pl.len(), values=pl.col("value").drop_nulls().n_unique())
    )
    several = found.filter(pl.col("lines") > 1)
    return several.height > 1 and bool((several["values"] <= 1).mean() >= HOLDS)  # type: ignore[operator]
