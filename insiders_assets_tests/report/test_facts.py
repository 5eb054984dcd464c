"""``report.json``: its keys are a contract, its bytes follow from its inputs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from insiders_assets.report import ReportInputs, build_report
from insiders_assets.report.facts import report_facts
from insiders_assets.report.file_digests import belong_together, facts_text
from insiders_assets_tests.report_tables import refresh

KEYS = {
    "refresh_id", "as_of", "model_version", "customers", "identified_customers", "members",
    "insider_share_of_customers", "insider_share_of_revenue", "insider_share_of_customers_of_all",
    "insider_share_of_revenue_of_all", "silhouette", "answers", "tiers", "clusters", "hypotheses", "evidence",
    "rows", "refresh", "headlines",
}  # fmt: skip


@pytest.fixture(scope="module")
def inputs() -> ReportInputs:
    return refresh(400)


def test_the_keys_are_those_of_the_contract(inputs: ReportInputs) -> None:
    facts = report_facts(inputs)
    assert set(facts) == KEYS
    assert facts["refresh_id"] == inputs.refresh_id
    assert set(facts["silhouette"]) == {"embedding", "features", "leaves"}
    assert set(facts["rows"]) == {"read", "transactions", "quarantined", "purchases", "returns"}
    assert [set(row) for row in facts["answers"]] == [{"number", "question", "answer"}] * 8
    assert [row["tier"] for row in facts["tiers"]] == ["insider", "viability", "not_insider"]
    assert [row["cluster"] for row in facts["clusters"]] == list(range(1, 8))


def test_shares_count_identified_customers_and_those_of_all_count_everybody(inputs: ReportInputs) -> None:
    facts, everyone = report_facts(inputs), inputs.insiders
    known = everyone.filter("is_identified")
    best, known_best = everyone.filter(tier="insider"), known.filter(tier="insider")
    assert facts["insider_share_of_customers"] == pytest.approx(known_best.height / known.height)
    assert facts["insider_share_of_revenue"] == pytest.approx(
        known_best["revenue"].sum() / known["revenue"].sum()
    )
    assert facts["insider_share_of_customers_of_all"] == pytest.approx(best.height / everyone.height)
    assert facts["customers"] == everyone.height
    assert facts["identified_customers"] == known.height
    assert facts["members"] == known_best.height


def test_row_order_does_not_change_a_byte(inputs: ReportInputs) -> None:
    shuffled = replace(
        inputs,
        insiders=inputs.insiders.sample(fraction=1, shuffle=True, seed=1),
        tables={name: table[::-1] if name != "evidence" else table for name, table in inputs.tables.items()},
    )
    assert facts_text(report_facts(shuffled)) == facts_text(report_facts(inputs))


def test_a_missing_or_infinite_figure_is_null(inputs: ReportInputs) -> None:
    evidence = inputs.tables["evidence"].with_columns(value=pl.lit(float("nan")), low=pl.lit(float("inf")))
    broken = replace(inputs, tables={**inputs.tables, "evidence": evidence})
    found = json.loads(facts_text(report_facts(broken)))["evidence"]["future_share_of_revenue"][0]
    assert found["value"] is None
    assert found["low"] is None
    assert found["cutoff"] == "2025-06-09"


def test_building_writes_the_five_files_and_says_their_sizes(inputs: ReportInputs, tmp_path: Path) -> None:
    built = build_report(inputs, tmp_path)
    assert {path.name: path.stat().st_size for path in tmp_path.iterdir()} == built.sizes
    assert set(built.sizes) == {"report.html", "evidence.html", "report.json", "members.csv", "members.xlsx"}
    assert json.loads((tmp_path / "report.json").read_text()) == built.facts


def test_files_of_one_report_belong_together_and_those_of_two_do_not(
    inputs: ReportInputs, tmp_path: Path
) -> None:
    build_report(inputs, tmp_path)
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert belong_together(files)
    assert belong_together({name: files[name] for name in ("report.json", "members.csv")})
    for name in ("members.csv", "members.xlsx", "report.html", "evidence.html"):
        assert not belong_together(files | {name: files[name] + b" "})


def test_a_refresh_without_members_or_insiders_still_gives_a_report(tmp_path: Path) -> None:
    inputs = refresh(60, first=True)
    nobody = replace(
        inputs,
        insiders=inputs.insiders.with_columns(is_member=pl.lit(False)),
        tables={
            **inputs.tables,
            "members": inputs.tables["members"].clear(),
            "tier_summary": inputs.tables["tier_summary"].filter(pl.col("tier") != "insider"),
            "evidence": inputs.tables["evidence"].clear(),
        },
        rejected=inputs.rejected.clear(),
    )
    built = build_report(nobody, tmp_path)
    assert built.facts["members"] == 0
    assert "Nobody is a member yet" in (tmp_path / "report.html").read_text()
