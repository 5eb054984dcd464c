"""Products: what a tier or a cluster buys, and what it buys much more than others do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from insiders_assets.contracts.customers import TIERS
from insiders_assets.contracts.products import LEAST_BUYERS, PRODUCT_AFFINITY
from insiders_assets.dashboard.filters import choices
from insiders_assets.report.sections.products import group_products, named
from insiders_assets.report.sections.tiers import TIER_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from insiders_assets.language import Language
    from insiders_assets.storage.warehouse.reading import View

NAMED = 5
"""Products named of a cluster, where they are a line of another page."""


def products(view: View, words: Language, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the page of products shows, of the group in the address or else of the Insiders."""
    groups = [(f"tier:{tier}", words.text(TIER_NAMES[tier])) for tier in TIERS]
    groups += [
        (f"cluster:{row['cluster']}", f"{row['cluster']} · {words.said(row, 'name')}")
        for row in choices(view).clusters
    ]
    asked = query.get("group", "")
    group = asked if asked in dict(groups) else f"tier:{TIERS[0]}"
    kind, _, name = group.partition(":")
    table = view.table(PRODUCT_AFFINITY)
    return {
        "known": view.has(PRODUCT_AFFINITY.name),
        "groups": groups,
        "group": group,
        "customers": urlencode({kind: name}),
        "products": group_products(table, kind, name),
        "product_name": named,
        "least_buyers": LEAST_BUYERS,
    }


def bought_more(view: View, cluster: int) -> list[str]:
    """Return the names of the products that a cluster buys most beyond others, the first few."""
    special = group_products(view.table(PRODUCT_AFFINITY), "cluster", str(cluster))["special"]
    return [named(row) for row in special[:NAMED]]
