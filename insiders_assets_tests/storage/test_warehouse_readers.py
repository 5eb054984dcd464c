"""Readers that never stop looking while refreshes are published: they see the old one or the new one, whole."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from insiders_assets.storage.warehouse import Warehouse
from insiders_assets_tests.tables import a_refresh
from insiders_assets_tests.waiting import awaited

ROWS = 800
PUBLISHES = 8

READER = """
import json, sys, sqlalchemy as sa
url, stop = sys.argv[1:]
engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg2://"))
if url.startswith("sqlite"):
    sa.event.listen(engine, "connect", lambda c, _: setattr(c, "isolation_level", None))
    sa.event.listen(engine, "begin", lambda c: c.exec_driver_sql("BEGIN"))
else:
    engine = engine.execution_options(isolation_level="REPEATABLE READ")
one = sa.text("SELECT count(*), min(reason), max(reason) FROM insiders")
two = sa.text("SELECT count(*), min(reason), max(reason) FROM members")
last = sa.text("SELECT refresh_id FROM refreshes ORDER BY published_at DESC LIMIT 1")
moved = sa.text("SELECT count(*) FROM membership_changes WHERE refresh_id = :id")
seen, torn, looks = set(), [], 0
print("ready", flush=True)
import pathlib
while not pathlib.Path(stop).exists():
    looks += 1
    try:
        with engine.connect() as c, c.begin():
            insiders, refresh = tuple(c.execute(one).one()), c.execute(last).scalar_one()
            members, changes = tuple(c.execute(two).one()), c.execute(moved, {"id": refresh}).scalar_one()
    except sa.exc.DBAPIError as error:
        torn.append(repr(error)); continue
    n = insiders[0]
    if n == 0 or insiders != (n, refresh, refresh) or members != (n, refresh, refresh) or changes != n:
        torn.append([insiders, members, refresh, changes])
    seen.add(refresh)
print(json.dumps({"seen": sorted(seen), "torn": torn[:5], "looks": looks}))
"""


def _marked(name: str, rows: int) -> tuple[dict[str, pl.DataFrame], dict[str, pl.DataFrame]]:
    """A refresh whose every row says which one it is, with as many members and changes as customers."""
    tables, appended = _template()
    marked = {
        key: tables[key].head(rows).with_columns(reason=pl.lit(name)) for key in ("insiders", "members")
    }
    named = {key: frame.head(rows).with_columns(refresh_id=pl.lit(name)) for key, frame in appended.items()}
    return tables | marked, named


@cache
def _template() -> tuple[dict[str, pl.DataFrame], dict[str, pl.DataFrame]]:
    small, _ = a_refresh("", 5)
    large, appended = a_refresh("", ROWS + PUBLISHES)
    return small | {key: large[key] for key in ("insiders", "members")}, appended


@pytest.mark.parametrize(
    "loading_url",
    [pytest.param("sqlite", marks=pytest.mark.full), "sqlite in bulk", "postgresql"],
    indirect=True,
)
def test_a_reader_never_sees_an_empty_missing_or_mixed_state_while_refreshes_are_published(
    loading_url: str, tmp_path: Path
) -> None:
    warehouse = Warehouse.open(loading_url)
    warehouse.publish(*_marked("refresh-00", ROWS), from_lake=True)
    stop = tmp_path / "stop"
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, loading_url, str(stop)], stdout=subprocess.PIPE, text=True
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == "ready\n"
    for number in range(1, PUBLISHES):
        warehouse.publish(*_marked(f"refresh-{number:02}", ROWS + number), from_lake=True)
    stop.touch()
    assert awaited(lambda: reader.poll() is not None, 60)
    found = json.loads(reader.communicate()[0])
    assert found["torn"] == []
    assert found["looks"] > PUBLISHES
    assert len(found["seen"]) > 2, "the reader has to have looked while refreshes were published"


def test_a_publish_does_not_wait_for_a_reader_nor_a_reader_for_a_publish(loading_url: str) -> None:
    import sqlalchemy as sa

    from insiders_assets.storage.warehouse.connection import make_engine

    warehouse = Warehouse.open(loading_url)
    warehouse.publish(*_marked("before", ROWS), from_lake=True)
    engine = make_engine(warehouse.url, read_only=True)
    count = sa.text("SELECT count(*) FROM insiders")
    with engine.begin() as slow:
        assert slow.execute(count).scalar_one() == ROWS
        warehouse.publish(*_marked("after", ROWS + 1), from_lake=True)
        assert slow.execute(count).scalar_one() == ROWS, "an open reader keeps its view"
    with engine.begin() as fresh:
        assert fresh.execute(count).scalar_one() == ROWS + 1
    engine.dispose()


def test_two_publishes_at_once_come_one_after_the_other(loading_url: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    warehouse = Warehouse.open(loading_url)
    warehouse.publish(*_marked("start", 10), from_lake=True)
    with ThreadPoolExecutor(4) as pool:
        done = [
            pool.submit(warehouse.publish, *_marked(f"refresh-{number}", 50 + number)) for number in range(8)
        ]
        assert [task.result()["insiders"] for task in done] == [50 + number for number in range(8)]
    insiders = warehouse.read("insiders")
    assert insiders["reason"].n_unique() == 1
    assert len(insiders) == len(warehouse.read("members"))
    assert len(warehouse.read("refreshes")) == 9
