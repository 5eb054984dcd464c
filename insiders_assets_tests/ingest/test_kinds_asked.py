"""What an unmapped file may hide under any name and in any code is asked about; what is innocent asks nothing."""

import pytest

from insiders_assets.ingest.inspection.inspection import inspect
from insiders_assets.ingest.mapping.mapping_file import with_mapping
from insiders_assets.ingest.mapping.schema import Mapping
from insiders_assets.ingest.questions.question import chosen, proposed
from insiders_assets.ingest.rules import FileRules
from insiders_assets_tests.ingest.exports import read_all
from insiders_assets_tests.ingest.shop import lines, plain, told, written

LINES = lines()
TOTAL = round(sum(line.total for line in LINES), 2)
SIXTH = round(sum(line.total for line in LINES[1::6]), 2)


@pytest.fixture
def shop(tmp_path):
    """Writes the lines with more columns, told by the place of a line and the line, and gives the file."""

    def make(**more):
        path = tmp_path / "export.csv"
        rows = [
            plain(line, **{name: meaning_of(at, line) for name, meaning_of in more.items()})
            for at, line in enumerate(LINES)
        ]
        path.write_bytes(written(rows))
        return path

    return make


def sixth(some, others):
    """One value on each sixth line, and another on the rest."""
    return lambda at, _: some if at % 6 == 1 else others


@pytest.mark.parametrize(
    ("name", "some", "others"),
    [
        ("info", "cancelled", "completed"), ("F17", "Storniert", "Versendet"), ("remark", "Annulé", ""),
        ("comment", "Cancelado", "please ring"), ("tags", "vip, cancelled", "vip"), ("paid", "no", "yes"),
        ("valid", "0", "1"), ("orderStatus", "ORDERCANCELLED", "ORDERDELIVERED"), ("current_state", "6", "5"),
        ("cancellation_reason", "out of stock", ""), ("cancelled_qty", "1", "0"), ("environment", "sandbox", "live"),
        ("is_fraud", "1", "0"), ("order_type", "Sample", "Regular"), ("rma_number", "RMA7", ""),
        ("is_current", "N", "Y"), ("Storno", "J", "N"), ("is_archived", "1", "0"), ("Archiviert am", "2025-11-01", ""),
        ("__op", "d", "c"), ("tombstone", "1", "0"), ("order_type", "Transfer", "Sale"),
        ("Belegart", "Umlagerung", "Rechnung"), ("note", "internal transfer", ""),
        ("invoice_type", "Proforma", "Invoice"), ("Tipo", "Transferencia entre tiendas", "Venta"),
        ("customer_id", "INTERNAL", "C001"),
        ("payment_method", "Warranty replacement", "card"), ("channel", "internal", "web"),
        ("Zahlungsart", "Kulanz", "PayPal"), ("is_reversed", "1", "0"), ("record_type", "Forecast", "Actual"),
        ("scenario", "Budget", "Actual"), ("reversal_of", "TX9", ""),
        ("customer_id", "Lager 2", "C001"), ("customer_id", "Store 12", "C001"),
    ],
)  # fmt: skip
def test_what_may_not_have_come_about_is_asked_under_any_name(shop, name, some, others):
    assert told(shop(**{name: sixth(some, others)})).aside.startswith("leaves question 1 open")


@pytest.mark.parametrize(
    ("name", "some", "others", "answer"),
    [
        ("doc_type", "381", "380", "return"), ("Belegart", "GS", "RE", "return"), ("sign", "-", "+", "return"),
        ("D/C", "C", "D", "return"), ("factor", "-1", "1", "return"), ("is_return", "1", "0", "return"),
        ("returned", "Y", "N", "returned"), ("refunded_at", "2025-11-01", "", "returned"),
        ("credit_note_no", "CN-7", "", "returned"),
    ],
)  # fmt: skip
def test_what_came_back_is_asked_in_any_code_and_read_as_answered(shop, name, some, others, answer):
    path = shop(**{name: sixth(some, others)})
    assert told(path).aside.startswith("leaves question 1 open")
    found = inspect(path, path.name, FileRules(), path.name, proposed)
    read = told(path, found.mapping)
    assert read.returned == SIXTH
    assert read.sold == pytest.approx(TOTAL if answer == "returned" else TOTAL - SIXTH, abs=0.01)


def test_numbers_of_credit_notes_are_asked_about_and_read_by_how_they_begin(shop):
    path = shop(order_id=lambda at, line: ("CN-" if at % 6 == 1 else "INV-") + line.order)
    assert "CN- on 10 lines" in told(path).aside
    mapping = Mapping(returns={"column": "order_id", "starts_with": ["cn-"]})
    assert (told(path, mapping).sold, told(path, mapping).returned) == (round(TOTAL - SIXTH, 2), SIXTH)


@pytest.mark.parametrize(
    ("number", "rule"),
    [
        ("R-{}", {"starts_with": ["R-"]}), ("RT{}", {"starts_with": ["RT"]}), ("-{}", {"starts_with": ["-"]}),
        ("{}-R", {"ends_with": ["-R"]}), ("{}-CN1", {"ends_with": ["-CN1"]}),
    ],
)  # fmt: skip
def test_a_faint_mark_is_asked_about_where_its_number_is_that_of_another_order(shop, number, rule):
    path = shop(order_id=lambda at, line: number.format(line.order) if at % 6 == 1 else line.order)
    assert "numbers like those of credit notes" in told(path).aside
    read = told(path, Mapping(returns={"column": "order_id", **rule}))
    assert (read.sold, read.returned) == (round(TOTAL - SIXTH, 2), SIXTH)


def test_registers_of_their_own_numbers_are_no_credit_notes(shop):
    path = shop(order_id=lambda at, line: f"R-{9000 + at}" if at % 6 == 1 else line.order)
    assert not told(path).aside


def test_the_state_of_an_order_is_no_region(shop):
    assert told(shop(order_state=sixth("X", "C"))).aside.startswith("leaves question 1 open")


NOT_YET = ("0000-00-00 00:00:00", "00.00.0000", "0001-01-01", "1900-01-01", "NULL", "")


@pytest.mark.parametrize("never", NOT_YET)
@pytest.mark.parametrize("name", ["cancelled_at", "deleted_at"])
def test_a_date_that_databases_write_for_none_tells_of_nothing(shop, never, name):
    assert not told(shop(**{name: lambda *_: never})).aside
    some = shop(**{name: sixth("2025-11-03", never)})
    found = inspect(some, some.name, FileRules(), some.name, proposed)
    assert told(some, found.mapping).sold == pytest.approx(TOTAL - SIXTH)


@pytest.mark.parametrize("never", NOT_YET)
def test_many_dates_of_cancellation_beside_those_for_none_are_asked_about_all_the_same(tmp_path, never):
    rows = [
        plain(line, cancelled_at=never if at % 3 else f"2025-11-03 10:{at // 60:02}:{at % 60:02}")
        for at, line in enumerate(lines(240))
    ]
    path = tmp_path / "export.csv"
    path.write_bytes(written(rows))
    found = inspect(path, path.name, FileRules(), path.name, proposed)
    if never == "1900-01-01":  # looks like any other date, once there are many
        return
    left = sum(line.total for at, line in enumerate(lines(240)) if at % 3)
    assert told(path, found.mapping).sold == pytest.approx(left)


def test_what_was_ordered_delivered_and_invoiced_was_sold_once(tmp_path):
    path = tmp_path / "export.csv"
    kinds = ("Order", "Delivery note", "Invoice")
    path.write_bytes(written([plain(line, document_type=kind) for line in LINES for kind in kinds]))
    asked = inspect(path, path.name, FileRules(), path.name).questions
    assert [(each.code, each.proposed) for each in asked] == [("repeats", "Invoice")]
    found = inspect(path, path.name, FileRules(), path.name, proposed)
    assert told(path).aside.startswith("leaves question 1 open")
    assert (told(path, found.mapping).sold, told(path, found.mapping).excluded) == (TOTAL, 2 * len(LINES))
    once = [plain(line, document_type=kinds[at % 3]) for at, line in enumerate(LINES)]
    path.write_bytes(written(once))
    assert not told(path).aside


@pytest.mark.parametrize(
    ("name", "yes", "no"),
    [
        ("taxes_included", "true", "false"),
        ("Steuer inklusive", "ja", "nein"),
        ("tax_incl", "brutto", "netto"),
    ],
)
def test_prices_with_and_without_tax_in_one_file_are_asked_about(shop, name, yes, no):
    assert "some prices are with tax and others without it" in told(shop(**{name: sixth(no, yes)})).aside
    assert not told(shop(**{name: sixth(yes, yes)})).aside


@pytest.mark.parametrize("sign", [1, -1])
def test_a_column_that_adds_up_the_lines_before_is_no_price(tmp_path, sign):
    total, rows = 5000.0 if sign < 0 else 0.0, []
    for line in LINES:
        total += sign * line.total
        rows.append(plain(line, running_total=round(total, 2)))
    path = tmp_path / "export.csv"
    path.write_bytes(written(rows))
    assert (told(path).sold, told(path).aside) == (TOTAL, "")


def test_prices_of_a_hundred_pieces_are_no_cents(shop):
    path = shop(unit_price=lambda _, line: round(line.price * 100), price_unit=lambda *_: 100,
                line_total=lambda _, line: line.total)  # fmt: skip
    assert (told(path).sold, told(path).aside) == (TOTAL, "")


def test_several_pieces_at_a_price_below_nothing_are_no_discount_of_their_order(shop):
    """A discount stands once; a shop that takes three lamps back writes three."""
    path = shop(unit_price=lambda at, line: -line.price if line.sku == "SKU-002" else line.price)
    back = sum(line.total for line in LINES if line.sku == "SKU-002")
    asked = inspect(path, path.name, FileRules(), path.name).questions
    assert [each.code for each in asked] == ["negative_prices"]
    found = inspect(path, path.name, FileRules(), path.name, proposed)
    assert told(path, found.mapping).returned == pytest.approx(back)


@pytest.mark.parametrize(
    ("name", "some", "others"),
    [
        ("payment_method", "Gift card", "card"), ("channel", "open house", "web"), ("source", "staff pick", "direct"),
        ("payment_method", "Cash on delivery", "Invoice"), ("tags", "sale", "new"),
        ("department", "returns desk", "toys"),
    ],
)  # fmt: skip
def test_how_something_was_bought_asks_nothing(shop, name, some, others):
    assert not told(shop(**{name: sixth(some, others)})).aside


def test_rows_of_orders_and_payments_among_those_of_products_are_left_out_once_asked(shop):
    """A register writes an order and its payment beside what was sold: neither is counted."""
    path = shop(line_type=lambda *_: "Sale Line", total=lambda _, line: line.total)
    header, *rows = path.read_text().splitlines()
    names = header.split(",")

    def of_order(row: str, word: str) -> str:
        none = {"quantity": "", "unit_price": "", "sku": ""}
        cells = dict(zip(names, row.split(","), strict=True)) | none | {"line_type": word, "total": "99"}
        return ",".join(cells.values())

    levels = [of_order(row, word) for row in rows for word in ("Sale", "Payment")]
    path.write_text("\n".join([header, *levels, *rows]))
    asked: list[str] = []

    def answering(questions):
        asked.extend(question.code for question in questions)
        return proposed(questions)

    found = inspect(path, path.name, FileRules(), path.name, answering)
    assert asked == ["levels"]
    read = told(path, found.mapping)
    assert (read.sold, read.excluded, read.aside) == (TOTAL, 2 * len(rows), "")


def test_lines_of_totals_among_those_of_products_are_left_out_once_asked(shop):
    path = shop()
    header, *rows = path.read_text().splitlines()
    names = header.split(",")
    total = ",".join(
        "Total for C001" if name == "customer_id" else "99" if name == "unit_price" else "" for name in names
    )
    path.write_text(
        "\n".join([header, *(each for row in rows for each in ([row, total] if "C001" in row else [row]))])
    )
    found = inspect(path, path.name, FileRules(), path.name, proposed)
    read = told(path, found.mapping)
    assert (read.sold, read.excluded, read.aside) == (TOTAL, sum("C001" in row for row in rows), "")


def test_a_total_below_nothing_is_a_return_although_price_and_quantity_are_not(shop):
    path = shop(line_total=lambda at, line: -line.total if at % 6 == 1 else line.total)
    assert (told(path).sold, told(path).returned) == (round(TOTAL - SIXTH, 2), SIXTH)


@pytest.mark.parametrize(
    "more",
    [
        {"final_price": lambda _, line: round(line.price * 0.8, 2)},
        {"special_price": lambda at, line: "" if at % 4 else round(line.price * 0.8, 2)},
        {"line_total": lambda _, line: line.total, "amount_paid": lambda _, line: round(line.total * 0.9, 2)},
        {"line_discount": lambda *_: 0.4, "promo_discount": lambda *_: 0.1},
        {"order_id": lambda *_: "1"},
        {"customer_id": lambda at, line: line.customer if at % 6 else "(not set)"},
        {"customer_id": lambda at, line: line.customer if at % 6 else "000.000.000-00"},
        {"sku": lambda at, line: line.sku if at % 6 else "EGIFT",
         "name": lambda at, line: line.name if at % 6 else "E-Gift Card",
         "unit_price": lambda at, line: line.price if at % 6 else 50},
    ],
)  # fmt: skip
def test_two_readings_of_money_and_ids_of_nobody_are_asked_about(shop, more):
    assert told(shop(**more)).aside.startswith("leaves question 1 open")


@pytest.mark.parametrize(
    ("name", "paid", "nothing"),
    [
        ("paid_at", "2025-03-01 10:00:00", ""), ("Payment date", "2025-03-01", ""), ("paid", "x", ""),
        ("Bezahlt", "ja", ""),
        ("Zahlungseingang", "01.03.2025", ""), ("data_pagamento", "01/03/2025", ""),
        ("Fecha de pago", "13/03/2025", ""),
        ("captured_at", "1740823200", ""), ("settled", "2025-03-01T10:00:00Z", ""), ("paid_at", "2025-03-01", "-"),
        ("paid_at", "2025-03-01", "0000-00-00"), ("paid_at", "2025-03-01", "1970-01-01 00:00:00"),
        ("paid_at", "1740823200", "0"),
    ],
)  # fmt: skip
def test_lines_that_nobody_paid_for_are_asked_about(shop, name, paid, nothing):
    path = shop(**{name: sixth(nothing, paid)})
    assert f"is empty on 10 lines worth {SIXTH:,.2f}" in told(path).aside
    for answer, sold in (("exclude", TOTAL - SIXTH), ("keep", TOTAL)):
        found = inspect(
            path, path.name, FileRules(), path.name, lambda asked, a=answer: chosen(asked, {1: a})
        )
        assert (found.questions, found.exports[0].says.money_in) == ([], pytest.approx(sold))
        assert told(path, found.mapping).sold == pytest.approx(sold)


def test_what_is_still_to_be_paid_is_asked_about(shop):
    path = shop(**{"balance_due": sixth("4.50", "0.00")})
    assert f"still to be paid on 10 lines worth {SIXTH:,.2f}" in told(path).aside
    rule = {"column": "balance_due", "nonzero": True}
    assert told(path, Mapping(exclude=[rule])).sold == pytest.approx(TOTAL - SIXTH)
    assert told(path, Mapping(keep=[rule])).sold == TOTAL


@pytest.mark.parametrize(
    ("ours", "other", "likely"),
    [
        ("qty_ordered", "qty_shipped", "qty_shipped"),
        ("qty_in", "qty_out", "qty_out"),
        ("quantity", "net_qty", "quantity"),
        ("quantity", "pieces_billed", "pieces_billed"),
    ],
)
def test_two_columns_of_pieces_that_differ_are_asked_about(shop, tmp_path, ours, other, likely):
    rows = [
        plain(line) | {ours: line.units, other: 0 if at % 6 == 1 else line.units}
        for at, line in enumerate(LINES)
    ]
    if ours != "quantity":
        for each in rows:
            del each["quantity"]
    path = tmp_path / "export.csv"
    path.write_bytes(written(rows))
    found = inspect(path, path.name, FileRules(), path.name)
    (question,) = [each for each in found.questions if each.code == "two_quantities"]
    assert (set(question.columns), question.proposed, question.arguments["rows"]) == (
        {ours, other},
        likely,
        10,
    )
    assert found.exports[0].outcome.set_aside
    for each in (ours, other):
        answered = inspect(
            path, path.name, FileRules(), path.name, lambda asked, a=each: chosen(asked, {1: a})
        )
        assert (answered.questions, answered.mapping is not None) == ([], True)
        sold = TOTAL if each == ours else TOTAL - SIXTH
        assert told(path, answered.mapping).sold == pytest.approx(sold)


def test_lines_that_add_up_others_are_asked_about(tmp_path):
    rows, path = [], tmp_path / "export.csv"
    for at, line in enumerate(LINES):
        rows.append(plain(line))
        if at + 1 == len(LINES) or LINES[at + 1].order != line.order:
            total = sum(each.total for each in LINES if each.order == line.order)
            rows.append(plain(line, sku="TOTAL", name="Order total", quantity=1, unit_price=round(total, 2)))
    path.write_bytes(written(rows))
    asked = inspect(path, path.name, FileRules(), path.name)
    assert told(path).aside.startswith("leaves question 1 open")
    assert [(each.code, each.proposed) for each in asked.questions] == [("service_total", "exclude")]
    assert asked.exports[0].says.money_in == pytest.approx(TOTAL)


def test_an_innocent_export_asks_nothing(shop):
    path = shop(
        country=lambda *_: "Ireland", channel=lambda at, _: ["web", "store"][at % 2], brand=lambda *_: "Acme",
        payment_method=lambda at, _: ["Credit card", "PayPal", "Cash"][at % 3], unit_cost=lambda _, line: 1.5,
        category=lambda at, _: ["Home", "Test kits"][at % 2], campaign=lambda at, _: ["spring sale", "open"][at % 2],
        notes=lambda at, _: ["", "please deliver to neighbour"][at % 2], newsletter=lambda at, _: ["yes", "no"][at % 2],
        customer_type=lambda at, _: ["new", "returning"][at % 2], loyalty_status=lambda at, _: ["gold", "none"][at % 2],
        state=lambda at, _: ["CA", "NY"][at % 2], shipping_status=lambda at, _: ["delivered", "pending"][at % 2],
        return_until=lambda *_: "2025-12-01", paid_on=lambda *_: "2025-12-01",
        payment_due=lambda at, _: ["", "2025-12-01"][at % 2],
        stock_qty=lambda at, _: at, qty_per_pack=lambda at, _: at % 3, backordered=lambda at, _: at % 2,
        shipped_at=lambda at, _: ["", "2025-12-01"][at % 2], list_price=lambda _, line: line.price + 1,
        weekday=lambda *_: "Monday", payment=lambda at, _: ["bank transfer", "card"][at % 2],
        price_unit=lambda *_: "EUR/pc",
        price_base_quantity=lambda *_: 1, product_type=lambda at, _: ["simple", "variable"][at % 2],
        cancelled_at=lambda *_: "", returned_quantity=lambda *_: 0, class_=lambda at, _: "ABC"[at % 3],
    )  # fmt: skip
    found = told(path)
    assert (found.aside, found.sold, found.customers) == ("", TOTAL, 17)
    assert inspect(path, path.name, FileRules(), path.name).questions == []


def test_totals_of_orders_are_held_against_their_lines_and_the_difference_is_told(shop):
    totals = {}
    for line in LINES:
        totals[line.order] = totals.get(line.order, 4.95) + line.total
    totals["70003"] += 40
    path = shop(order_total=lambda _, line: round(totals[line.order], 2), shipping_cost=lambda *_: 4.95)
    found = inspect(path, path.name, FileRules(), path.name)
    (settled,) = [each for each in found.settled if each.code == "order_total"]
    told_ = settled.arguments
    assert (told_["orders"], told_["agree"], told_["difference"]) == (30, 29, 40.0)
    assert told_["with"] == ["shipping_cost"]
    assert found.questions == []
    (note,) = read_all(path)[""].outcome.notes
    assert note.endswith("40.00 is left over, on 1 of 30 orders")


def test_a_total_that_differs_from_its_lines_by_tax_alone_is_no_doubt(shop):
    rate = 0.055
    totals = {}
    for line in LINES:
        totals[line.order] = totals.get(line.order, 4.95) + line.total
    for sign in (1, -1):
        path = shop(
            order_total=lambda _, line, s=sign: round(totals[line.order] * (1 + rate) ** s, 2),
            shipping_cost=lambda *_: 4.95,
        )
        (settled,) = inspect(path, path.name, FileRules(), path.name).settled
        assert (settled.arguments["rates"], settled.arguments["agree"]) == ([rate], 30)
        assert settled.arguments["tax"] == pytest.approx(
            sum(round(each * (1 + rate) ** sign, 2) - each for each in totals.values()), abs=0.01
        )
        assert read_all(path)[""].outcome.notes == []


@pytest.mark.parametrize(
    "more",
    [
        {"line_total": 1.2, "vat": 0.2}, {"line_total": 1.2, "VAT rate": None}, {"line total incl. VAT": 1.2},
        {"Netto": 1, "Brutto": 1.2}, {"net amount": 1, "vat": 0.2, "gross amount": 1.2},
    ],
)  # fmt: skip
def test_what_is_with_tax_was_paid_where_a_total_differs_by_tax_alone(shop, more):
    path = shop(
        **{
            name: lambda _, line, s=share: "20 %" if s is None else round(line.total * s, 2)
            for name, share in more.items()
        }
    )
    assert (told(path).aside, told(path).sold) == (
        "",
        round(sum(round(line.total * 1.2, 2) for line in LINES), 2),
    )


def test_products_at_prices_below_nothing_came_back_and_are_no_discounts(shop):
    path = shop(unit_price=lambda at, line: -line.price if at % 6 == 1 else line.price)
    assert (
        f"is below nothing on 10 lines worth -{SIXTH:,.2f}, of products that are sold for as much"
        in told(path).aside
    )
    found = inspect(path, path.name, FileRules(), path.name, proposed)
    read = told(path, found.mapping)
    assert (found.questions, read.sold, read.returned) == ([], round(TOTAL - SIXTH, 2), SIXTH)


def test_an_amount_of_the_order_on_each_of_its_lines_is_asked_about(tmp_path):
    path, orders = tmp_path / "export.csv", {}
    for line in LINES:
        orders[line.order] = orders.get(line.order, 0.0) + line.total
    rows = [plain(line, amount=round(orders[line.order], 2)) for line in LINES]
    for each in rows:
        del each["unit_price"]
    path.write_bytes(written(rows))
    found = inspect(path, path.name, FileRules(), path.name)
    (question,) = found.questions
    assert (question.code, question.proposed, question.arguments["order"]) == ("order_amount", None, TOTAL)
    assert found.exports[0].outcome.set_aside


@pytest.mark.parametrize(
    ("sku", "name", "kind"),
    [("TAX", "VAT 20%", "tax"), ("DEP1", "Anzahlung 30 %", "deposit"), ("R9", "Rundung", "rounding")],
)
def test_lines_of_tax_deposits_and_rounding_are_asked_about(tmp_path, sku, name, kind):
    path = tmp_path / "export.csv"
    more = [plain(line, sku=sku, name=name, quantity=1, unit_price=9) for line in LINES if line.first]
    path.write_bytes(written([*map(plain, LINES), *more]))
    assert f"look like {kind}" in told(path).aside
    found = inspect(path, path.name, FileRules(), path.name, proposed)
    assert found.exports[0].says.money_in == TOTAL


def test_gross_and_net_alone_may_speak_of_a_discount_and_are_asked_about(shop):
    path = shop(
        **{"Gross Sales": lambda _, line: line.total, "Net Sales": lambda _, line: round(line.total * 0.8, 2)}
    )
    assert "Gross Sales and Net Sales are not the same" in told(path).aside


def test_addresses_that_differ_by_a_tag_are_asked_about_and_read_as_answered(shop):
    path = shop(customer_id=lambda at, line: f"{line.customer}{'+shop' if at % 2 else ''}@example.com")
    assert "differ in what stands between + and @ alone and may be 17 customers" in told(path).aside
    for answer, customers in (("same", 17), ("different", None)):
        found = inspect(
            path, path.name, FileRules(), path.name, lambda asked, a=answer: chosen(asked, {1: a})
        )
        assert found.questions == []
        assert customers in (None, told(path, found.mapping).customers)
    assert told(path, found.mapping).customers > 17
    path = shop(customer_id=lambda _, line: f"{line.customer}+shop@example.com")
    assert (told(path).aside, told(path).customers) == ("", 17)


@pytest.mark.parametrize("total", [True, False])
def test_a_price_of_more_than_one_piece_is_settled_by_a_total_and_else_asked(shop, total):
    def per(line):
        return 100 if line.sku == "SKU-003" else 1

    more = {"line_total": lambda _, line: line.total} if total else {}
    path = shop(
        unit_price=lambda _, line: round(line.price * per(line), 2),
        price_unit=lambda _, line: per(line),
        **more,
    )
    assert bool(told(path).aside) != total
    found = inspect(path, path.name, FileRules(), path.name, proposed)
    assert (found.questions, found.exports[0].says.money_in) == ([], TOTAL)
    mapping = None if total else found.mapping
    assert told(path, mapping).sold == TOTAL


@pytest.mark.parametrize(
    ("more", "answer", "sold"),
    [
        ({"date": lambda at, _: f"0{1 + at % 9}/04/2025"}, "day_first", TOTAL),
        ({"date": lambda at, _: f"2025-04-{1 + at % 12:02d}" if at % 2 else f"{13 + at % 12}/04/2025"}, "undo", TOTAL),
        ({"unit_price": lambda at, _: f"{12 + at % 9}.990"}, "comma", None),
        ({"quantity": lambda _, line: f"{line.units}.25"}, "weights", None),
    ],
)  # fmt: skip
def test_what_dates_numbers_and_quantities_leave_open_is_numbered_and_answered(shop, more, answer, sold):
    path = shop(**more)
    found = inspect(path, path.name, FileRules(), path.name, lambda asked: chosen(asked, {1: answer}))
    assert (found.questions, found.doubts, found.exports[0].outcome.set_aside) == ([], [], "")
    assert found.exports[0].outcome.rows_transactions == len(LINES)
    assert sold in (None, found.exports[0].says.money_in)


def test_a_currency_on_the_first_line_of_an_order_holds_for_all_of_it(shop):
    path = shop(currency=lambda _, line: ("EUR" if int(line.order) % 3 else "USD") if line.first else "")
    found = inspect(path, path.name, FileRules(), path.name, lambda asked: chosen(asked, {1: "only_EUR"}))
    assert found.questions == []
    euros = sum(line.total for line in LINES if int(line.order) % 3)
    assert told(path, found.mapping).sold == pytest.approx(euros, abs=0.01)


def test_a_word_on_the_first_line_of_an_order_holds_for_all_of_it_under_any_name(shop):
    path = shop(remark=lambda _, line: "cancelled" if line.first and int(line.order) % 3 == 0 else "")
    found = inspect(path, path.name, FileRules(), path.name, proposed)
    kept = sum(line.total for line in LINES if int(line.order) % 3)
    assert told(path, found.mapping).sold == pytest.approx(kept, abs=0.01)


def test_pieces_that_came_back_are_not_counted_twice_where_lines_below_nothing_say_the_same(shop):
    path = shop(
        quantity=lambda at, line: -1 if at % 6 == 1 else line.units,
        refunded_qty=lambda at, _: int(at % 6 == 0),
    )
    assert "lines below nothing" in told(path).aside


def test_a_floor_of_nothing_is_proposed_for_goods_by_the_thousandth(tmp_path):
    path = tmp_path / "fuel.csv"
    path.write_bytes(
        written([
            {"basket": line.order, "product": line.sku, "quantity": 4000 + at, "amount": round((4000 + at) * 0.0023, 2),
             "time": line.when, "household": line.customer}
            for at, line in enumerate(LINES)
        ])
    )  # fmt: skip
    found = inspect(path, path.name, FileRules(), path.name, proposed)
    assert found.cheap > 0.9
    assert found.mapping.cleaning.price_floor == 0.0


def test_a_mapping_takes_the_place_of_the_one_for_the_same_files_and_of_no_other():
    text = (
        "exports:\n# ours\n- files: [a.csv]\n  # the till's\n  columns: {invoice_no: Ticket}\n\n"
        "# theirs\n- files: ['*.csv']\n  columns: {invoice_no: Bon}\n"
    )
    new = with_mapping(
        text, Mapping(files=("a.csv",), columns={"invoice_no": "Till"}), "a.csv", "mapping.yaml"
    )
    assert "Ticket" not in new
    assert [part for part in ("# ours", "# the till's", "Till", "# theirs", "Bon") if part not in new] == []
    assert new == with_mapping(
        new, Mapping(files=("a.csv",), columns={"invoice_no": "Till"}), "a.csv", "mapping.yaml"
    )
    other = with_mapping(new, Mapping(files=("b.csv",), columns={"invoice_no": "B"}), "b.csv", "mapping.yaml")
    assert other.index("b.csv") < other.index("Bon")
    assert "Till" in other


def test_the_floor_that_inspect_goes_by_is_the_one_that_cleaning_goes_by():
    from insiders_assets.features import cleaning
    from insiders_assets.ingest import row_counter

    assert (row_counter.HARDLY, row_counter.WORTH) == (cleaning.FLOOR, cleaning.WORTH)
