"""Products: what a tier or a cluster buys, and what it buys much more than others do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from insiders_assets.contracts.customers import TIERS
from insiders_assets.contracts.products import LEAST_BUYERS, PRODUCT_AFFINITY, PRODUCT_HISTORY
from insiders_assets.dashboard.filters import choices
from insiders_assets.dashboard.views.compared import compared_with
from insiders_assets.presentation.tier_names import tier_names
from insiders_assets.report.sections.products import group_products, named
from insiders_assets.storage.warehouse import tables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from insiders_assets.language import Language
    from insiders_assets.storage.warehouse.reading import View

LISTED_BY = {"best": "place_by_revenue", "special": "place_by_lift"}
"""Lists of products, and the place in each that is compared."""

NAMED = 5
"""Products named of a cluster, where they are a line of another page."""


def products(view: View, words: Language, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the page of products shows, of the group in the address or else of the Insiders."""
    groups = [(f"tier:{tier}", name) for tier, name in tier_names(words).items()]
    groups += [
        (f"cluster:{row['cluster']}", f"{row['cluster']} · {words.said(row, 'name')}")
        for row in choices(view).clusters
    ]
    asked = query.get("group", "")
    group = asked if asked in dict(groups) else f"tier:{TIERS[0]}"
    kind, _, name = group.partition(":")
    table = view.table(PRODUCT_AFFINITY)
    compared = compared_with(view, query.get("compare", ""), PRODUCT_HISTORY)
    found = group_products(table, kind, name)
    if compared.refresh_id:
        before = _places(view, compared.refresh_id, kind, name)
        for listed, place in LISTED_BY.items():
            found[listed] = [
                row | {"since": _since(words, before, row["stock_code"], place, row[place])}
                for row in found[listed]
            ]
    return {
        "known": view.has(PRODUCT_AFFINITY.name),
        "groups": groups,
        "group": group,
        "customers": urlencode({kind: name}),
        "products": found,
        "days": compared.choices(words),
        "compared": str(compared.day or ""),
        "product_since": words.text("since %(day)s", day=words.short_day(compared.day))
        if compared.day
        else "",
        "product_name": named,
        "least_buyers": LEAST_BUYERS,
    }


def _places(view: View, refresh_id: str, kind: str, name: str) -> dict[str, dict[str, Any]]:
    """Return the places that a group's products had at a refresh, by product."""
    kept = tables()[PRODUCT_HISTORY.name]
    of_group = (kept.c.refresh_id == refresh_id, kept.c.grouped_by == kind, kept.c.group_name == name)
    return {row["stock_code"]: row for row in view.rows(kept.select().where(*of_group))}


def _since(words: Language, before: dict[str, dict[str, Any]], product: str, place: str, now: int) -> str:
    """Return how many places a product has risen or fallen; that it is new among the first ones, if it had none."""
    was = before.get(product, {}).get(place)
    if was is None:
        return words.text("new")
    if was == now:
        return words.text("unchanged")
    if was > now:
        return words.plural("+%(count)s place", "+%(count)s places", was - now)
    return words.plural("−%(count)s place", "−%(count)s places", now - was)


def bought_more(view: View, cluster: int) -> list[str]:
    """Return the names of the products that a cluster buys most beyond others, the first few."""
    special = group_products(view.table(PRODUCT_AFFINITY), "cluster", str(cluster))["special"]
    return [named(row) for row in special[:NAMED]]
