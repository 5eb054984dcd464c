"""Segments: who keeps their rules, what a wrong file says, and the list for a campaign."""

from __future__ import annotations

import csv
import io

import polars as pl
import pytest

from insiders_assets.contracts.customers import INSIDERS
from insiders_assets.contracts.programme import MEMBERSHIP_CHANGES
from insiders_assets.errors import UsageError
from insiders_assets.segments import BUILT_IN, COLUMNS, Rule, Segment, people, read_segments, within
from insiders_assets_tests.commands import failure, insiders, told
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
        ("mine: {rules: value>=1}", r"s\.yaml \(line 1\): mine: rules are a list"),
        ("mine: {rules: [valeu>=1]}", r"there is no 'valeu' to make a rule on; choose among revenue, "),
        ("mine: {rules: [value>=much]}", r"'much' is no number"),
        ("mine: {rules: [value>=nan]}", r"'nan' is no number"),
        ("mine: {rules: ['value>=1,2']}", r"is compared with one number"),
        ("mine: {rules: [state>=lost]}", r"state has no order"),
        ("mine: {rules: [state=asleep]}", r"state is never 'asleep'; choose among active, lapsing, lost"),
        ("mine: {rules: [is_member=yes]}", r"is_member is true or false"),
        ("mine: {rules: [value]}", r"'value' is no rule"),
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
