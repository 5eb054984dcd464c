"""What the documentation tells BI users: its dictionary is the contracts', its SQL gives the report's numbers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from insiders_assets.presentation.gauge import gauge
from insiders_assets.report.facts import report_facts
from insiders_assets.storage.warehouse import TABLES, VIEWS, Warehouse
from insiders_assets.storage.warehouse.dictionary import markdown
from insiders_assets_tests.dashboard_data import FIRST, SECOND, publish
from insiders_assets_tests.report_tables import refresh

DOCS = Path(__file__).parents[2] / "docs"
CUSTOMERS = 300


def _statements() -> dict[str, str]:
    """The page's SQL by the first name that it reads from and what it asks for."""
    found = re.findall(r"```sql\n(.*?)```", (DOCS / "bi.md").read_text(encoding="utf-8"), flags=re.S)
    return {
        re.search(r"FROM (\w+)", text)[1] + "".join(re.findall(r"feature = '(\w+)'", text)): text
        for text in found
    }


@pytest.fixture
def answers(database_url: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of every statement, over a warehouse with two refreshes."""
    for name in (FIRST, SECOND):
        publish(Warehouse.open(database_url), name, CUSTOMERS)
    engine = sa.create_engine(
        database_url.replace("postgresql://", "postgresql+psycopg2://"), poolclass=sa.NullPool
    )
    with engine.begin() as connection:
        return {
            name: [dict(row) for row in connection.exec_driver_sql(text).mappings()]
            for name, text in _statements().items()
        }


def _same(rows: list[dict[str, Any]], expected: list[dict[str, Any]]) -> None:
    assert len(rows) == len(expected)
    for row, fact in zip(rows, expected, strict=True):
        for name, value in row.items():
            assert value == (pytest.approx(fact[name]) if isinstance(value, float) else fact[name]), name


def test_every_statement_gives_what_the_report_says(answers: dict[str, list[dict[str, Any]]]) -> None:
    inputs = refresh(CUSTOMERS)
    facts = report_facts(inputs)
    _same(answers["tile_insiders"], facts["tiers"][:1])
    _same(answers["tile_tiers"], facts["tiers"])
    _same(answers["tile_clusters"], facts["clusters"])
    _same(answers["business_answers"], facts["answers"])
    for feature in ("revenue", "basket_size"):
        drawn = gauge(feature, {row["tier"]: row[f"mean_{feature}"] for row in facts["tiers"]})
        bands = [
            {"tier": band.tier, "mean": inputs.tiers[band.tier][f"mean_{feature}"], "low": band.low, "high": band.high}
            for band in drawn.bands
        ]  # fmt: skip
        _same(answers[f"tile_gauges{feature}"], bands)
    identified = facts["identified_customers"]
    assert sum(row["customers"] for row in answers["tile_countries"]) == identified
    assert sum(row["customers"] for row in answers["tile_months"]) == identified
    revenue = sum(row["revenue"] for row in facts["tiers"])
    assert sum(row["revenue"] for row in answers["tile_countries"]) == pytest.approx(revenue)
    assert len(answers["tile_history"]) == 2
    assert answers["tile_history"][-1]["insider_share_of_revenue"] == pytest.approx(
        facts["insider_share_of_revenue"]
    )
    assert sum(row["customers"] for row in answers["tile_movement"]) > 0
    _same(answers["members"], inputs.members.to_dicts())


def test_every_view_has_its_statement() -> None:
    text = " ".join(_statements().values())
    assert all(re.search(rf"\b{view.name}\b", text) for view in VIEWS)


def test_the_committed_dictionary_is_what_the_contracts_give() -> None:
    page = (DOCS / "data-dictionary.md").read_text(encoding="utf-8")
    assert page == markdown(), "run `make dictionary`"
    for table in (*TABLES.values(), *(view.contract for view in VIEWS)):
        assert f"### {table.name}\n" in page
