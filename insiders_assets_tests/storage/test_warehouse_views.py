"""Views for tiles: there on both databases, within their contracts, right, and left alone while nothing changes."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import sqlalchemy as sa

from insiders_assets.contracts.table import Column
from insiders_assets.presentation.gauge import gauge
from insiders_assets.storage.warehouse import TABLES, VIEWS, Warehouse
from insiders_assets.storage.warehouse import views as module
from insiders_assets_tests.dashboard_data import FIRST, SECOND, publish


def _rows(url: str, query: str) -> list[dict]:
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg2://"), poolclass=sa.NullPool)
    with engine.begin() as connection:
        result = connection.execute(sa.text(query))
        return [dict(row) for row in result.mappings()] if result.returns_rows else []


def test_every_view_has_rows_within_its_contract(database_url: str) -> None:
    warehouse = Warehouse.open(database_url)
    publish(warehouse, FIRST, 300)
    for view in VIEWS:
        assert len(view.contract.validate(warehouse.read(view.name))), view.name
        assert list(_rows(database_url, f"SELECT * FROM {view.name}")[0]) == view.contract.names


def test_views_say_what_the_tables_say(database_url: str) -> None:
    insiders = publish(Warehouse.open(database_url), FIRST, 300)
    known = insiders.filter("is_identified")
    (tile,) = _rows(database_url, "SELECT * FROM tile_insiders")
    of_tier = known.filter(tier="insider")
    assert tile["mean_revenue"] == pytest.approx(of_tier["revenue"].mean())
    assert tile["share_of_revenue"] == pytest.approx(of_tier["revenue"].sum() / known["revenue"].sum())
    countries = _rows(database_url, "SELECT * FROM tile_countries")
    assert sum(row["customers"] for row in countries) == len(known)
    assert sum(row["revenue"] for row in countries) == pytest.approx(known["revenue"].sum())
    months = _rows(database_url, "SELECT * FROM tile_months")
    assert sum(row["customers"] for row in months) == len(known)
    tiers = _rows(database_url, "SELECT * FROM tile_tiers ORDER BY place")
    assert [row["tier"] for row in tiers] == ["insider", "viability", "not_insider"]


def test_gauges_of_the_view_are_those_of_the_report(database_url: str) -> None:
    warehouse = Warehouse.open(database_url)
    publish(warehouse, FIRST, 300)
    tiers = warehouse.read("tier_summary")
    for feature in ("revenue", "basket_size"):
        drawn = gauge(feature, dict(tiers.select("tier", f"mean_{feature}").iter_rows()))
        rows = _rows(database_url, f"SELECT * FROM tile_gauges WHERE feature = '{feature}' ORDER BY mean")
        assert [row["tier"] for row in rows] == [band.tier for band in drawn.bands]
        assert [row["low"] for row in rows] == pytest.approx([band.low for band in drawn.bands])
        assert [row["high"] for row in rows] == pytest.approx([band.high for band in drawn.bands])


def test_history_and_movement_grow_with_refreshes(database_url: str) -> None:
    for name in (FIRST, SECOND):
        publish(Warehouse.open(database_url), name, 200)
    assert len(_rows(database_url, "SELECT * FROM tile_history")) == 2
    moved = _rows(database_url, "SELECT * FROM tile_movement")
    assert sum(row["customers"] for row in moved) == len(
        Warehouse.open(database_url).read("membership_changes")
    )


def test_a_view_of_an_older_version_gains_its_columns_and_keeps_its_grants(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = Warehouse.open(postgres_url)
    new = {view.name: view for view in VIEWS}["tile_history"]
    fewer = replace(new.contract, columns=new.contract.columns[:2])
    old = module.View(fewer, "SELECT refresh_id, as_of FROM refreshes")
    with monkeypatch.context() as then:
        then.setattr(module, "VIEWS", tuple(old if view.name == old.name else view for view in VIEWS))
        publish(warehouse, FIRST, 60)
    assert list(_rows(postgres_url, "SELECT * FROM tile_history")[0]) == ["refresh_id", "as_of"]
    _rows(postgres_url, "CREATE VIEW theirs AS SELECT as_of FROM tile_history")
    _rows(
        postgres_url,
        "DROP ROLE IF EXISTS analyst; CREATE ROLE analyst; GRANT SELECT ON tile_history TO analyst",
    )
    publish(warehouse, SECOND, 60)
    assert list(_rows(postgres_url, "SELECT * FROM tile_history")[0]) == new.contract.names
    assert len(_rows(postgres_url, "SELECT * FROM theirs")) == 2
    (granted,) = _rows(postgres_url, "SELECT has_table_privilege('analyst', 'tile_history', 'SELECT') AS yes")
    assert granted["yes"] is True
    (told,) = _rows(postgres_url, "SELECT col_description('tile_history'::regclass, 4) AS about")
    assert told["about"] == new.contract.columns[3].described
    _rows(postgres_url, "DROP OWNED BY analyst; DROP ROLE analyst")


def test_a_view_with_other_columns_is_made_anew(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    warehouse = Warehouse.open(database_url)
    new = {view.name: view for view in VIEWS}["tile_history"]
    once = replace(new.contract, columns=(Column("once", "str", "Something else."),))
    old = module.View(once, "SELECT model_version AS once FROM refreshes")
    with monkeypatch.context() as then:
        then.setattr(module, "VIEWS", tuple(old if view.name == old.name else view for view in VIEWS))
        publish(warehouse, FIRST, 60)
    publish(warehouse, SECOND, 60)
    assert list(_rows(database_url, "SELECT * FROM tile_history")[0]) == new.contract.names


def test_views_read_tables_of_the_contracts_only() -> None:
    for view in VIEWS:
        assert set(re.findall(r"(?:FROM|JOIN) (\w+)", view.query)) <= TABLES.keys()
