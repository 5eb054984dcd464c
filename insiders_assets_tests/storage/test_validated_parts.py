"""Parts of transactions are validated once: those that kept their contract, and no others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from insiders_assets.contracts.transactions import RAW_TRANSACTIONS
from insiders_assets.ingest import IngestRules
from insiders_assets.settings import load_settings
from insiders_assets.storage.stores import Stores
from insiders_assets.storage.validated_parts import FILE, new_failures

HEAD = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
LINE = "{},85123A,LANTERN,{},2026-01-05 09:30:00,2.5,17850,Ireland\n"


class Home:
    """A home whose exports are read and validated as the asset does."""

    def __init__(self, folder: Path) -> None:
        self.landing = folder / "landing"
        self.landing.mkdir(parents=True)
        self.stores = Stores(load_settings(home=str(folder / "home"), landing=str(self.landing)))

    def export(self, name: str, rows: int, quantity: int = 1) -> None:
        """Put an export into the landing zone."""
        lines = (LINE.format(f"{name[0]}{number}", quantity) for number in range(rows))
        (self.landing / name).write_text(HEAD + "".join(lines))

    def validate(self, contract=RAW_TRANSACTIONS, code="1") -> tuple[int, list[dict[str, object]]]:
        """Read what is new; the rows that were looked at, and what is wrong with them."""
        self.stores.transactions.ingest(self.stores.landing, IngestRules.from_settings(self.stores.settings))
        rows, broken = new_failures(self.stores.transactions, contract, self.folder, code)
        return rows, broken.select("column", "failures").rows()

    @property
    def folder(self) -> Path:
        return self.stores.carried.folder


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    made.export("a.csv", 5)
    assert made.validate() == (5, [])
    return made


def test_only_what_is_new_or_changed_is_looked_at(home: Home) -> None:
    home.export("b.csv", 3)
    assert home.validate() == (3, [])
    assert home.validate() == (0, [])
    home.export("a.csv", 7)
    assert home.validate() == (7, [])


def test_all_is_looked_at_again_under_another_contract_by_other_code_and_when_the_note_is_gone(
    home: Home,
) -> None:
    other = replace(RAW_TRANSACTIONS, meaning="Something else.")
    assert home.validate(code="2") == (5, [])
    assert home.validate(other, code="2") == (5, [])
    assert home.validate(other, code="2") == (0, [])
    home.stores.carried.clear()
    assert home.validate(other, code="2") == (5, [])
    path = home.folder / FILE
    path.write_bytes(path.read_bytes().replace(b'"parts"', b'"porta"'))
    assert home.validate(other, code="2") == (5, [])


def test_parts_that_break_the_contract_are_told_until_they_do_not(home: Home) -> None:
    small = replace(
        RAW_TRANSACTIONS,
        columns=tuple(
            replace(each, le=2) if each.name == "quantity" else each for each in RAW_TRANSACTIONS.columns
        ),
    )
    home.export("b.csv", 3, quantity=7)
    assert home.validate(small) == (8, [("quantity", 3)])
    assert home.validate(small) == (8, [("quantity", 3)])
    home.export("b.csv", 3, quantity=2)
    assert home.validate(small) == (8, [])
    assert home.validate(small) == (0, [])
