"""Ledgers, settlements and price lists of shop systems: what was sold, for what, and which lines came back."""

import pytest

from insiders_assets.ingest.inspection.inspection import inspect
from insiders_assets.ingest.questions.question import chosen, proposed
from insiders_assets.ingest.rules import FileRules
from insiders_assets_tests.ingest.shop import as_proposed, lines, plain, told, written

LINES = lines()
TOTAL = round(sum(line.total for line in LINES), 2)
BACK = LINES[3::17]
GIVEN_BACK = round(sum(line.total for line in BACK), 2)


@pytest.fixture
def export(tmp_path):
    """Writes rows and gives the file."""

    def make(rows, name="export.csv"):
        path = tmp_path / name
        path.write_bytes(written(list(rows)))
        return path

    return make


def ledger(line, **more):
    """A line under names of a ledger, with a total and no price."""
    return {
        "Document No": line.order, "Customer No": line.customer, "Item No": line.sku, "Posting Date": line.when,
        "Quantity": line.units, "Amount": line.total,
    } | more  # fmt: skip


def codes(path):
    return [question.code for question in inspect(path, path.name, FileRules(), path.name).questions]


def answered(path, answers):
    found = inspect(path, path.name, FileRules(), path.name, lambda questions: chosen(questions, answers))
    return told(path, found.mapping)


@pytest.mark.parametrize(("pieces", "money"), [(-1, 1), (1, -1), (-1, -1)])
def test_a_ledger_that_writes_sales_below_nothing_is_asked_about_and_read_right(export, pieces, money):
    sold = [ledger(each, Quantity=pieces * each.units, Amount=money * each.total) for each in LINES]
    back = [
        ledger(each, **{"Document No": f"C{each.order}", "Quantity": -pieces * each.units,
                        "Amount": -money * each.total})
        for each in BACK
    ]  # fmt: skip
    path = export(sold + back)
    assert codes(path) == ["signs"]
    read = as_proposed(path)
    assert (read.sold, read.returned) == (TOTAL, GIVEN_BACK)
    alone = export(sold)
    assert as_proposed(alone).aside.startswith("leaves question 1 open")  # a file of returns looks the same
    assert (answered(alone, {1: "sold"}).sold, answered(alone, {1: "returned"}).returned) == (TOTAL, TOTAL)


def test_a_file_called_returns_may_be_below_nothing(export):
    assert codes(export([ledger(each, Quantity=-each.units) for each in LINES], "returns.csv")) == []


def test_one_large_return_makes_no_ledger_of_a_day(export):
    path = export([*map(plain, LINES), plain(LINES[0], order_id="C1", quantity=-9_999)])
    assert (told(path).aside, told(path).sold) == ("", TOTAL)


def test_marks_of_exchanges_go_by_their_sign(export):
    sold = [plain(each, type="sale") for each in LINES]
    gone = [plain(each, type="exchange", quantity=-1) for each in BACK]
    come = [plain(each, type="exchange", quantity=1, sku="SKU-900") for each in BACK]
    path = export([*({"receipt": row.pop("order_id")} | row for row in (*sold, *gone, *come))])
    assert codes(path) == ["return_signs"]
    swapped = round(sum(each.price for each in BACK), 2)
    assert (as_proposed(path).sold, as_proposed(path).returned) == (round(TOTAL + swapped, 2), swapped)
    assert answered(path, {1: "marked"}).returned == round(2 * swapped, 2)


def test_a_settlement_counts_what_the_goods_cost_and_nothing_that_a_marketplace_keeps(export):
    kinds = {"Principal": 1.0, "Tax": 0.2, "Commission": -0.15, "FulfillmentFee": -0.1}
    path = export(
        ledger(each, **{"amount-description": kind, "Amount": round(each.total * share, 2)})
        for each in LINES for kind, share in kinds.items()
    )  # fmt: skip
    assert sorted(codes(path)) == ["service_fee", "service_tax"]
    read = as_proposed(path)
    assert (read.sold, read.returned, read.excluded) == (TOTAL, 0.0, 3 * len(LINES))


def test_a_total_that_lines_of_an_order_share_is_the_orders(export):
    paid = {}
    for each in LINES:
        paid[each.order] = paid.get(each.order, 0.0) + each.total
    path = export(plain(each, Total=round(paid[each.order], 2)) for each in LINES)
    assert (told(path).aside, told(path).sold) == ("", TOTAL)
    path = export(ledger(each, Price=each.price, Total=round(paid[each.order] + 5, 2)) for each in LINES)
    assert as_proposed(path).sold == TOTAL


def test_net_sales_of_lines_that_came_back_alone_are_what_came_back(export):
    def row(line, **more):
        return {
            "day": line.when, "order_name": line.order, "variant_sku": line.sku, "customer_id": line.customer,
            "net_quantity": line.units, "gross_sales": line.total, "discounts": -round(line.total * 0.1, 2),
            "returns": 0.0, "net_sales": round(line.total - round(line.total * 0.1, 2), 2),
        } | more  # fmt: skip

    back = [
        row(each, net_quantity=-each.units, gross_sales=0.0, discounts=0.0, returns=-each.total, net_sales=-each.total)
        for each in BACK
    ]  # fmt: skip
    path = export([*map(row, LINES), *back])
    net = round(sum(round(each.total - round(each.total * 0.1, 2), 2) for each in LINES), 2)
    found = inspect(path, path.name, FileRules(), path.name)
    assert found.mapping.columns["invoice_no"] == "order_name"
    assert (as_proposed(path).sold, as_proposed(path).returned) == (net, GIVEN_BACK)


def test_what_is_with_tax_was_paid_where_no_total_says_so(export):
    rows = [
        {"Auftragsnummer": each.order, "Artikelnummer": each.sku, "Anzahl": each.units, "Auftragsdatum": each.when,
         "Kundennummer": each.customer, "VK Netto": round(each.price / 1.19, 4), "VK Brutto": each.price}
        for each in LINES
    ]  # fmt: skip
    assert as_proposed(export(rows)).sold == TOTAL


def test_a_discount_that_leads_from_the_list_price_to_the_price_is_off_already(export):
    rows = [plain(each, original_price=round(each.price * 1.25, 6), reduction_percent=20) for each in LINES]
    path = export(rows)
    found = inspect(path, path.name, FileRules(), path.name).questions
    assert [(each.code, each.proposed) for each in found] == [("discount", "included")]
    assert as_proposed(path).sold == TOTAL


@pytest.mark.parametrize(
    ("name", "none"),
    [
        ("sale_price", ""),
        ("sale_price", "0"),
        ("sale_price", "0,00"),
        ("sale_price", "-"),
        ("promo_price", ""),
    ],
)
def test_a_special_price_holds_where_it_stands(export, name, none):
    special = [round(each.price * 0.8, 2) if at % 4 == 1 else none for at, each in enumerate(LINES)]
    path = export(plain(each, **{name: price}) for each, price in zip(LINES, special, strict=True))
    assert codes(path) == ["partial_price"]
    paid = sum(
        each.units * (each.price if price == none else price)
        for each, price in zip(LINES, special, strict=True)
    )
    assert as_proposed(path).sold == round(paid, 2)
    assert answered(path, {1: "usual"}).sold == TOTAL
    found = inspect(path, path.name, FileRules(), path.name, lambda questions: proposed(questions))
    assert not inspect(path, path.name, FileRules(mapping=found.mapping), path.name).questions


def test_a_net_amount_after_refunds_does_not_count_them_twice(export):
    back = [each.price if at % 9 == 4 else 0.0 for at, each in enumerate(LINES)]
    path = export(
        {**{key: value for key, value in ledger(each).items() if key != "Amount"}, "gross_amount": each.total,
         "refunded_amount": given, "net_amount": round(each.total - given, 2)}
        for each, given in zip(LINES, back, strict=True)
    )  # fmt: skip
    assert (as_proposed(path).sold, as_proposed(path).returned) == (TOTAL, round(sum(back), 2))


def test_pieces_less_those_cancelled_were_sold(export):
    gone = [int(at % 8 == 2 and each.units > 1) for at, each in enumerate(LINES)]
    rows = [
        {key: value for key, value in plain(each).items() if key != "quantity"}
        | {"qty_ordered": each.units, "qty_cancelled": off, "qty_fulfilled": each.units - off}
        for each, off in zip(LINES, gone, strict=True)
    ]  # fmt: skip
    left = sum((each.units - off) * each.price for each, off in zip(LINES, gone, strict=True))
    path = export(rows)
    assert codes(path) == []
    assert (as_proposed(path).sold, as_proposed(path).returned) == (round(left, 2), 0.0)


@pytest.mark.parametrize("name", ["price_per_dozen", "Preis pro Dutzend", "Prix la douzaine"])
def test_a_price_of_a_dozen_is_one_of_twelve_pieces(export, name):
    rows = [{**plain(each), name: round(each.price * 12, 2)} for each in LINES]
    path = export({key: value for key, value in row.items() if key != "unit_price"} for row in rows)
    assert as_proposed(path).sold == TOTAL


def test_a_deposit_and_its_deduction_are_left_out_together(export):
    first = [each for each in LINES if each.first][::4]
    rows = [plain(each) for each in LINES]
    rows += [plain(each, sku="ANZ", name="Anzahlung", quantity=1, unit_price=5.0) for each in first]
    rows += [
        plain(each, sku="ANZ", name="abzüglich Anzahlung", quantity=1, unit_price=-5.0) for each in first
    ]
    read = as_proposed(export(rows))
    assert (read.sold, read.returned, read.excluded) == (TOTAL, 0.0, 2 * len(first))
