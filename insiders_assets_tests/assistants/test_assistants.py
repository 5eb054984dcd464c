"""An assistant over MCP: five questions answered from the tables by a real client, and no way to write."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa
from mcp import Client

from insiders_assets.assistants.server import create_server
from insiders_assets.storage.warehouse import Warehouse
from insiders_assets.storage.warehouse.reading import Reader
from insiders_assets_tests.dashboard_data import SECOND, THIRD, publish, publish_segments


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Two refreshes, opened read-only."""
    url = f"sqlite:///{tmp_path_factory.mktemp('home')}/insiders.db"
    publish(Warehouse.open(url), SECOND, seed=2)
    publish(Warehouse.open(url), THIRD)
    publish_segments(Warehouse.open(url), THIRD)
    return Warehouse.open(url, read_only=True)


Ask = Callable[..., Awaitable[Any]]


def _asked(warehouse: Warehouse, questions: Callable[[Ask, Client], Awaitable[None]], **rules: Any) -> None:
    """Let a client ask; ``ask`` returns what a tool answers, or its error's text."""

    async def session() -> None:
        async with Client(create_server(Reader(warehouse), **rules)) as client:

            async def ask(tool: str, **given: Any) -> Any:
                found = await client.call_tool(tool, given)
                return found.content[0].text if found.is_error else found.structured_content

            await questions(ask, client)

    asyncio.run(session())


def test_five_questions_are_answered_from_the_tables(warehouse: Warehouse) -> None:
    insiders, changes = warehouse.read("insiders"), warehouse.read("membership_changes")

    async def questions(ask: Ask, _client: Client) -> None:
        # Who left last month, and why?
        left = await ask("who_changed", change="left", first_day="2025-11-01", last_day="2025-11-30")
        expected = changes.filter(pl.col("refresh_id") == THIRD, pl.col("change") == "left")
        assert [row["customer_id"] for row in left["rows"]] == expected["customer_id"].to_list()
        assert {each["cause"]: each["customers"] for each in left["by_cause"]} == dict(
            expected.group_by("cause").len().iter_rows()
        )
        assert left["customers"] == expected.height > 0
        assert left["refreshes"] == [THIRD]
        # How many Insiders are there?
        summary = await ask("query_rows", table="tier_summary", filters={"tier": "insider"})
        identified = insiders.filter(pl.col("tier") == "insider", pl.col("is_identified"))
        assert summary["rows"][0]["identified_customers"] == identified.height
        # What does a customer spend, and why are they in?
        member = insiders.filter("is_member").row(0, named=True)
        one = await ask("customer", customer_id=member["customer_id"])
        assert one["customer"]["revenue"] == member["revenue"]
        assert one["customer"]["reason"] == member["reason"]
        # Which segment is worth most?
        told = (await ask("segments"))["segments"]
        best = (
            warehouse.read("segments").filter(pl.col("refresh_id") == THIRD).sort("value").row(-1, named=True)
        )
        assert max(told, key=lambda each: each["value"])["segment"] == best["segment"]
        # What did the last refresh change?
        changed = await ask("what_changed")
        assert changed["refresh"]["refresh_id"] == THIRD
        refreshed = warehouse.read("refreshes").filter(pl.col("refresh_id") == THIRD)
        assert changed["refresh"]["members_left"] == refreshed["members_left"].item()
        assert changed["revenue_bridge"]

    _asked(warehouse, questions, personal=True)


def test_nobody_is_named_unless_a_setting_says_so(warehouse: Warehouse) -> None:
    ids = set(warehouse.read("insiders")["customer_id"])

    async def questions(ask: Ask, client: Client) -> None:
        assert "customer" not in [tool.name for tool in (await client.list_tools()).tools]
        left = await ask("who_changed", change="left", first_day="2025-11-01", last_day="2025-11-30")
        assert left["rows"]
        page = await ask("query_rows", table="insiders", limit=20)
        assert page["next"] is None
        assert len(page["rows"]) == 20
        for told in (left, page):
            texts = {value for row in told["rows"] for value in row.values() if isinstance(value, str)}
            assert not texts & ids
        assert "'customer_id'" in await ask("query_rows", table="insiders", filters={"customer_id": "12001"})
        assert "customer_id" in await ask("query_rows", table="insiders", fields=["customer_id"])
        fields = (await ask("describe_table", table="insiders"))["table"]["fields"]
        assert "customer_id" not in [each["name"] for each in fields]

    _asked(warehouse, questions)


def test_a_write_is_impossible(warehouse: Warehouse) -> None:
    before = {name: warehouse.read(name) for name in ("insiders", "refreshes")}

    async def questions(ask: Ask, client: Client) -> None:
        tools = (await client.list_tools()).tools
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)
        attempts = [
            {"table": "insiders; DROP TABLE insiders"},
            {"table": "insiders", "filters": {"tier": "'; DELETE FROM insiders; --"}},
            {"table": "insiders", "filters": {"country": "'; DELETE FROM insiders; --"}},
            {"table": "insiders", "fields": ["revenue FROM insiders; DROP TABLE insiders"]},
            {"table": "insiders", "cursor": "x'; DELETE FROM refreshes"},
        ]
        for given in attempts:
            found = await ask("query_rows", **given)
            assert isinstance(found, str) or not found["rows"], given
            assert "\n" not in str(found)

    _asked(warehouse, questions, personal=True)
    reader = Reader(warehouse)
    for statement in ("DELETE FROM insiders", "CREATE TABLE x (y)", "PRAGMA user_version = 7"):
        with pytest.raises(sa.exc.DBAPIError, match="readonly"), reader.engine.begin() as connection:
            connection.exec_driver_sql(statement)
    assert all(warehouse.read(name).equals(table) for name, table in before.items())


def test_few_people_are_not_listed(warehouse: Warehouse) -> None:
    async def questions(ask: Ask, _client: Client) -> None:
        left = await ask("who_changed", change="left", first_day="2025-11-01", last_day="2025-11-30")
        assert left["customers"] > 0
        assert left["rows"] == []
        assert "INSIDERS_SMALLEST_CELL" in await ask(
            "query_rows", table="insiders", filters={"recency": "-1"}
        )

    _asked(warehouse, questions, personal=True, smallest=10_000)


def test_before_the_first_refresh_it_says_so(tmp_path: Path) -> None:
    async def questions(ask: Ask, _client: Client) -> None:
        assert "nothing is published yet" in await ask("latest_refresh")
        assert "2025-11-30" in await ask("who_changed", change="left", first_day="May", last_day="June")

    _asked(Warehouse.open(f"sqlite:///{tmp_path}/insiders.db", read_only=True), questions)
