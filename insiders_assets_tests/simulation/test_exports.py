"""The simulated exports: their form, what is in them, and that a seed names them to the byte."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from insiders_assets.errors import UsageError
from insiders_assets.progress import listening
from insiders_assets.simulation import SHIPPED, exports, simulate
from insiders_assets_tests.simulated import customers, read, sold

LANDING = Path(__file__).resolve().parents[2] / "data" / "landing"
SIZE = 1500


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A year of a small shop."""
    out = tmp_path_factory.mktemp("shop")
    simulate(SIZE, out)
    return out


@pytest.fixture(scope="module")
def rows(shop: Path) -> pl.DataFrame:
    """Its honest rows."""
    return read(shop)


def content(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_the_shipped_exports_are_what_the_command_makes(tmp_path: Path) -> None:
    simulate(out=tmp_path, **SHIPPED)
    shipped = {file.name: file.read_bytes() for file in LANDING.glob("*.csv")}
    assert content(tmp_path) == shipped
    assert len(shipped) == 12
    assert sum(map(len, shipped.values())) < 3_000_000


def test_another_seed_makes_another_shop(tmp_path: Path) -> None:
    simulate(20, tmp_path / "one", months=2)
    simulate(20, tmp_path / "same", months=2)
    simulate(20, tmp_path / "other", months=2, seed=43)
    one, same, other = (content(tmp_path / name) for name in ("one", "same", "other"))
    assert one == same
    assert one.keys() == other.keys()
    assert all(one[name] != other[name] for name in one)


def test_the_size_of_a_batch_changes_no_byte(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "_BATCH", 37)
    simulate(SIZE, tmp_path)
    assert content(tmp_path) == content(shop)


def test_there_are_as_many_customers_as_asked_for(shop: Path, rows: pl.DataFrame) -> None:
    bought = rows.filter(
        ~pl.col("invoice").str.starts_with("C"), pl.col("price") + pl.col("quantity").abs() != 0
    )
    named = bought["customer"].drop_nulls().n_unique()
    # Stock-taking lines have no customer either, but they cost nothing.
    anonymous = bought.filter(pl.col("customer").is_null(), pl.col("price") > 0)["invoice"].n_unique()
    assert named == round(SIZE * 0.76)
    assert anonymous == pytest.approx(SIZE * 0.24, abs=3)
    assert [file.name for file in sorted(shop.iterdir())] == [
        "2024-12.csv",
        *(f"2025-{month:02}.csv" for month in range(1, 12)),
    ]


def test_a_row_lies_in_the_file_of_its_month_in_order_of_time(rows: pl.DataFrame) -> None:
    assert (rows["date"].dt.strftime("%Y-%m.csv") == rows["file"]).all()
    honest = rows.unique("invoice", keep="first", maintain_order=True)
    # Faulty copies are gone, and what is left is in the shop's own order of numbers.
    assert honest["invoice"].str.strip_prefix("C").cast(pl.Int64).is_sorted()
    assert honest["date"].is_sorted()


def test_daily_exports_hold_the_same_rows_as_monthly_ones(rows: pl.DataFrame, tmp_path: Path) -> None:
    files = simulate(SIZE, tmp_path, every="day")
    daily = read(tmp_path)
    assert (daily["date"].dt.strftime("%Y-%m-%d.csv") == daily["file"]).all()
    assert daily.drop("file").equals(rows.drop("file"))
    assert [file.name for file in files] == sorted(file.name for file in tmp_path.iterdir())
    assert not {date.fromisoformat(file.stem).isoweekday() for file in files} & {6}


def test_a_cancellation_takes_back_a_part_of_an_earlier_purchase(rows: pl.DataFrame) -> None:
    back = sold(rows).filter(pl.col("invoice").str.starts_with("C"))
    assert (back["quantity"] < 0).all()
    known = rows.filter(pl.col("quantity") > 0)["customer"].drop_nulls().unique()
    # Customers with returns only bought before the exports begin.
    back = back.filter(pl.col("customer").is_in(known.implode())).with_row_index("line")
    bought = rows.filter(pl.col("quantity") > 0).select(
        "customer", "code", "price", at="date", units="quantity"
    )
    matched = back.join(bought, on=["customer", "code", "price"]).filter(
        pl.col("at") < pl.col("date"), pl.col("units") >= -pl.col("quantity")
    )
    assert len(back) > 500
    assert matched["line"].n_unique() == len(back)


def test_some_customers_only_return(rows: pl.DataFrame) -> None:
    back = sold(rows).filter(pl.col("quantity") < 0)["customer"].drop_nulls().unique()
    buyers = rows.filter(pl.col("quantity") > 0)["customer"].drop_nulls().unique()
    only = set(back) - set(buyers)
    assert 0.008 * SIZE < len(only) <= 0.016 * SIZE


def test_faulty_rows_are_few_and_of_every_kind(shop: Path) -> None:
    kinds: dict[str, int] = {}
    total = 0
    for file in shop.iterdir():
        with file.open(encoding="utf-8", newline="") as handle:
            for row in list(csv.reader(handle))[1:]:
                total += 1
                kinds_of_row = _faults(row)
                assert len(kinds_of_row) <= 1, row
                for kind in kinds_of_row:
                    kinds[kind] = kinds.get(kind, 0) + 1
    assert set(kinds) == {"broken off", "invoice", "code", "quantity", "date", "price"}
    assert 1 / 3000 < sum(kinds.values()) / total < 1 / 1000


def _faults(row: list[str]) -> list[str]:
    if len(row) < 8:
        return ["broken off"]
    found = [name for name, place in (("invoice", 0), ("code", 1)) if not row[place]]
    for name, place, convert in (("quantity", 3, int), ("date", 4, _date), ("price", 5, float)):
        try:
            convert(row[place])
        except ValueError:
            found.append(name)
    return found


def _date(text: str) -> date:
    return date.fromisoformat(text[:10])


def test_everything_that_makes_real_exports_awkward_is_in_them(rows: pl.DataFrame) -> None:
    assert (rows["name"] == 'CAFÉ SIGN "À BIENTÔT", LARGE').any()
    assert {"POST", "DOT", "M", "D"} <= set(rows["code"])
    assert {"Unspecified", "European Community", "United Kingdom", "Germany"} <= set(rows["country"])
    assert (rows["price"] == 0).any()
    assert ((rows["price"] > 0) & (rows["price"] <= 0.04)).any()
    counted = rows.filter(pl.col("quantity") < 0, ~pl.col("invoice").str.starts_with("C"))
    assert (counted["price"] == 0).all()
    assert counted["name"].null_count() > 0
    assert rows.filter(pl.col("name").is_null(), pl.col("price") > 0).is_empty()


def test_the_shop_has_weeks_and_a_christmas(rows: pl.DataFrame) -> None:
    invoices = rows.filter(~pl.col("invoice").str.starts_with("C")).unique("invoice")
    weekdays = invoices.group_by(pl.col("date").dt.weekday()).len().sort("len")["date"].to_list()
    assert (weekdays[0], weekdays[-1]) == (7, 4)
    assert 6 not in set(rows["date"].dt.weekday())
    months = invoices.group_by(pl.col("date").dt.month()).len().sort("len", descending=True)
    assert months["date"][0] == 11
    assert rows.filter(pl.col("date").dt.month() == 12, pl.col("date").dt.day() >= 24).is_empty()
    christmas = rows.filter(pl.col("name").str.starts_with("CHRISTMAS"), pl.col("quantity") > 0)
    assert set(christmas["date"].dt.month()) == {1, 9, 10, 11, 12}


def test_customers_differ_in_kind(rows: pl.DataFrame) -> None:
    table = customers(rows).filter("identified")
    once = table.filter(pl.col("invoices") == 1)
    often = table.filter(pl.col("invoices") >= 10)
    assert len(once) > 0.25 * len(table)
    assert len(often) > 0.04 * len(table)
    assert often["revenue"].median() > 10 * once["revenue"].median()  # type: ignore[operator]
    assert often["recency"].median() < once["recency"].median()  # type: ignore[operator]


def test_start_and_months_say_which_files_there_are(tmp_path: Path) -> None:
    files = simulate(5, tmp_path, start=date(2023, 11, 17), months=3)
    assert [file.name for file in files] == ["2023-11.csv", "2023-12.csv", "2024-01.csv"]


def test_progress_is_reported_month_by_month(tmp_path: Path) -> None:
    heard: list[tuple[str, int, int]] = []
    with listening(lambda label, done, total: heard.append((label, done, total))):
        simulate(5, tmp_path, months=2)
    assert heard == [("simulating", 0, 2), ("simulating", 1, 2), ("simulating", 2, 2)]


@pytest.mark.parametrize("wrong", [{"customers": 0}, {"months": 0}, {"lines": -1.0}])
def test_a_size_of_nothing_is_refused_by_name(tmp_path: Path, wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError, match=next(iter(wrong))):
        simulate(**{"customers": 5, "out": tmp_path / "out", **wrong})
    assert not (tmp_path / "out").exists()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UsageError, match=r"file/out: can't write the exports"):
        simulate(5, tmp_path / "file" / "out")
