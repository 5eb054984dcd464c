"""The simulated shop has the shape of the real one: against published figures, and against the data where at hand."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from insiders_assets.simulation import simulate
from insiders_assets_tests.simulated import NO_PRODUCT, concentration, customers, read, sold

CUSTOMERS = 5694
"""As many as in the published table."""


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """A shop of the published size."""
    out = tmp_path_factory.mktemp("shape")
    simulate(CUSTOMERS, out)
    return read(out)


def compared(found: dict[str, float], published: dict[str, tuple[float, float]]) -> list[str]:
    """Print every figure beside the published one; return those that are out of their tolerance."""
    wrong = []
    for name, (figure, tolerance) in published.items():
        ratio = found[name] / figure
        line = f"{name}: {found[name]:,.3f} against {figure:,.3f}, ratio {ratio:.2f}"
        print(line)
        if abs(ratio - 1) > tolerance:
            wrong.append(line)
    return wrong


def test_the_published_figures_are_met(simulated: pl.DataFrame) -> None:
    table = customers(simulated)
    kept = sold(simulated)
    best = table.head(round(0.5111 * len(table)))
    published = {
        "rows per customer": (541_909 / CUSTOMERS, 0.1),
        "purchases among rows": (527_344 / 541_909, 0.02),
        "returns among rows": (8_727 / 541_909, 0.2),
        "rows of letters only": (2_759 / 541_909, 0.4),
        "negative quantities": (10_624 / 541_909, 0.25),
        "rows without a customer": (135_080 / 541_909, 0.1),
        "anonymous among customers": (1_366 / CUSTOMERS, 0.03),
        "mean revenue": (10_027_130.75 / CUSTOMERS, 0.15),
        "best half: revenue": (2_989.67, 0.2),
        "best half: lines": (160.0, 0.15),
        "best half: basket": (352.0, 0.15),
        "best half: recency": (93.0, 0.25),
        "best half: returned": (32.0, 0.3),
        "best half: share of revenue": (0.8676, 0.12),
    }
    found = {
        "rows per customer": len(simulated) / len(table),
        "purchases among rows": (kept["quantity"] >= 0).sum() / len(simulated),
        "returns among rows": (kept["quantity"] < 0).sum() / len(simulated),
        "rows of letters only": simulated["code"].str.contains(NO_PRODUCT).sum() / len(simulated),
        "negative quantities": (simulated["quantity"] < 0).sum() / len(simulated),
        "rows without a customer": simulated["customer"].null_count() / len(simulated),
        "anonymous among customers": (~table["identified"]).sum() / len(table),
        "mean revenue": table["revenue"].sum() / len(table),
        "best half: share of revenue": best["revenue"].sum() / table["revenue"].sum(),
        **{
            f"best half: {name}": float(best[name].cast(float).sum()) / len(best)
            for name in ("revenue", "lines", "basket", "recency", "returned")
        },
    }
    assert not compared(found, published)


def test_the_distributions_lie_beside_those_of_the_reference_data(
    simulated: pl.DataFrame, reference: Path
) -> None:
    real = read(reference / "data" / "online_retail" / "daily")
    figures = []
    for rows in (real, simulated):
        table = customers(rows).filter("identified")
        gini, top = concentration(table["revenue"])
        bought = sold(rows).filter(pl.col("quantity") > 0)
        invoices = bought.filter(pl.col("customer").is_not_null()).group_by("invoice").agg(lines=pl.len())
        figures.append(
            {
                "Gini of revenue": gini,
                "top tenth's share of revenue": top,
                "customers with one invoice": float((table["invoices"] == 1).mean()),
                "customers who returned something": float((table["returned"] > 0).mean()),
                **_quantiles("invoices of a customer", table["invoices"], (0.5, 0.75, 0.9)),
                **_quantiles("lines of a customer", table["lines"], (0.25, 0.5, 0.75, 0.9)),
                **_quantiles("products of a customer", table["products"], (0.25, 0.5, 0.75, 0.9)),
                **_quantiles("basket", table["basket"], (0.25, 0.5, 0.75, 0.9)),
                **_quantiles("revenue of a customer", table["revenue"], (0.5, 0.75, 0.9)),
                **_quantiles("lines of an invoice", invoices["lines"], (0.25, 0.5, 0.75, 0.9)),
                **_quantiles("unit price", bought["price"], (0.05, 0.25, 0.5, 0.75, 0.9)),
                **_quantiles("quantity", bought["quantity"], (0.75, 0.9)),
            }
        )
    assert not compared(figures[1], {name: (figure, 0.26) for name, figure in figures[0].items()})


def _quantiles(name: str, values: pl.Series, points: tuple[float, ...]) -> dict[str, float]:
    return {f"{name}, {point:.0%}": float(values.quantile(point) or 0) for point in points}
