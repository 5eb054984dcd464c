"""The clusters: their map, and what sets each apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insiders_assets.contracts.customers import TIERS
from insiders_assets.contracts.next_product import CLUSTER_NEXT_PRODUCTS, NEXT_PRODUCT_VERDICT
from insiders_assets.contracts.products import PRODUCT_AFFINITY
from insiders_assets.contracts.programme import PROFILED
from insiders_assets.dashboard.views.cluster_history import clusters_before, since
from insiders_assets.presentation.columns import heading, write
from insiders_assets.presentation.customer_map import customer_map
from insiders_assets.presentation.palette import shades
from insiders_assets.report.sections.clusters import badge
from insiders_assets.report.sections.products import cluster_next_products, cluster_products
from insiders_assets.storage.warehouse import tables

if TYPE_CHECKING:
    from insiders_assets.language import Language
    from insiders_assets.storage.warehouse.reading import View


def clusters(view: View, words: Language, compare: str = "") -> dict[str, Any]:
    """Return what the page of clusters shows.

    Args:
        view: The warehouse.
        words: The reader's language.
        compare: The day of the refresh that they are compared with; the one before unless it is one.
    """
    profiles, drawn = tables()["cluster_profiles"], tables()["map_sample"]
    rows = view.rows(view.select(profiles).order_by(profiles.c.cluster))
    points = view.rows(drawn.select().order_by(drawn.c.customer_id))
    colour = _colours(rows)
    bought = cluster_products(view.table(PRODUCT_AFFINITY))
    verdict = _verdict(view)
    before = clusters_before(view, compare)
    is_shown = bool(verdict and verdict["is_shown"])
    next_ones = cluster_next_products(view.table(CLUSTER_NEXT_PRODUCTS), is_shown=is_shown)
    return {
        "profiles": [
            row
            | {
                "colour": colour[row["cluster"]],
                "products": bought.get(row["cluster"], []),
                "next_products": next_ones.get(row["cluster"], []),
                "since": since(words, row, before),
                "was": before.rows.get(row["cluster"], row)["tier"],
                "badge": badge(words, row["stability"]),
                "numbers": [
                    {
                        "name": heading(words, name),
                        "mean": write(words, name, row[f"mean_{name}"]),
                        "median": write(words, name, row[f"median_{name}"]),
                    }
                    for name in PROFILED
                ],
            }
            for row in rows
        ],
        "next_product_verdict": verdict,
        "drawn": len(points),
        "days": before.compared.choices(words),
        "compared": before.compared.day,
        "figures": {"map": customer_map(words, rows, points, colour, 530)} if points else {},
    }


def _verdict(view: View) -> dict[str, Any] | None:
    """Return whether next products are shown, and why; None of an earlier version."""
    if not view.has(NEXT_PRODUCT_VERDICT.name):
        return None
    return view.row(view.select(tables()[NEXT_PRODUCT_VERDICT.name]))


def _colours(rows: list[dict[str, Any]]) -> dict[int, str]:
    """Return a colour per cluster: its tier's, lighter from one cluster to the next."""
    found: dict[int, str] = {}
    for tier in TIERS:
        of_tier = [row["cluster"] for row in rows if row["tier"] == tier]
        found |= dict(zip(of_tier, shades(tier, len(of_tier)), strict=True))
    return found
