"""Which tables rows are carried over from: those whose lines are known, and no others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from insiders_assets.contracts.customers import CUSTOMER_FEATURES
from insiders_assets.contracts.summaries import CUSTOMER_PRODUCTS
from insiders_assets.contracts.transactions import CLEAN_PURCHASES, RETURNS
from insiders_assets.features import carrying
from insiders_assets.features.cleaning import CleaningRules, clean_purchases, returns
from insiders_assets.features.customers import looked_at_later
from insiders_assets.refresh.carry_over import CarryOver
from insiders_assets.settings import Settings
from insiders_assets.storage.stores import Stores
from insiders_assets_tests.make import transactions

JANUARY = [
    {"invoice_no": str(number), "customer_id": f"c{number % 20:02d}", "unit_price": 1.0 + number % 7}
    for number in range(60)
]
NEW = {"invoice_no": "new", "customer_id": "c03", "unit_price": 3.0}
AS_OF = date(2026, 1, 31)


class Home:
    """A home in which customers' features are made as the asset makes them."""

    def __init__(self, folder: Path) -> None:
        self.stores = Stores(Settings(home=str(folder), window_days=60))

    def refresh(self, *lines: dict[str, object], as_of: date = AS_OF, code: str = "1") -> CarryOver:
        """Clean lines, make the features and note what they were made of."""
        raw, rules, lake = transactions(*lines).lazy(), CleaningRules(), self.stores.lake
        lake.write(CLEAN_PURCHASES, clean_purchases(raw, rules))
        lake.write(RETURNS, returns(raw, rules))
        over = CarryOver(self.stores, as_of, code)
        made = over.made(CUSTOMER_FEATURES, self._made(as_of), looked_at_later)
        lake.write(CUSTOMER_FEATURES, made)
        over.note(CUSTOMER_FEATURES)
        return over

    def _made(self, as_of: date) -> Callable[..., pl.DataFrame]:
        return lambda bought, back: self.stores.engine.customer_features(
            bought, back, as_of=as_of, window_days=60
        )

    @property
    def table(self) -> bytes:
        return self.stores.lake.path(CUSTOMER_FEATURES.name).read_bytes()

    @property
    def digests(self) -> list[Path]:
        return sorted((self.stores.lake_folder / "carried").glob("*.parquet"))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home [1]")
    assert made.refresh(*JANUARY).customers == 0
    return made


def test_a_refresh_carries_over_whoever_has_no_new_line_and_leaves_the_bytes_of_a_full_one(
    home: Home, tmp_path: Path
) -> None:
    over = home.refresh(*JANUARY, NEW, as_of=date(2026, 2, 3))
    assert 15 <= over.customers <= 19
    fresh = Home(tmp_path / "fresh")
    assert fresh.refresh(*JANUARY, NEW, as_of=date(2026, 2, 3)).customers == 0
    assert home.table == fresh.table
    assert len(home.digests) == 1


def test_nothing_is_carried_over_from_a_table_that_something_else_has_put_there(home: Home) -> None:
    lake = home.stores.lake
    lake.write(CUSTOMER_FEATURES, lake.read(CUSTOMER_FEATURES.name).with_columns(revenue=pl.lit(1.0)))
    assert home.refresh(*JANUARY, NEW).customers == 0
    assert lake.read(CUSTOMER_FEATURES.name)["revenue"].min() > 1


def test_nothing_is_carried_over_from_what_other_code_has_made_or_after_all_is_cleared(home: Home) -> None:
    assert home.refresh(*JANUARY, NEW, code="2").customers == 0
    home.stores.carried.clear()
    assert not home.digests
    assert home.refresh(*JANUARY, NEW, code="2").customers == 0


@pytest.mark.parametrize("which", ["*.parquet", "*.json", "../customer_features.parquet"])
def test_a_flipped_bit_is_told_and_never_believed(home: Home, which: str) -> None:
    folder = home.stores.lake_folder / "carried"
    path = folder / which if which.startswith("..") else next(folder.glob(which))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    over = home.refresh(*JANUARY, NEW)
    assert over.customers == 0
    assert [warning for warning in over.warnings if "damaged" in warning and path.name in warning]


def test_rows_that_are_not_as_they_should_be_are_told_and_all_are_made_anew(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if a defect had made a row that its lines do not give."""
    monkeypatch.setattr(carrying, "TURNS", 1)
    monkeypatch.setattr(carrying, "MOST", 1.0)
    lake = home.stores.lake
    right = home.table
    lake.write(CUSTOMER_FEATURES, lake.read(CUSTOMER_FEATURES.name).with_columns(pl.col("revenue") + 1))
    over = CarryOver(home.stores, AS_OF, "1")
    over.note(CUSTOMER_FEATURES)
    over = home.refresh(*JANUARY)
    assert "20 rows differ" in over.warnings[0]
    assert home.table == right


def test_digests_stay_as_long_as_a_table_was_made_of_them(home: Home) -> None:
    over = CarryOver(home.stores, AS_OF, "1")
    products = pl.DataFrame(schema=CUSTOMER_PRODUCTS.polars_schema)
    home.stores.lake.write(CUSTOMER_PRODUCTS, products)
    over.note(CUSTOMER_PRODUCTS)
    first = home.digests
    home.refresh(*JANUARY, NEW)
    assert len(home.digests) == 2
    assert set(first) < set(home.digests)
