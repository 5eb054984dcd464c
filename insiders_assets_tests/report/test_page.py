"""The page as text: everything in it, nothing asked for, nothing run, nothing that grows with customers."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from insiders_assets.contracts.claims import UPLIFT
from insiders_assets.contracts.member_tiers import MEMBER_TIERS
from insiders_assets.contracts.programme import PROFILED, TIER_MIGRATION
from insiders_assets.language.message import message
from insiders_assets.language.writer import columns
from insiders_assets.presentation.gauge import gauge
from insiders_assets.presentation.palette import HEAT, INK, TIER, TIER_SOFT, contrast, mix
from insiders_assets.report import ReportInputs, preview
from insiders_assets.report.charts import BUSINESS, TECHNICAL, charts
from insiders_assets.report.page import render, render_evidence
from insiders_assets.report.pictures import cluster_map, inline, movement_bars, tier_bars
from insiders_assets.report.sections.capture import capture_curves, plain_sort
from insiders_assets.report.sections.clusters import badge, sample
from insiders_assets.report.sections.evidence import (
    at_sizes,
    beside_others,
    later_line,
    main_block,
    out_of_time,
)
from insiders_assets.report.sections.health import by_month, retention
from insiders_assets.report.sections.measures import figure, measure_name, subject_name
from insiders_assets.report.sections.movement import bridge, movement
from insiders_assets.report.sections.original import comparison, is_original_data
from insiders_assets.report.sections.products import cluster_products, insiders_products, next_products
from insiders_assets.report.sections.programme import named_tiers, nearly
from insiders_assets.report.sections.summary import next_actions
from insiders_assets.report.sections.tiers import heat, heat_table, tiles
from insiders_assets_tests.report_tables import (
    HOSTILE,
    columns_of,
    insiders,
    next_of_clusters,
    next_verdict,
    refresh,
)

SECTIONS = {
    "report": ("summary", "questions", "actions", "movement", "health", "products", "clusters", "members"),
    "evidence": ("worth", "rules", "stability", "hypotheses", "quality", "method"),
}
TECHNICAL_WORDS = (
    "p =",
    "p &lt;",
    "standard deviation",
    "Silhouette",
    "Hypothesis 1.",
    "bootstrap",
    "converge",
)
"""What the report leaves to the evidence."""
PRESENTATION = Path(__file__).parents[2] / "insiders_assets" / "presentation"


class Outline(HTMLParser):
    """Collects the page's tags and the ids of its sections."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    inputs = refresh(400)
    return {"report": render(inputs), "evidence": render_evidence(inputs)}


@pytest.fixture(scope="module")
def page(pages: dict[str, str]) -> str:
    return pages["report"]


@pytest.mark.parametrize("name", SECTIONS)
def test_every_section_is_there_once_and_in_order(pages: dict[str, str], name: str) -> None:
    found = [attrs["id"] for tag, attrs in Outline(pages[name]).tags if tag == "section"]
    assert tuple(found) == SECTIONS[name]


def test_what_statisticians_ask_for_is_in_the_evidence_and_not_in_the_report(pages: dict[str, str]) -> None:
    shown = {name: page.split("</style>")[2].split('id="figures"')[0] for name, page in pages.items()}
    assert [word for word in TECHNICAL_WORDS if word in shown["report"]] == []
    assert {"p =", "standard deviations", "Silhouette", "bootstrap"} <= {
        word for word in (*TECHNICAL_WORDS, "standard deviations") if word in shown["evidence"]
    }


@pytest.mark.parametrize("name", SECTIONS)
def test_every_link_within_a_report_leads_somewhere(pages: dict[str, str], name: str) -> None:
    ids = {
        each: {attrs["id"] for _, attrs in Outline(page).tags if "id" in attrs}
        for each, page in pages.items()
    }
    for tag, attrs in Outline(pages[name]).tags:
        file, _, place = str(attrs.get("href") or "").partition("#")
        if tag == "a" and place:
            assert place in ids[file.removesuffix(".html") or name], attrs


@pytest.mark.parametrize("name", SECTIONS)
def test_nothing_on_the_page_is_fetched_from_anywhere(pages: dict[str, str], name: str) -> None:
    page = pages[name]
    fetching = {"src", "srcset", "poster", "action", "formaction", "data", "background"}
    for tag, attrs in Outline(page).tags:
        assert not fetching & set(attrs), (tag, attrs)
        assert tag not in {"iframe", "object", "embed", "base", "form"}
        if tag == "link":
            assert attrs["href"] == "data:,"
        if tag == "a":
            assert re.fullmatch(
                r"#[a-z]+|members\.(csv|xlsx)|(report|evidence)\.html(#[a-z]+)?", attrs["href"] or ""
            )
    assert "@import" not in (PRESENTATION / "static" / "design.css").read_text()
    assert "default-src 'none'" in page


def test_what_the_data_say_cannot_become_markup_or_script() -> None:
    page = render(refresh(400, hostile=True))
    assert HOSTILE not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(&#39;cluster&#39;)" in page
    figures = re.search(r'id="figures">(.*?)</script>', page, re.DOTALL)
    assert figures is not None
    names = [trace["name"] for trace in json.loads(figures.group(1))["map"]["data"]]
    assert names[0] == "1 · &lt;script&gt;alert(&#x27;cluster&#x27;)&lt;/script&gt;"


def test_the_page_does_not_grow_with_customers() -> None:
    small, large = len(render(refresh(6_000))), len(render(refresh(24_000)))
    assert large < small * 1.05
    assert large < 5_000_000


def test_the_same_refresh_gives_the_same_page_whatever_the_row_order(page: str) -> None:
    inputs = refresh(400)
    shuffled = inputs.insiders.sample(fraction=1, shuffle=True, seed=5)
    assert render(refresh(400, insiders=shuffled)) == page


@pytest.mark.parametrize("most", [10, 200, 399, 400, 5_000])
def test_the_sample_takes_from_every_cluster_in_proportion(most: int) -> None:
    everyone = insiders(400)
    drawn = sample(everyone, most=most, least=3)
    counts, sizes = (dict(frame["cluster"].value_counts().iter_rows()) for frame in (drawn, everyone))
    assert counts.keys() == sizes.keys()
    for cluster, size in sizes.items():
        wanted = max(-(-size * min(1.0, most / 400) // 1), min(size, 3))
        assert counts[cluster] == wanted
    assert drawn.equals(sample(everyone.sample(fraction=1, shuffle=True, seed=2), most=most, least=3))


def test_every_chart_is_one_that_plotly_knows() -> None:
    import plotly.graph_objects as go

    inputs = refresh(400)
    row = inputs.tables["refreshes"]
    days = [inputs.as_of - timedelta(days=30 * place) for place in range(1, 8)]
    before = [row.with_columns(as_of=pl.lit(day), refresh_id=pl.lit(str(day))) for day in days]
    figures = charts(refresh(400, history=pl.concat(before)), BUSINESS | TECHNICAL)
    assert set(figures) == {"history", "by-month", "map", "capture", "backtest"}
    assert len(figures["history"]["data"][0]["x"]) == 8
    for drawn in figures.values():
        go.Figure(drawn)  # raises on any unknown key or value


def test_the_plotly_bundle_is_the_version_inside_the_plotly_package() -> None:
    from plotly.offline import get_plotlyjs_version

    bundle = (PRESENTATION / "static" / "plotly-basic.min.js").read_text(encoding="utf-8")[:200]
    assert f"v{get_plotlyjs_version()}" in bundle
    assert (PRESENTATION / "static" / "plotly-LICENSE.txt").read_text().startswith("MIT License")


def test_a_gauge_has_a_band_per_tier_that_meet_half_way_between_means() -> None:
    drawn = gauge("revenue", {"insider": 3000.0, "viability": 900.0, "not_insider": 200.0})
    assert drawn is not None
    assert [(band.tier, band.low, band.high) for band in drawn.bands] == [
        ("not_insider", 0.0, 550.0), ("viability", 550.0, 1950.0), ("insider", 1950.0, 3600.0),
    ]  # fmt: skip
    assert drawn.value == 900.0
    assert drawn.needle[0] < 0 < -drawn.needle[1]  # a quarter of the scale: up and to the left


def test_a_gauge_without_the_tier_it_shows_is_not_drawn() -> None:
    assert gauge("revenue", {"insider": 3000.0, "not_insider": 200.0}) is None
    assert gauge("revenue", {"viability": 3000.0}) is None


def test_heat_is_darkest_for_the_best_value_and_inverted_where_less_is_better() -> None:
    assert heat([10.0, 0.0, 5.0], inverted=False) == [1.0, 0.0, 0.5]
    assert heat([10.0, 0.0, 5.0, None], inverted=True) == [0.0, 1.0, 0.5, 0.0]
    assert heat([4.0, 4.0], inverted=True) == [0.0, 0.0]
    table = heat_table(refresh(400))
    returned = [row["cells"][PROFILED.index("returned")] for row in table["rows"]]
    assert min(returned, key=lambda cell: cell["value"])["colour"] == HEAT[1]
    revenue = [row["cells"][PROFILED.index("revenue")] for row in table["rows"]]
    assert max(revenue, key=lambda cell: cell["value"])["colour"] == HEAT[1]


def test_tiles_are_the_insider_row_and_say_how_it_changed() -> None:
    inputs = refresh(400)
    shown = {tile.label: tile for tile in tiles(inputs)}
    insider, before = inputs.tiers["insider"], inputs.tiers_before["insider"]
    assert shown["Mean revenue"].value == f"{insider['mean_revenue']:,.0f}"
    assert insider["mean_revenue"] > 1_000
    step = insider["mean_revenue"] - before["mean_revenue"]
    assert shown["Mean revenue"].change == f"{'+' if step > 0 else '−'}{abs(step):,.2f}"
    assert shown["Mean revenue"].better is (step > 0)
    assert shown["Share of customers"].better is None
    days = insider["mean_recency"] - before["mean_recency"]
    assert shown["Recency"].better is (days < 0)


def test_what_moved_the_value_of_all_adds_up_as_it_is_written() -> None:
    inputs = refresh(100)
    moved = {"value_before": 1000.4, "bought": 300.4, "aged_out": 0.4, "returned": -20.45, "corrected": 0.35}
    row = inputs.tables["refreshes"].with_columns(
        value_after=pl.lit(1280.3), **{name: pl.lit(amount) for name, amount in moved.items()}
    )
    told = [line["amount"] for line in bridge(refresh(100, tables={**inputs.tables, "refreshes": row}))]
    first, *moves, last = (int(re.sub(r"[^0-9−]", "", amount).replace("−", "-")) for amount in told)
    assert first + sum(moves) == last == 1280


def test_months_and_cohorts_are_shown_as_far_as_they_are_known() -> None:
    inputs = refresh(100)
    table = inputs.tables["revenue_by_month"]
    shown = by_month(table)
    assert sum(row["total"] for row in shown) == pytest.approx(table["revenue"].sum())
    assert [row["month"].month for row in shown if row["is_cut"]] == [3]
    rows = retention(inputs.tables["cohorts"])
    assert [len(row["cells"]) for row in rows] == list(range(8, -1, -1))
    assert rows[0]["cells"][0]["share_of_customers"] == 19 / 50
    older = {name: t for name, t in inputs.tables.items() if name not in ("revenue_by_month", "cohorts")}
    assert "Who comes back" not in render(refresh(100, tables=older))


def test_products_of_the_insiders_and_of_clusters_are_named_up_to_a_bound(page: str) -> None:
    inputs = refresh(100)
    found = insiders_products(inputs)
    assert [row["stock_code"] for row in found["best"]] == [f"P{place:02d}" for place in range(1, 11)]
    assert cluster_products(inputs.tables["product_affinity"]) == {
        1: ["Blue cup 1", "Blue cup 2", "Blue cup 3"]
    }
    assert "Buys more than others do: Blue cup 1, Blue cup 2, Blue cup 3." in page
    older = {name: table for name, table in inputs.tables.items() if name != "product_affinity"}
    assert "No product has enough buyers" in render(refresh(100, tables=older))


def test_clusters_name_their_next_product_only_where_the_verdict_shows_it(page: str) -> None:
    def told(*, is_shown: bool) -> ReportInputs:
        made = {"cluster_next_products": next_of_clusters(), "next_product_verdict": next_verdict(is_shown)}
        return replace(plain, tables={**plain.tables, **made})

    plain = refresh(100, language="pt_BR")
    shown = render(told(is_shown=True)).replace("\xa0", "")
    assert "Próxima compra: Red mug 1, indicada para 40% de seus clientes identificados." in shown
    assert shown.count("Próxima compra:") == 1
    assert next_products(told(is_shown=False)) == {}
    assert "Next product" not in page


def test_tiles_of_a_first_refresh_have_no_change() -> None:
    assert [tile.change for tile in tiles(refresh(400, first=True))] == [""] * 6


def test_the_two_shares_still_change_where_only_the_refresh_row_is_known() -> None:
    changes = {tile.label: tile.change for tile in tiles(refresh(400, previous_tiers=None))}
    assert changes["Share of revenue"] == "unchanged"
    assert changes["Mean revenue"] == ""


def test_the_plain_sort_holds_what_the_highest_spenders_hold() -> None:
    inputs = refresh(400)
    found = plain_sort(inputs)
    assert found is not None
    known = inputs.insiders.filter("is_identified")
    chosen = known.filter(tier="insider").height
    best = known["revenue"].sort(descending=True).head(chosen).sum()
    assert found.sorted_share == pytest.approx(best / known["revenue"].sum())
    assert found.lost == pytest.approx(found.sorted_share - found.list_share)
    assert found.lost > 0


def test_capture_curves_rise_from_nothing_to_everything() -> None:
    for points in capture_curves(refresh(400)).values():
        assert points[0] == (0.0, 0.0)
        assert points[-1] == pytest.approx((1.0, 1.0))
        assert points == sorted(points)


def test_out_of_time_figures_stand_side_by_side_with_the_best_way_to_choose_first() -> None:
    inputs = refresh(400)
    blocks = out_of_time(inputs)
    main = main_block(blocks)
    assert main is not None
    assert (main.measure, main.size) == ("future_share_of_revenue", None)
    assert list(main.figures) == ["past_revenue", "list", "random"]
    assert main.mean("list") == pytest.approx(0.71 + (6 + 8 + 9) / 3000)
    beside = beside_others(inputs, blocks)
    assert beside is not None
    assert beside["headings"] == ["Share of later revenue", "Bought again"]
    assert [row["is_list"] for row in beside["rows"]] == [False, True, False]
    sizes = at_sizes(inputs, blocks)
    assert sizes is not None
    assert sizes["headings"] == ["10%", "50%"]
    assert (
        "Tested on 3 past dates, Insiders chosen with what was known then went on to bring 71.8%"
        in later_line(inputs, blocks)
    )


def test_without_a_backtest_the_evidence_says_only_what_there_is() -> None:
    inputs = refresh(100)
    evidence = inputs.tables["evidence"].filter(pl.col("cutoff").is_null())
    page = render_evidence(refresh(100, tables={**inputs.tables, "evidence": evidence}))
    assert "Out of time" not in page
    assert "Customers whom the plain rules match" in page


def test_a_campaign_is_shown_where_one_was_measured() -> None:
    inputs = refresh(100)
    measured = {
        "measure": "share_who_bought",
        "invited": 90,
        "held_out": 10,
        "mean_invited": 0.5,
        "mean_held_out": 0.4,
    }
    interval = {
        "uplift": 0.1,
        "low": 0.02,
        "high": 0.18,
        "p_value": 0.01,
        **columns("note", message("uplift.period", start="2025-11-01", end="2025-11-30", days=30)),
    }
    table = pl.DataFrame([measured | interval], schema=UPLIFT.polars_schema)
    page = render_evidence(refresh(100, tables={**inputs.tables, "uplift": table}))
    assert "<strong>10.0%</strong>" in page
    assert "November 1, 2025 to November 30, 2025, 30 days." in page
    assert "What the campaign brought" not in render_evidence(inputs)


def test_named_tiers_of_members_are_shown_where_any_are_named() -> None:
    inputs = refresh(100)
    row = {
        "share": 0.5,
        "share_of_members": 0.25,
        "revenue": 40_000.0,
        "share_of_revenue": 0.625,
        "value": 40_000.0,
    }
    table = pl.DataFrame(
        [row | {"member_tier": "Silver", "place": 2, "begins_at": 300.5, "members": 75},
         row | {"member_tier": "Gold <b>", "place": 1, "begins_at": None, "members": 25}],
        schema=MEMBER_TIERS.polars_schema,
    )  # fmt: skip
    held = inputs.members.with_columns(member_tier=pl.lit("Silver"))
    told = replace(inputs, tables={**inputs.tables, "member_tiers": table, "members": held})
    assert [each["place"] for each in named_tiers(told)] == [1, 2]
    page = render(told)
    assert "Tiers of members" in page
    assert page.index("Gold &lt;b&gt;") < page.index(
        '<th scope="row" class="text">Silver</th><td>300.50</td><td>75</td>'
    )
    assert "62.5%" in page
    assert '<td class="text brief">Silver</td>' in page
    assert "Tiers of members" not in render(inputs)


def test_the_nearest_to_the_insider_tier_are_listed_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("insiders_assets.report.sections.programme.NEARLY", 3)
    inputs = refresh(200)
    near = (pl.col("tier") == "viability") & pl.col("is_identified")
    listed = nearly(refresh(200, insiders=inputs.insiders.with_columns(is_near_miss=near)))
    best = inputs.insiders.filter(near)["revenue"].sort(descending=True).head(3).to_list()
    assert [row["revenue"] for row in listed] == best


def test_a_measure_nobody_named_is_spelt_out() -> None:
    words = refresh(60).words
    assert measure_name(words, "future_share_of_revenue_without_5_largest") == (
        "Share of later revenue, without the five largest accounts"
    )
    assert measure_name(words, "median_gap") == "Median gap"
    assert subject_name(words, "coin_toss") == "coin toss"
    assert figure(words, "median_gap", 1.23456) == "1.235"


def test_those_who_stayed_are_in_the_matrix_where_the_programme_counts_them() -> None:
    inputs = refresh(200)
    stayed = {
        "refresh_id": inputs.refresh_id,
        "as_of": inputs.as_of,
        "tier_before": "insider",
        "customers": 77,
    }
    moves = pl.DataFrame([stayed | {"tier_after": "insider"}], schema=TIER_MIGRATION.polars_schema)
    with_moves = movement(refresh(200, tables={**inputs.tables, "tier_migration": moves}))
    assert with_moves["matrix"][0]["cells"][0] == ("insider", 77)
    counted = movement(inputs)["matrix"]
    assert (
        sum(count for row in counted for _, count in row["cells"])
        == inputs.tables["membership_changes"].height
    )


def test_the_summary_tells_only_the_most_pressing_action_of_a_cluster() -> None:
    inputs = refresh(200)
    offer, numbers = message("action.bundle"), message("behind.bundle", own=Decimal("1.5"), insiders=3)
    later, behind = message("action.reward"), message("behind.reward")
    both = inputs.tables["cluster_profiles"].with_columns(
        **columns_of("action", message("actions.two", first=offer, then=later)),
        **columns_of("action_reason", message("reasons.two", first=numbers, then=behind)),
    )
    summary = render(refresh(200, tables={**inputs.tables, "cluster_profiles": both}))
    summary = summary.split('<ol class="actions"')[1].split("</ol>")[0]
    assert "Bundles: sets and quantity prices that fill the basket.<" in summary
    assert "a median of 1.5 units per order, Insiders 3. Cluster" in summary
    assert "Reward" not in summary
    older = inputs.tables["cluster_profiles"].with_columns(
        action=pl.lit("Sell more. Then: sell again."), action_reason=pl.lit("1.5 against 2.5. 3 against 4.")
    )
    page = render(refresh(200, tables={**inputs.tables, "cluster_profiles": older}))
    assert "Sell more.<" in page
    assert "1.5 against 2.5. Cluster" in page
    shown = next_actions(refresh(200, tables={**inputs.tables, "cluster_profiles": older}))
    assert [row["revenue_at_stake"] for row in shown] == sorted(older["revenue_at_stake"], reverse=True)[:3]


def test_colours_are_legible_and_the_style_uses_the_same_ones() -> None:
    for colour in TIER.values():
        assert contrast(colour, "#FFFFFF") >= 4.5
    for colour in (*TIER_SOFT.values(), *(mix(*HEAT, share) for share in (0, 0.5, 1))):
        assert contrast(INK, colour) >= 4.5
    style = (PRESENTATION / "static" / "design.css").read_text()
    for tier, colour in TIER.items():
        assert f"--{tier}: {colour};" in style


@pytest.mark.parametrize(
    ("stability", "text"),
    [(0.85, "highly stable (0.85)"), (0.849, "valid (0.85)"), (0.6, "a pattern, not a group (0.60)"),
     (0.1, "do not trust (0.10)"), (None, "stability not studied")],
)  # fmt: skip
def test_a_badge_says_what_the_stability_means(stability: float | None, text: str) -> None:
    assert badge(refresh(60).words, stability)["text"] == text


def test_the_original_stands_beside_ours_only_where_the_data_are_its_own() -> None:
    inputs = refresh(400)
    assert comparison(inputs) == []
    refreshes = inputs.tables["refreshes"].with_columns(revenue=pl.lit(10_027_130.75))
    same = refresh(
        400, rows={**inputs.rows, "read": 541_909}, tables={**inputs.tables, "refreshes": refreshes}
    )
    assert is_original_data(same)
    figures = {row["label"]: row["theirs"] for row in comparison(same)}
    assert figures["Share of revenue"] == "86.76%"
    assert "The original's" in render_evidence(same)


def test_beside_the_original_the_anonymous_are_counted_as_it_counted_them() -> None:
    inputs = refresh(400)
    refreshes = inputs.tables["refreshes"].with_columns(revenue=pl.lit(10_027_130.75))
    same = refresh(
        400, rows={**inputs.rows, "read": 541_909}, tables={**inputs.tables, "refreshes": refreshes}
    )
    ours = {row["label"]: row["ours"] for row in comparison(same)}
    insider = inputs.insiders.filter(tier="insider")
    assert ours["Insiders, customers"] == str(insider.height)
    assert ours["Share of customers"] == f"{insider.height / 400:.2%}"
    assert ours["Mean revenue"] == f"{insider['revenue'].mean():,.0f}"
    assert ours["Purchase lines"] == f"{insider['purchase_lines'].mean():,.0f}"


def test_rejected_values_are_shown_but_not_obeyed(pages: dict[str, str]) -> None:
    assert "&lt;b&gt;n/a&lt;/b&gt;" in pages["evidence"]
    assert "2025-03.csv:2" in pages["evidence"]


def test_the_preview_is_short_markdown_and_a_picture_that_repeats() -> None:
    inputs = refresh(400)
    text, picture = preview(inputs)
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 8_000  # it is kept with every run
    assert len(text) < 2_000
    assert "| Mean revenue | Share of revenue |" in text
    assert preview(inputs) == (text, picture)


def _texts(value: Any) -> list[str]:
    return re.findall(r">([^<>]+)<", value)


def test_money_carries_the_currency_where_it_is_known() -> None:
    pounds, bare = (_texts(render(refresh(100, currency=currency))) for currency in ("GBP", ""))
    assert any(text.startswith("£") for text in pounds)
    assert not any("£" in text or "¤" in text for text in bare)


def test_the_revenue_bridge_is_told_where_it_is_known_and_adds_up() -> None:
    inputs = refresh(200)
    assert "Which customers moved revenue" in render(inputs)
    row = inputs.previous_refresh | {"revenue": inputs.previous_refresh["revenue"] + 1}
    assert 'id="moves-table"' not in render(replace(inputs, previous_refresh=row)), (
        "what does not add up is not told"
    )
    older = {name: table for name, table in inputs.tables.items() if name != "revenue_bridge"}
    assert 'id="moves-table"' not in render(replace(inputs, tables=older))


def test_pictures_of_the_ui_repeat_show_what_there_is_and_stay_small() -> None:
    inputs = refresh(600)
    drawn = (
        cluster_map(inputs.insiders),
        tier_bars(inputs.words, inputs.tiers),
        movement_bars(inputs.words, inputs.tables["membership_changes"]),
    )
    assert all(png is not None and png.startswith(b"\x89PNG") and len(png) < 40_000 for png in drawn)
    assert len(set(drawn)) == 3
    assert cluster_map(inputs.insiders.sample(fraction=1, shuffle=True, seed=1)) == drawn[0]
    assert movement_bars(inputs.words, inputs.tables["membership_changes"].clear()) is None
    assert inline(b"png", "what") == "![what](data:image/png;base64,cG5n)"
