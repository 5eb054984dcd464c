"""Charts that the report and the dashboard share, as plain figures."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from insiders_assets.language import Language
from insiders_assets.presentation.customer_map import ASIDE, customer_map
from insiders_assets.presentation.members_over_time import LABELS, members_over_time
from insiders_assets.storage.warehouse.superset.charts import CHARTS

WORDS = Language("en", "GBP")


def customer(cluster: int, x: float, y: float) -> dict[str, Any]:
    return {
        "customer_id": f"<b>{cluster}</b>", "cluster": cluster, "embedding_x": x, "embedding_y": y, "revenue": 2_000.5,
        "recency": 3,
    }  # fmt: skip


def refresh(day: date, members: int) -> dict[str, Any]:
    return {
        "as_of": day, "members": members, "insider_share_of_revenue": 0.5, "members_entered": 1, "members_left": 2,
    }  # fmt: skip


def test_each_cluster_has_its_number_and_numbers_do_not_cover_one_another() -> None:
    clusters = [{"cluster": number, "name": f"name {number}", "tier": "insider"} for number in (1, 2, 3, 4)]
    drawn = [customer(1, 0, 0), customer(2, 0.1, 0.1), customer(3, 10, 10), customer(3, 10, 10)]
    figure = customer_map(WORDS, clusters, drawn, dict.fromkeys((1, 2, 3, 4), "#123456"), 300)
    notes = figure["layout"]["annotations"]
    assert [note["text"] for note in notes] == [
        "<b>1</b>",
        "<b>2</b>",
        "<b>3</b>",
    ]  # nobody of the fourth is drawn
    assert [note.get("xshift", 0) for note in notes] == [0, ASIDE, 0]
    assert (notes[2]["x"], notes[2]["y"]) == (10, 10)
    assert figure["data"][0]["customdata"] == [
        ["&lt;b&gt;1&lt;/b&gt;", "£2,000", 3]
    ]  # what data say is no markup


def test_members_are_drawn_once_a_day_and_few_days_are_named() -> None:
    first = date(2025, 1, 1)
    rows = [refresh(first + timedelta(days=7 * week), week) for week in range(40)]
    figure = members_over_time(WORDS, [*rows, refresh(first + timedelta(days=7 * 39), 99)], 260)
    assert figure["data"][0]["y"] == [*range(39), 99]  # the last refresh of a day counts
    named = figure["layout"]["xaxis"]["tickvals"]
    assert len(named) == LABELS
    assert (named[0], named[-1]) == ("2025-01-01", "2025-10-01")
    few = members_over_time(WORDS, rows[:3], 260)
    assert few["layout"]["xaxis"]["ticktext"] == ["Jan 1", "Jan 8", "Jan 15"]


def test_bi_tools_show_the_colours_of_the_report() -> None:
    from insiders_assets.presentation.palette import HEAT

    used = [str(chart) for row in CHARTS for chart in row]
    assert any(HEAT[1] in text for text in used)
