"""Money in hundredths is read as such where the file proves it, and asked about where it may be."""

import pytest

from insiders_assets.ingest.mapping.schema import Mapping
from insiders_assets_tests.ingest.exports import HEADER, csv, read, read_all, row

CENTS = [1999, 2495, 350, 1287, 4599, 899, 12900]


def in_cents(tmp_path, header, made, **rules):
    """Lines of two pieces each for prices in cents, with what ``made`` adds to each."""
    rows = [
        [*row(n, quantity=2, unit_price=price), *map(str, made(2 * price))] for n, price in enumerate(CENTS)
    ]
    return read(tmp_path, csv(*rows, header=header), **rules)


@pytest.mark.parametrize(
    ("header", "made"),
    [
        (HEADER.replace("UnitPrice", "unit_price_cents"), lambda _: []),
        (HEADER + ",line_total", lambda total: [total / 100]),
        (HEADER + ",order_total", lambda total: [total / 100]),
        (HEADER + ",line_total_cents", lambda total: [total]),
    ],
)
def test_money_in_cents_is_read_so_where_a_name_or_a_total_proves_it(tmp_path, header, made):
    mapping = Mapping(columns={"unit_price": "unit_price_cents"}) if "unit_price_cents" in header else None
    found = in_cents(tmp_path, header, made, mapping=mapping)
    assert found.column("unit_price") == pytest.approx([price / 100 for price in CENTS])


def test_a_price_of_a_hundred_pieces_is_read_so(tmp_path):
    header = HEADER.replace("UnitPrice", "price_per_100")
    content = csv(*(row(n, quantity=200, unit_price=12.5) for n in range(9)), header=header)
    found = read(tmp_path, content, mapping=Mapping(columns={"unit_price": "price_per_100"}))
    assert found.column("unit_price") == [0.125] * 9


def test_money_that_may_be_in_cents_is_a_question(tmp_path):
    asked = in_cents(tmp_path, HEADER, lambda _: []).outcome.set_aside
    assert "such as 1999, as money in cents has (490.58 if it is, 49,058.00 if not)" in asked
    told = in_cents(tmp_path, HEADER, lambda _: [], mapping=Mapping(cents="UnitPrice"))
    assert told.outcome.money == pytest.approx(490.58)
    whole = Mapping(answers={"cents: UnitPrice": "whole"})
    assert in_cents(tmp_path, HEADER, lambda _: [], mapping=whole).outcome.money == 49058
    yen = in_cents(tmp_path, HEADER + ",Currency", lambda _: ["JPY"])
    assert yen.outcome.money == 49058
    pesos = csv(*(row(n, unit_price=price) for n, price in enumerate([12990, 1990, 990, 4500, 24990, 700])))
    assert not read(tmp_path, pesos).outcome.set_aside


def test_discounts_and_refunds_in_cents_come_off_in_cents(tmp_path):
    header = HEADER.replace("UnitPrice", "Price_cents") + ",Off_cents,Back_cents"
    rows = [
        [*row(n, quantity=2, unit_price=1000), *both] for n, both in enumerate((["500", "0"], ["0", "750"]))
    ]
    content = csv(*rows, header=header)
    said = Mapping(
        columns={"unit_price": "Price_cents"}, cents=["Price_cents", "Off_cents", "Back_cents"],
        discounts=[{"column": "Off_cents"}], refunds=[{"column": "Back_cents", "gives": "amount"}],
    )  # fmt: skip
    found = tuple(read_all_money(tmp_path, content, said))
    assert found == (pytest.approx(15.0 + 20.0), pytest.approx(7.5))


def read_all_money(folder, content, mapping):
    """Money in and out of an export."""
    (folder / "export.csv").write_bytes(content)
    rows = read_all(folder / "export.csv", mapping=mapping)[""].rows
    value = rows["quantity"] * rows["unit_price"]
    return value.filter(value > 0).sum(), -value.filter(value < 0).sum()
