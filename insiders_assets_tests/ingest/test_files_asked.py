"""What the shape, the columns or the name of a whole file may hide is asked about before it counts."""

from __future__ import annotations

import pytest
import xlsxwriter

from insiders_assets.ingest.inspection.inspection import inspect
from insiders_assets.ingest.mapping.schema import Mapping
from insiders_assets.ingest.questions.question import proposed
from insiders_assets.ingest.rules import FileRules
from insiders_assets_tests.ingest.exports import read_all
from insiders_assets_tests.ingest.shop import lines, plain, told, written

LINES = lines()
TOTAL = round(sum(line.total for line in LINES), 2)


@pytest.fixture
def export(tmp_path):
    """Writes rows into a file, and gives it."""

    def make(rows):
        path = tmp_path / "export.csv"
        path.write_bytes(written(list(rows)))
        return path

    return make


def answered(path, name="export.csv"):
    """The codes of what is asked, and what is read once the proposed answers are given."""
    rules = FileRules(name=name)
    asked = [question.code for question in inspect(path, name, rules, name).questions]
    mapping = inspect(path, name, rules, name, proposed).mapping
    return asked, told(path, mapping, name=name)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("tag", ["vip", "sale"]), ("address_type", ["billing", "shipping"]), ("ledger", ["0L", "2L"]),
        ("contact", ["a@shop.com", "b@shop.com", "c@d.e"]),
    ],
)  # fmt: skip
def test_lines_that_a_join_multiplied_count_once(export, name, values):
    path = export(plain(line, **{name: value}) for line in LINES for value in values)
    assert "stand several times each" in told(path).aside
    asked, read = answered(path)
    assert (asked, read.sold, read.aside) == (["multiplied"], TOTAL, "")


def test_lines_that_nothing_tells_apart_are_asked_about_all_the_same(export):
    path = export(plain(line) for line in LINES for _ in range(2))
    assert "do not differ in anything that is read" in told(path).aside
    assert told(export(plain(line) for line in LINES[:8] for _ in range(2))).aside == ""  # too few to say


@pytest.mark.parametrize("code", ["multiplied", "repeats"])
def test_a_question_that_a_mapping_leaves_open_is_asked(export, code):
    column = "tag" if code == "multiplied" else "document_type"
    path = export(plain(line, **{column: word}) for line in LINES for word in ("Order", "Invoice"))
    key = f"{code}: {'order_id' if code == 'multiplied' else column}"
    assert told(path, Mapping(answers={key: "open"})).aside.startswith("leaves question 1 open")


def test_a_product_twice_in_an_order_is_not_multiplied(export):
    path = export(plain(line, note=at) for line in LINES for at in range(1 + (line.sku == "SKU-002")))
    assert not told(path).aside


@pytest.mark.parametrize("column", ["tender_amount", "shipped_quantity"])
def test_lines_that_are_paid_or_sent_in_parts_are_not_multiplied(export, column):
    def parts(line):
        whole = line.total if column == "tender_amount" else line.units
        first = round(whole / 3, 2) if column == "tender_amount" else whole // 3
        return first, round(whole - first, 2)

    path = export(plain(line, **{column: part}) for line in LINES for part in parts(line))
    asked, read = answered(path)
    assert "multiplied" not in asked
    assert read.sold == pytest.approx(TOTAL)


@pytest.mark.parametrize(
    "name", ["Umsatz (TEUR)", "Sales ($000)", "Revenue in thousands", "valor (milhares)", "Sales (k€)"]
)
def test_money_in_thousands_is_asked_by_its_name_and_read_so(export, name):
    def row(line):
        return {key: value for key, value in plain(line).items() if key != "unit_price"}

    path = export(row(line) | {name: round(line.total / 1000, 5)} for line in LINES)
    asked, read = answered(path)
    assert "thousands" in asked
    assert read.sold == pytest.approx(TOTAL)
    plainly = name.partition("(")[0].replace(" in thousands", "").strip()
    assert "thousands" not in answered(export(row(line) | {plainly: line.total} for line in LINES))[0]


def test_grams_and_kilograms_at_one_price_are_asked_about(export):
    def mixed(one, other, **more):
        return export(
            plain(line, uom=one if at % 6 == 1 else other, **{name: say(line) for name, say in more.items()})
            for at, line in enumerate(LINES)
        )

    assert "several units of measure" in told(mixed("g", "kg")).aside
    assert not told(mixed("box", "pcs")).aside
    assert not told(mixed("g", "kg", line_total=lambda line: line.total)).aside


def test_items_side_by_side_in_one_row_are_asked_about(export):
    def row(pair):
        one = pair[0]
        found = {"order_id": one.order, "date": one.when, "customer_id": one.customer}
        for at, line in enumerate(pair, 1):
            found |= {
                f"item_{at}_sku": line.sku,
                f"item_{at}_quantity": line.units,
                f"item_{at}_price": line.price,
            }
        return found

    path = export(row(pair) for pair in zip(LINES[::2], LINES[1::2], strict=True))
    assert inspect(path, path.name, FileRules(), path.name).questions[0].code == "wide_items"


def test_two_amounts_that_are_not_the_same_are_asked_about_without_a_price(export):
    def row(line):
        found = plain(line, amount_usd=line.total, amount_local=round(line.total * 5.3, 2))
        del found["unit_price"]
        return found

    assert answered(export(row(line) for line in LINES))[0] == ["two_totals"]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("returns_2025.csv", "return"), ("refunds-2025-11.csv", "return"), ("credit_notes.csv", "return"),
        ("Retouren.csv", "return"), ("abandoned_carts.csv", "exclude"), ("quotes 2025.csv", "exclude"),
        ("cancelled_orders.csv", "exclude"),
    ],
)  # fmt: skip
def test_a_file_whose_name_says_that_nothing_in_it_was_sold_is_asked_about(export, name, answer):
    path = export(plain(line) for line in LINES)
    assert "that look sold, and its name says" in told(path, name=name).aside
    asked, read = answered(path, name)
    expected = (0.0, TOTAL, 0) if answer == "return" else (0.0, 0.0, len(LINES))
    assert (asked, (read.sold, read.returned, read.excluded)) == (["file_name"], expected)


@pytest.mark.parametrize(
    "name",
    ["orders.csv", "sales_and_returns.csv", "sales incl refunds.csv", "2025/11.csv", "tax_returns.csv"],
)
def test_a_file_of_another_name_is_not_asked_about(export, name):
    assert not told(export(plain(line) for line in LINES), name=name).aside


def test_a_file_of_returns_whose_lines_say_so_themselves_is_not_asked_about(export):
    assert not told(export(plain(line, quantity=-line.units) for line in LINES), name="returns.csv").aside


def test_each_sheet_of_a_workbook_is_asked_about_by_its_own_name(tmp_path):
    path = tmp_path / "returns.xlsx"
    book = xlsxwriter.Workbook(path)
    for sheet in ("Sales", "Returns"):
        page = book.add_worksheet(sheet)
        page.write_row(0, 0, list(plain(LINES[0])))
        for at, line in enumerate(LINES, 1):
            page.write_row(at, 0, [str(value) for value in plain(line).values()])
    book.close()
    found = read_all(path, name=path.name)
    assert ["its name says" in each.outcome.set_aside for each in found.values()] == [False, True]


def test_files_whose_names_say_something_are_parsed_apart_from_those_that_say_nothing():
    names = ("a.csv", "b.csv", "returns.csv", "refunds.csv", "quotes.csv")
    plain_, same, returns, refunds, quotes = (FileRules(name=name).digest() for name in names)
    assert plain_ == same
    assert returns == refunds
    assert len({plain_, returns, quotes}) == 3
