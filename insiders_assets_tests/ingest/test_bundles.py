"""Sets beside what is in them count once, whatever tells them apart; what is innocent asks nothing."""

import random

import polars as pl
import pytest

from insiders_assets.ingest.doubts import bundle_sums
from insiders_assets.ingest.inspection.inspection import inspect
from insiders_assets.ingest.mapping.orders import begun
from insiders_assets.ingest.questions.question import chosen, proposed
from insiders_assets.ingest.rules import FileRules
from insiders_assets_tests.ingest.shop import lines, plain, told, written

LINES = lines()
TOTAL = round(sum(line.total for line in LINES), 2)
PARTS = {"BOX-1": (4.0, 6.5), "BOX-2": (3.25, 9.0)}

TELLS = {
    "nothing": lambda kind, code, number, above: {},
    "a word": lambda kind, code, number, above: {"product_type": kind},
    "words in German": lambda kind, code, number, above: {
        "Positionsart": {"bundle": "Set", "component": "Komponente", "simple": "Artikel"}[kind]
    },
    "the code of the set": lambda kind, code, number, above: {"parent_sku": code if kind == "component" else ""},
    "the number of the line": lambda kind, code, number, above: {
        "line_id": number, "parent_line_id": above if kind == "component" else "0",
    },
    "a flag on parts": lambda kind, code, number, above: {"is_component": int(kind == "component")},
    "a flag on sets": lambda kind, code, number, above: {"is_bundle": "yes" if kind == "bundle" else "no"},
}  # fmt: skip


def sold(tells, *, dearer=0.0, free=False):
    """Lines with two sets of two in every third order, and what is right: sets count, and not what is in them."""
    rows, right = [], TOTAL

    def add(line, kind, **more):
        code = more.pop("of", "")
        above = next((at for at in range(len(rows), 0, -1) if rows[at - 1]["sku"] == code), 0)
        rows.append(plain(line, **more) | tells(kind, code, len(rows) + 1, above))

    for line in LINES:
        if line.first and int(line.order) % 3 == 0:
            code = f"BOX-{1 + int(line.order) % 2}"
            price = sum(PARTS[code])
            right += round(2 * price, 2)
            add(line, "bundle", sku=code, name="Gift box", quantity=2, unit_price=price)
            for at, part in enumerate(PARTS[code]):
                add(line, "component", of=code, sku=f"{code}-{at}", quantity=2,
                    unit_price=0 if free else part + dearer)  # fmt: skip
        add(line, "simple")
    return rows, round(right, 2)


@pytest.mark.parametrize("tells", TELLS)
def test_a_set_and_its_parts_count_once(tmp_path, tells):
    path = tmp_path / "export.csv"
    rows, right = sold(TELLS[tells])
    path.write_bytes(written(rows))
    assert told(path).aside.startswith("leaves question 1 open: column ")
    asked = []
    found = inspect(
        path, path.name, FileRules(), path.name, lambda each: proposed(asked.extend(each) or each)
    )
    assert (found.questions, found.exports[0].says.money_in) == ([], right)
    assert [(each.code, each.arguments["orders"], each.arguments["sets"]) for each in asked] == [
        ("bundles", 10, 227.5)
    ]


@pytest.mark.parametrize("tells", ["a word", "nothing"])
def test_both_count_where_that_is_the_answer(tmp_path, tells):
    path = tmp_path / "export.csv"
    rows, right = sold(TELLS[tells])
    path.write_bytes(written(rows))
    both = inspect(path, path.name, FileRules(), path.name, lambda asked: chosen(asked, {1: "both"}))
    assert (both.questions, both.exports[0].says.money_in) == ([], pytest.approx(right + 227.5))


@pytest.mark.parametrize("tells", ["a word", "a flag on sets"])
def test_parts_without_a_price_leave_nothing_open(tmp_path, tells):
    path = tmp_path / "export.csv"
    rows, right = sold(TELLS[tells], free=True)
    path.write_bytes(written(rows))
    found = told(path)
    assert (found.aside, found.sold) == ("", right)


@pytest.mark.parametrize(
    "tells", ["a word", "the code of the set", "the number of the line", "a flag on parts"]
)
def test_parts_that_cost_more_one_by_one_are_asked_about_as_well(tmp_path, tells):
    path = tmp_path / "export.csv"
    rows, right = sold(TELLS[tells], dearer=1.0)
    path.write_bytes(written(rows))
    assert told(path).aside
    found = inspect(path, path.name, FileRules(), path.name, proposed)
    assert (found.questions, found.exports[0].says.money_in) == ([], right)


def test_families_of_products_and_sets_that_are_sold_alone_ask_nothing(tmp_path):
    path = tmp_path / "export.csv"
    rows = [
        plain(line, parent_sku=line.sku[:5], product_type=["simple", "bundle"][line.first], category="Sets")
        for line in LINES
    ]
    path.write_bytes(written(rows))
    assert (told(path).aside, told(path).sold) == ("", TOTAL)


@pytest.mark.parametrize("seed", range(3))
def test_what_adds_up_is_found_wherever_lines_are_cut_into_pieces(seed, monkeypatch):
    monkeypatch.setattr(bundle_sums, "SPAN", 16)
    draw = random.Random(seed)
    orders = [number for number in range(60) for _ in range(draw.choice([1, 2, 3, 5, 9, 40]))]
    worth = [draw.choice([0.0, 1.0, 2.0, 3.0, 5.0, 8.0, -1.0]) for _ in orders]
    expected = {
        (at, first, first + count)
        for count in range(2, 5)
        for first in range(len(worth) - count + 1)
        for at in (first - 1, first + count)
        if 0 <= at < len(worth)
        and len({orders[line] for line in (at, *range(first, first + count))}) == 1
        and all(part > 0 for part in worth[first : first + count])
        and sum(worth[first : first + count]) == worth[at]
    }
    found = bundle_sums.adding_up(begun(pl.Series(orders)), pl.Series(worth))
    assert expected
    assert sorted(map(tuple, found.tolist())) == sorted(expected)
