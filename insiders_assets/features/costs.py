"""What goods cost, and what is left of a line once they are paid: the contribution.

What the export itself says of a line, under the column that its mapping names as the cost, is what the line cost.
Where it says nothing, a file of costs does.

``costs.csv`` has a line per product: ``stock_code`` and ``unit_cost`` in the data's currency, or ``cost_share``, the
part of the price that the product costs. The stock code ``*`` stands for every product that has no line of its own. A
product without a cost is a question, never a guess: nothing is computed then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.days import day_number
from insiders_assets.errors import InsidersError
from insiders_assets.money import MICRO, in_currency

if TYPE_CHECKING:
    from insiders_assets.places import Place

FILE = "costs.csv"
OTHERS = "*"
SCHEMA = {"stock_code": pl.String, "unit_cost": pl.Float64, "cost_share": pl.Float64}


@dataclass(frozen=True)
class Costs:
    """What products cost.

    Attributes:
        table: ``stock_code, unit_cost, cost_share``; one of the two is empty. No line for others.
        others: ``unit_cost, cost_share`` of products without a line, or None.
        location: Where they were read from.
    """

    table: pl.DataFrame
    others: tuple[float | None, float | None] | None
    location: str


def read_costs(path: Place | None, *, required: bool = True) -> Costs:
    """Read ``costs.csv``.

    Args:
        path: The file; None if there is none.
        required: Whether there has to be one; not where exports say themselves what goods cost.

    Raises:
        InsidersError: There is no such file, or a line of it is no cost; the message names the line.
    """
    hint = (
        f"write {FILE} with the columns stock_code and unit_cost (or cost_share), map the exports' column of costs "
        "(insiders inspect FILE proposes it), or set INSIDERS_VALUE=net"
    )
    if path is None and not required:
        return Costs(pl.DataFrame(schema=SCHEMA), None, FILE)
    if path is None or not path.is_file():
        where = FILE if path is None else str(path)
        raise InsidersError("value is contribution, and there are no costs", where=where, hint=hint)
    try:
        raw = pl.read_csv(path.read_bytes(), infer_schema=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InsidersError(f"cannot be read ({type(error).__name__})", where=str(path), hint=hint) from None
    named = raw.rename({name: name.strip().lower() for name in raw.columns})
    known = [name for name in ("unit_cost", "cost_share") if name in named.columns]
    if "stock_code" not in named.columns or not known:
        raise InsidersError(f"has the columns {', '.join(named.columns)}", where=str(path), hint=hint)
    table = named.select(
        pl.col("stock_code").str.strip_chars(),
        *(
            (pl.col(name).str.strip_chars() if name in known else pl.lit(None, pl.String)).alias(
                f"{name}_text"
            )
            for name in ("unit_cost", "cost_share")
        ),
    ).with_columns(
        unit_cost=pl.col("unit_cost_text").cast(pl.Float64, strict=False),
        cost_share=pl.col("cost_share_text").cast(pl.Float64, strict=False),
    )
    _require_costs(table, str(path))
    table = table.select("stock_code", "unit_cost", "cost_share")
    others = table.filter(pl.col("stock_code") == OTHERS)
    return Costs(
        table.filter(pl.col("stock_code") != OTHERS),
        (others.item(0, "unit_cost"), others.item(0, "cost_share")) if others.height else None,
        str(path),
    )


def with_line_contribution(lines: pl.LazyFrame, costs: Costs) -> pl.LazyFrame:
    """Add ``line_contribution``: a line's value less what its goods cost; what comes back gives its cost back.

    Args:
        lines: ``clean_purchases`` or ``returns``, lazy. What ``unit_cost`` says there of a line, if it has that
            column, goes before what is known of its product.
        costs: What products cost.

    Returns:
        The lines without ``unit_cost``. The contribution is null where nobody says what the goods cost.
    """
    unit, part = costs.others or (None, None)
    price = pl.when(pl.col("quantity") != 0).then(pl.col("line_value") / pl.col("quantity"))
    own = [pl.col("unit_cost")] if "unit_cost" in lines.collect_schema() else []
    listed = pl.coalesce("_unit_cost", pl.col("_cost_share") * price)
    others = (
        pl.lit(unit)
        if unit is not None
        else pl.lit(part) * price
        if part is not None
        else pl.lit(None, pl.Float64)
    )
    cost = pl.coalesce(*own, listed, others) * pl.col("quantity")
    known = lines.with_columns(_code=pl.col("stock_code").cast(pl.String)).join(
        costs.table.lazy().select(
            "stock_code", _unit_cost=pl.col("unit_cost"), _cost_share=pl.col("cost_share")
        ),
        left_on="_code", right_on="stock_code", how="left",
    )  # fmt: skip
    return known.with_columns(
        line_contribution=pl.col("line_value") - pl.when(pl.col("quantity") == 0).then(0.0).otherwise(cost)
    ).drop("_code", "_unit_cost", "_cost_share", "unit_cost", strict=False)


def with_contribution(
    features: pl.DataFrame,
    purchases: pl.LazyFrame,
    returns: pl.LazyFrame,
    costs: Costs,
    *,
    as_of: date,
    window_days: int,
) -> pl.DataFrame:
    """``customer_features`` with ``contribution``.

    Args:
        features: ``customer_features``.
        purchases: ``clean_purchases``, lazy, with ``unit_cost`` where exports say what goods cost.
        returns: ``returns``, likewise.
        costs: What products cost.
        as_of: The day that the window ends at, included.
        window_days: How many days it holds.

    Raises:
        InsidersError: A product bought in the window has no cost.
    """
    last = day_number(as_of)
    day = pl.col("invoice_day")
    rows = pl.concat(
        [
            frame.filter(day <= last, day > last - window_days).select(
                pl.col("customer_id", "stock_code", "quantity", "line_value"), pl.col("^unit_cost$")
            )
            for frame in (purchases, returns)
        ]
    )
    lines = with_line_contribution(rows, costs)
    _require_all(lines, costs)
    micros = (pl.col("line_contribution") * MICRO).round(0).cast(pl.Int64)
    summed = (
        lines.group_by("customer_id").agg(contribution=in_currency(micros.sum())).collect(engine="streaming")
    )
    columns = features.columns
    return (
        features.drop("contribution")
        .join(summed, on="customer_id", how="left", maintain_order="left")
        .select(columns)
    )


def _require_costs(table: pl.DataFrame, where: str) -> None:
    """Refuse a file with a line that is no cost."""
    one = pl.col("unit_cost").is_null() != pl.col("cost_share").is_null()
    legal = (pl.col("unit_cost").fill_null(0) >= 0) & pl.col("cost_share").fill_null(0).is_between(0, 1)
    finite = pl.col("unit_cost").fill_null(0).is_finite() & pl.col("cost_share").fill_null(0).is_finite()
    wrong = table.with_row_index("line", offset=2).filter(~(one & legal & finite).fill_null(False))
    if wrong.height:
        row = wrong.to_dicts()[0]
        raise InsidersError(
            f"unit_cost {row['unit_cost_text']!r}, cost_share {row['cost_share_text']!r} is no cost",
            where=f"{where}, line {row['line']}",
            hint="give one of the two: an amount of 0 or more such as 1.25, or a part of the price such as 0.6",
        )
    twice = table.filter(pl.col("stock_code").is_duplicated())
    if twice.height:
        raise InsidersError(
            f"the product {twice['stock_code'][0]!r} has more than one cost",
            where=where,
            hint="keep one line of it",
        )


def _require_all(lines: pl.LazyFrame, costs: Costs) -> None:
    """Refuse to guess what products without a cost cost."""
    unknown = pl.col("line_contribution").is_null()
    found = lines.select(
        lines=unknown.sum(),
        products=pl.col("stock_code").filter(unknown).n_unique(),
        money=pl.col("line_value").filter(unknown).sum(),
        example=pl.col("stock_code").cast(pl.String).filter(unknown).min(),
    ).collect(engine="streaming").to_dicts()[0]  # fmt: skip
    if found["lines"]:
        raise InsidersError(
            f"{found['products']:,} products have no cost, such as {found['example']!r}: {found['lines']:,} lines "
            f"worth {found['money']:,.2f}",
            where=costs.location,
            hint=f"add them, or a line {OTHERS!r} with the cost_share of all others",
        )
