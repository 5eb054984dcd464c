"""Lines that repeat what a customer bought, and what else ledgers and shops of other countries write without a word."""

import json

import pytest

from insiders_assets.ingest.inspection.inspection import inspect
from insiders_assets.ingest.rules import FileRules
from insiders_assets_tests.ingest import shop
from insiders_assets_tests.ingest.shop import lines, plain, told, written

LINES = lines(120)
TOTAL = round(sum(line.total for line in LINES), 2)
BACK = LINES[3::13]
GIVEN_BACK = round(sum(line.total for line in BACK), 2)
GONE = [line for line in LINES if int(line.order) % 12 == 5]
LOST = round(sum(line.total for line in GONE), 2)


@pytest.fixture
def export(tmp_path):
    """Writes rows, or text as it is, and gives the file."""

    def make(rows, name="export.csv"):
        path = tmp_path / name
        path.write_bytes(rows.encode() if isinstance(rows, str) else written(list(rows)))
        return path

    return make


def asked(path):
    found = inspect(path, path.name, FileRules(), path.name)
    return [(question.code, question.proposed) for question in found.questions]


def as_proposed(path):
    """What is sold and returned once every question is answered as proposed."""
    read = shop.as_proposed(path)
    assert read.aside == ""
    return read.sold, read.returned


def with_returns(column, sold, back):
    """Every line, and those that came back once more under an order number of their own."""
    came_back = (plain(each, order_id=f"8{each.order[1:]}") | {column: back} for each in BACK)
    return [*(plain(each) | {column: sold} for each in LINES), *came_back]


@pytest.mark.parametrize(
    ("column", "sold", "back"),
    [("direction", "OUT", "IN"), ("BWART", "601", "651"), ("typ", "FV", "KOR"), ("stock_effect", "-1", "1"),
     ("comprobante", "FACTURA B", "NOTA DE CREDITO B"), ("returned_to_store", "", "S12")],
)  # fmt: skip
def test_values_whose_lines_repeat_what_the_customer_bought_are_asked_about_as_returns(
    export, column, sold, back
):
    path = export(with_returns(column, sold, back))
    assert told(path).aside.startswith("leaves question 1 open")
    assert asked(path) == [("status_repeating", "return")]
    assert as_proposed(path) == (TOTAL, GIVEN_BACK)


def test_lines_that_repeat_none_are_not_asked_about(export):
    path = export(plain(each) | {"direction": "IN" if each in BACK else "OUT"} for each in LINES)
    assert (asked(path), told(path).sold) == ([], TOTAL)


@pytest.mark.parametrize(("again", "times"), [("renewal", 1), ("B", 2)])
def test_what_is_renewed_or_bought_again_and_again_is_not_asked_about(export, again, times):
    more = [
        plain(each, order_id=f"{8 + time}{each.order[1:]}", plan=again)
        for each in BACK
        for time in range(times)
    ]
    path = export([*(plain(each, plan="first") for each in LINES), *more])
    assert (asked(path), told(path).sold) == ([], round(TOTAL + times * GIVEN_BACK, 2))


@pytest.mark.parametrize(
    ("column", "sold", "back"),
    [("return_reason", "", "Too small"), ("original_order", "", "70001"), ("piece", "Facture", "Avoir"),
     ("event", "order.placed", "order.cancelled"), ("tipo_doc", "TD01", "TD04")],
)  # fmt: skip
def test_lines_that_repeat_others_are_returns_themselves_whatever_they_are_called(export, column, sold, back):
    path = export(with_returns(column, sold, back))
    assert [answer for _, answer in asked(path)] == ["return"]
    assert as_proposed(path) == (TOTAL, GIVEN_BACK)


@pytest.mark.parametrize(("sold", "back"), [("H", "S"), ("S", "H")])
def test_either_side_of_the_books_may_be_the_sales(export, sold, back):
    assert as_proposed(export(with_returns("Soll/Haben", sold, back))) == (TOTAL, GIVEN_BACK)


@pytest.mark.parametrize(
    ("column", "sold", "gone"),
    [("stav", "Vyřízena", "Zrušena"), ("durum", "Teslim edildi", "İptal edildi"), ("Статус", "Выполнен", "Отменён"),
     ("订单状态", "已完成", "已取消"), ("ステータス", "発送済み", "キャンセル"),
     ("orderstatus", "Levererad", "Makulerad"),
     ("decision", "allow", "deny"), ("till_mode", "SALES", "TRAINING"), ("transaction_kind", "sale", "authorization"),
     ("comped", "N", "Y")],
)  # fmt: skip
def test_what_did_not_come_about_is_found_in_further_languages_and_by_further_words(
    export, column, sold, gone
):
    path = export(plain(each) | {column: gone if each in GONE else sold} for each in LINES)
    assert [answer for _, answer in asked(path)] == ["exclude"]
    assert as_proposed(path) == (round(TOTAL - LOST, 2), 0.0)


def test_a_state_that_all_lines_share_is_proposed_to_count(export):
    path = export(plain(each, line_status="open") for each in LINES)
    assert asked(path) == [("status_pending", "keep")]
    assert as_proposed(path) == (TOTAL, 0.0)


def test_sales_orders_fulfillments_and_purchases_are_no_sales_beside_invoices(export):
    others = ("Sales Order", "Item Fulfillment", "Purchase")
    path = export(
        plain(each, type=kind, order_id=f"{kind[0]}{each.order}")
        for each in LINES
        for kind in ("Invoice", *(others if int(each.order) % 3 else ()))
    )
    found = inspect(path, path.name, FileRules(), path.name)
    (question,) = (each for each in found.questions if each.code == "status_pending")
    assert sorted(each.value for each in question.values) == sorted(others)
    assert as_proposed(path) == (TOTAL, 0.0)


def test_a_total_with_tip_and_tax_is_not_what_the_goods_cost(export):
    path = export(
        {
            **{name: value for name, value in plain(each).items() if name != "unit_price"},
            "subtotal": each.total, "tip": round(each.total * 0.15, 2), "tax": round(each.total * 0.08, 2),
            "total": round(each.total + round(each.total * 0.15, 2) + round(each.total * 0.08, 2), 2),
        }
        for each in LINES
    )  # fmt: skip
    assert asked(path) == [("two_totals", "subtotal")]
    assert as_proposed(path) == (TOTAL, 0.0)


def test_a_gross_total_after_a_share_and_with_tax_is_what_was_paid(export):
    rows, sold = [], 0.0
    for at, each in enumerate(LINES):
        off = (0, 10, 25)[at % 3]
        gross = round(each.total * (1 - off / 100) * 1.2, 2)
        row = {name: value for name, value in plain(each).items() if name != "unit_price"}
        rows.append(row | {"net_price": each.price, "discount_pct": off, "vat_pct": 20, "gross_total": gross})
        sold += gross
    path = export(rows)
    assert asked(path) == []
    assert as_proposed(path)[0] == pytest.approx(sold, abs=0.02)


@pytest.mark.parametrize("shares", [(1, 0.9, 0.75), ("", "10+5", "20")])
def test_a_factor_or_a_chain_of_discounts_is_proposed_nothing(export, shares):
    name = "discount_factor" if shares[0] == 1 else "sconto"
    path = export(plain(each) | {name: shares[at % 3]} for at, each in enumerate(LINES))
    assert asked(path) == [("discount", None)]


def test_discounts_and_refunds_inside_orders_in_json_are_taken_off_their_lines(export):
    def order(number, bought):
        return {
            "id": number, "created_at": bought[0].when.isoformat(), "customer": {"id": bought[0].customer},
            "line_items": [
                {"id": f"{number}-{at}", "sku": each.sku, "title": each.name, "quantity": each.units,
                 "price": f"{each.price:.2f}", "discount_allocations": [{"amount": "0.20"}, {"amount": "0.30"}]}
                for at, each in enumerate(bought)
            ],
            "refunds": [
                {"refund_line_items": [{"line_item_id": f"{number}-0", "quantity": 1, "line_item": {"id": 9}}]}
            ] * (int(number) % 9 == 1),
        }  # fmt: skip

    numbers = sorted({each.order for each in LINES})
    bought = {number: [each for each in LINES if each.order == number] for number in numbers}
    path = export(json.dumps({"orders": [order(*each) for each in bought.items()]}), "orders.json")
    first = [bought[number][0] for number in numbers if int(number) % 9 == 1]
    back = sum((each.total - 0.5) / each.units for each in first)
    sold, returned = as_proposed(path)
    assert sold == pytest.approx(TOTAL - 0.5 * len(LINES), abs=0.02)
    assert returned == pytest.approx(back, abs=0.02)


def test_changes_of_a_database_go_by_their_moment(export):
    rows = []
    for at, each in enumerate(LINES):
        moment = int(each.when.timestamp() * 1000)
        if at % 10 == 3:
            rows.append(plain(each, quantity=each.units + 1) | {"__op": "c", "__ts_ms": moment - 90_000})
        rows.append(plain(each) | {"__op": "u" if at % 10 == 3 else "c", "__ts_ms": moment})
    path = export(rows)
    assert asked(path) == [("versions", "newest")]
    assert as_proposed(path) == (TOTAL, 0.0)


def test_a_price_that_is_not_the_total_of_single_pieces_is_asked_about(export):
    path = export(plain(each, quantity=1, weight_g=each.units * 100, total=each.total) for each in LINES)
    assert asked(path) == [("price_or_total", "total")]
    assert as_proposed(path) == (TOTAL, 0.0)
