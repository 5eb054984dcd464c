"""A publish writes the months that changed: what is read is the whole table all the same, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest
import sqlalchemy as sa
from polars.testing import assert_frame_equal

from insiders_assets.contracts.summaries import PURCHASES_BY_MONTH
from insiders_assets.redaction.redactor import Redactor
from insiders_assets.storage.warehouse import Warehouse, postgres, sqlite
from insiders_assets.storage.warehouse.partitions import digest
from insiders_assets_tests.tables import a_refresh

NAME = PURCHASES_BY_MONTH.name
MONTHS = [date(2026, month, 1) for month in range(1, 9)]
CHANGED = MONTHS[-1]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Rows of the table that each publish writes."""
    found: list[int] = []
    for driver in (sqlite, postgres):
        load = driver.load

        def counted(connection, frames, clear, load=load) -> None:
            found.append(frames[NAME].height)
            load(connection, frames, clear)

        monkeypatch.setattr(driver, "load", counted)
    return found


def months(customers: int = 20) -> pl.DataFrame:
    return (
        pl.DataFrame({"customer_id": [f"{number:05d}" for number in range(customers)]})
        .join(pl.DataFrame({"month": MONTHS}), how="cross")
        .with_row_index("row")
        .select(
            "customer_id",
            "month",
            total_purchases=pl.col("row").cast(pl.Int64) % 5 + 1,
            total_products=pl.col("row").cast(pl.Int64),
            revenue=pl.col("row") / 7 + 1,
            returned=pl.lit(0, dtype=pl.Int64),
        )
    )


def more_in(month: date) -> pl.DataFrame:
    """The table after a day on which everybody bought once more, in one month."""
    bought = (pl.col("month") == month).cast(pl.Int64)
    return months().with_columns(total_purchases=pl.col("total_purchases") + bought)


def publish(url: str, refresh: str, table: pl.DataFrame) -> pl.DataFrame:
    """Publish a refresh with a table; the table as it is read."""
    tables, appended = a_refresh(refresh)
    warehouse = Warehouse.open(url)
    assert warehouse.publish(tables | {NAME: table}, appended, from_lake=True)[NAME] == table.height
    return warehouse.read(NAME)


def execute(url: str, statement: str) -> None:
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg2://"), poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text(statement))


@pytest.mark.parametrize("loading_url", ["sqlite", "sqlite in bulk", "postgresql"], indirect=True)
def test_only_the_months_that_differ_are_written(loading_url: str, written: list[int]) -> None:
    publish(loading_url, "first", months())
    assert_frame_equal(publish(loading_url, "second", months()), months())
    assert_frame_equal(publish(loading_url, "third", more_in(CHANGED)), more_in(CHANGED))
    assert_frame_equal(publish(loading_url, "third", more_in(MONTHS[2])), more_in(MONTHS[2]))
    assert written == [160, 0, 20, 40]


def test_a_month_that_is_over_goes_and_one_that_begins_comes(loading_url: str, written: list[int]) -> None:
    early, late = months().filter(pl.col("month") != CHANGED), months().filter(pl.col("month") != MONTHS[0])
    publish(loading_url, "first", early)
    assert_frame_equal(publish(loading_url, "second", late), late)
    assert written == [140, 20]
    assert publish(loading_url, "third", months().clear()).is_empty()


def test_a_customer_who_was_purged_comes_back_with_nothing_else_missing(
    loading_url: str, written: list[int]
) -> None:
    publish(loading_url, "first", months())
    Warehouse.open(loading_url).purge(Redactor(["00003"]))
    assert_frame_equal(publish(loading_url, "second", months()), months())
    assert written == [160, 160]


@pytest.mark.parametrize(
    "statement",
    [
        f"DELETE FROM {NAME} WHERE customer_id = '00007'",
        # what a version of the platform does that knows of no parts
        f"UPDATE {NAME} SET revenue = 1; UPDATE refreshes SET published_at = '2099-01-01 00:00:00.000000'",
        "DELETE FROM warehouse_parts",
        "DROP TABLE warehouse_parts",
    ],
)
def test_what_somebody_else_did_to_the_table_is_made_good(loading_url: str, statement: str) -> None:
    publish(loading_url, "first", months())
    for each in statement.split("; "):
        execute(loading_url, each)
    assert_frame_equal(publish(loading_url, "second", months()), months())


def test_a_publish_that_fails_leaves_the_months_and_what_they_are_known_by(
    loading_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(loading_url, "first", months())
    with monkeypatch.context() as patch:
        for driver in (sqlite, postgres):
            patch.setattr(driver, "load", _failing(driver.load))
        with pytest.raises(RuntimeError, match="cut short"):
            publish(loading_url, "second", more_in(CHANGED))
    assert_frame_equal(Warehouse.open(loading_url).read(NAME), months())
    assert_frame_equal(publish(loading_url, "second", more_in(CHANGED)), more_in(CHANGED))


def _failing(load: Callable[..., None]) -> Callable[..., None]:
    def failing(*given: object) -> None:
        load(*given)
        raise RuntimeError("cut short")

    return failing


def test_a_digest_tells_values_their_types_and_their_places_apart() -> None:
    frame = pl.DataFrame({"a": ["x", "yz", None], "b": [1, 2, 3]})
    others = [
        frame.with_columns(a=pl.Series(["xy", "z", None])),
        frame.with_columns(a=pl.Series(["x", None, "yz"])),
        frame.with_columns(a=pl.Series(["x", "yz", ""])),
        frame.with_columns(b=pl.Series([1, 2, 4])),
        frame.with_columns(pl.col("b").cast(pl.Int32)),
        frame.rename({"b": "c"}),
        frame.reverse(),
        frame.head(2),
    ]
    assert len({digest(each) for each in (frame, *others)}) == len(others) + 1
    assert digest(pl.concat([frame, frame]).tail(3)) == digest(frame)
