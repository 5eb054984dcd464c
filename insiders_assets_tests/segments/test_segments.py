"""Segments: who keeps their rules, what a wrong file says, and the list for a campaign."""

from __future__ import annotations

import csv
import io
from datetime import date
from urllib.request import urlopen

import polars as pl
import pytest

from insiders_assets.cli.options import require_rules
from insiders_assets.contracts.customers import INSIDERS
from insiders_assets.contracts.programme import LEAVES_NEXT, MEMBERSHIP_CHANGES
from insiders_assets.contracts.segments import SEGMENT_CUSTOMERS, SEGMENTS
from insiders_assets.errors import UsageError
from insiders_assets.refresh.sources import side_inputs
from insiders_assets.segments import (
    BUILT_IN,
    COLUMNS,
    Rule,
    Segment,
    people,
    read_segments,
    segment_tables,
    within,
)
from insiders_assets.settings import load_settings
from insiders_assets.storage.lake import failures
from insiders_assets.storage.stores import Stores
from insiders_assets_tests.commands import failure, insiders, told
from insiders_assets_tests.dashboard_data import serving
from insiders_assets_tests.faults.home_files import LAUGHS
from insiders_assets_tests.tables import completed

NAMED = {segment.name: segment for segment in BUILT_IN}


@pytest.fixture(scope="module")
def everybody() -> pl.DataFrame:
    """Six customers: one suppressed and one anonymous, of whom no segment knows."""
    insiders_table = completed(
        pl.DataFrame(
            {
                "customer_id": ["calm", "quiet", "outside", "gone", "suppressed", "anonymous-1"],
                "is_identified": [True, True, True, True, True, False],
                "suppressed_by": [None, None, None, None, "wholesale", None],
                "is_member": [True, True, False, False, False, False],
                "tier": ["insider", "insider", "viability", "not_insider", "insider", "insider"],
                "state": ["active", "lapsing", "active", "lost", "active", None],
                "value": [100.0, 300.0, 50.0, 5.0, 900.0, 20.0],
                "total_purchases": [6, 9, 1, 1, 50, 1],
                "tenure": [300, 300, 10, 390, 300, 3],
                "is_near_miss": [False, False, True, False, False, False],
                "country": ["France", "Spain", None, "France", "France", "France"],
            }
        ),
        INSIDERS,
    )
    changes = completed(
        pl.DataFrame(
            {"customer_id": ["calm", "gone"], "change": ["entered", "left"], "cause": ["bought", "aged_out"]}
        ),
        MEMBERSHIP_CHANGES,
    )
    return people(insiders_table, changes, pl.DataFrame({"customer_id": ["quiet"]}))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("entered", ["calm"]),
        ("left", ["gone"]),
        ("next-to-leave", ["quiet"]),
        ("at-risk", ["quiet"]),
        ("champions", ["calm"]),
        ("one-step-away", ["outside"]),
        ("new", ["outside"]),
        ("sleeping", ["gone"]),
    ],
)
def test_who_is_in_a_built_in_segment(everybody, name, expected):
    assert within(everybody, NAMED[name])["customer_id"].to_list() == expected


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (["value>=100"], ["quiet", "calm"]),  # the border itself keeps it; highest value first
        (["value<=50"], ["outside", "gone"]),
        (["country=France,Spain", "is_member=true"], ["quiet", "calm"]),
        (["country!=France"], ["quiet", "outside"]),  # who has none is not French
        (["total_purchases=1", "state!=lost"], ["outside"]),
        (["cause=aged_out"], ["gone"]),
    ],
)
def test_who_keeps_rules(everybody, rules, expected):
    segment = Segment("mine", "", tuple(Rule.parse(rule, "here") for rule in rules))
    found = within(everybody, segment)
    assert found["customer_id"].to_list() == expected
    assert found.columns == list(COLUMNS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", r"s\.yaml: is no YAML \(line 1\)"),
        ("- a", r"s\.yaml: holds no segments"),
        ("mine: {meaning: 2025-13-45, rules: [value>=1]}", r"s\.yaml: holds a value that cannot be read"),
        (
            "mine: {rules: [value>=1]}\nBig One: {rules: [value>=1]}",
            r"s\.yaml \(line 2\): 'Big One': is no name",
        ),
        ("left: {rules: [value>=1]}", r"s\.yaml \(line 1\): 'left': there is a built-in segment"),
        ("mine: {rule: [value>=1]}", r"s\.yaml \(line 1\): mine: is no segment"),
        (
            "mine:\n  rules:\n    - value>=1\n    - valu>=1",
            r"s\.yaml \(line 4\): there is no 'valu' to make a rule on; choose among revenue, .*leaves_next$",
        ),
        ("mine: {rules: value>=1}", r"s\.yaml \(line 1\): mine: rules are a list"),
        ("mine: {rules: [valeu>=1]}", r"there is no 'valeu' to make a rule on; choose among revenue, "),
        ("mine: {rules: [value>=much]}", r"'much' is no number"),
        ("mine: {rules: [value>=nan]}", r"'nan' is no number"),
        ("mine: {rules: ['value>=1,2']}", r"is compared with one number"),
        ("mine: {rules: [state>=lost]}", r"state has no order"),
        ("mine: {rules: [state=asleep]}", r"state is never 'asleep'; choose among active, lapsing, lost"),
        ("mine: {rules: [is_member=yes]}", r"is_member is true or false"),
        ("mine: {rules: [value]}", r"'value' is no rule"),
        ("mine: &a {rules: [value>=1], meaning: *a}", r"^s\.yaml: repeats a part of itself in itself"),
        (
            f"{LAUGHS}\nmine: {{rules: *a8}}",
            r"^s\.yaml: repeats a part of itself in itself, or far too often",
        ),
        (f"mine: {{rules: [value>={'9' * 10_000}x]}}", r"9 … 9+x' is no number; write it as 1000 or 12\.5$"),
    ],
)
def test_a_wrong_file_is_one_line_that_says_where_and_what_is_allowed(text, said):
    with pytest.raises(UsageError, match=said) as error:
        read_segments(text, "s.yaml")
    assert "\n" not in str(error.value)


def test_segments_of_a_file_join_the_built_in_ones():
    found = read_segments("mine: {meaning: Ours, rules: [value>=1]}\nyours: {rules: [state=lost]}", "s.yaml")
    assert [(segment.name, segment.meaning) for segment in found[-2:]] == [
        ("mine", "Ours"),
        ("yours", "state=lost"),
    ]
    assert read_segments("", "s.yaml") == BUILT_IN


def test_the_command_counts_writes_a_list_and_refuses_what_there_is_not(refreshed, tmp_path):
    _, home = refreshed.copy(tmp_path)
    (home / "segments.yaml").write_text("big: {rules: [value>=1000]}")
    segments = {
        each["name"]: each for each in told(insiders("segment", "--home", home, "--json"))["segments"]
    }
    assert segments.keys() == {*NAMED, "big"}
    assert segments["entered"]["customers"] == refreshed.said["members"]
    done = insiders("segment", "big", "--home", home, "--out", tmp_path / "big.csv")
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO((tmp_path / "big.csv").read_text("utf-8"))))
    assert len(rows) == segments["big"]["customers"] > 0
    assert all(float(row["value"]) >= 1000 for row in rows)
    assert "choose among entered" in failure(insiders("segment", "nobody", "--home", home), 2)
    assert "needs the name" in failure(insiders("segment", "--home", home, "--out", tmp_path / "x.csv"), 2)


def test_segments_become_tables_in_which_everybody_stands_once_a_segment(everybody):
    tables = segment_tables(
        (*BUILT_IN, *read_segments("big: {rules: [value>=100]}", "s.yaml")[-1:]),
        {
            "insiders": everybody.select(INSIDERS.names),
            "membership_changes": pl.DataFrame(schema=MEMBERSHIP_CHANGES.polars_schema),
            "leaves_next": pl.DataFrame(schema=LEAVES_NEXT.polars_schema),
        },
        {"refresh_id": "r1", "as_of": date(2026, 1, 31)},
    )
    SEGMENTS.require(failures(tables["segments"].lazy(), SEGMENTS)[1])
    SEGMENT_CUSTOMERS.require(failures(tables["segment_customers"].lazy(), SEGMENT_CUSTOMERS)[1])
    rows = {row["segment"]: row for row in tables["segments"].to_dicts()}
    assert rows["big"]["customers"] == rows["big"]["members"] == 2
    assert rows["big"]["value"] == 400.0
    assert rows["big"]["share_of_value"] == 400 / 455
    listed = tables["segment_customers"].group_by("segment").len().to_dict(as_series=False)
    assert dict(zip(listed["segment"], listed["len"], strict=True)) == {
        name: row["customers"] for name, row in rows.items() if row["customers"]
    }


def test_the_warehouse_has_the_segments_and_the_dashboard_filters_by_them(refreshed, tmp_path):
    _, home = refreshed.copy(tmp_path)
    stores = Stores(load_settings(home=str(home)))
    whether_shown = {row["segment"]: row for row in stores.warehouse.read("segments").to_dicts()}
    assert whether_shown.keys() == set(NAMED)
    assert whether_shown["entered"]["members"] == refreshed.said["members"]
    inside = stores.warehouse.read("segment_customers").filter(pl.col("segment") == "champions")
    with serving(stores.warehouse) as address:
        with urlopen(f"{address}/segments") as page:
            shown = page.read().decode()
        with urlopen(f"{address}/customers.csv?segment=champions") as answer:
            rows = list(csv.DictReader(io.StringIO(answer.read().decode())))
        with urlopen(f"{address}/customers?segment=champions") as page:
            assert '<option value="champions" selected>' in page.read().decode()
    assert all(f'href="/customers?segment={name}"' in shown for name in NAMED)
    assert {row["customer_id"] for row in rows} == set(inside["customer_id"])
    assert inside.height == whether_shown["champions"]["customers"] > 0


def test_other_rules_make_a_refresh_due(refreshed, tmp_path):
    _, home = refreshed.copy(tmp_path)
    stores = Stores(load_settings(home=str(home)))
    before = side_inputs(stores)
    (home / "segments.yaml").write_text("big: {rules: [value>=1000]}")
    assert side_inputs(stores) != before
    (home / "segments.yaml").write_text("big: {rules: [valu>=1000]}")
    with pytest.raises(UsageError, match=r"segments.yaml \(line 1\): there is no 'valu'"):
        require_rules(load_settings(home=str(home)))
