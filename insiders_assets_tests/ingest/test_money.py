"""What a line cost is told by the arithmetic of the whole file, or asked; never taken from the wrong column."""

import pytest

from insiders_assets.ingest.inspection.inspection import inspect
from insiders_assets.ingest.mapping.schema import Mapping
from insiders_assets.ingest.questions.question import chosen
from insiders_assets.ingest.rules import FileRules
from insiders_assets_tests.ingest.shop import lines, plain, told, written

LINES = lines()
TOTAL = round(sum(line.total for line in LINES), 2)


@pytest.fixture
def shop(tmp_path):
    """Writes rows and gives the file."""

    def make(rows, separator=","):
        path = tmp_path / "export.csv"
        path.write_bytes(written(rows, separator))
        return path

    return make


def looked_at(path, answers=None):
    return inspect(
        path, path.name, FileRules(), path.name, lambda questions: chosen(questions, answers or {})
    )


@pytest.mark.parametrize(
    ("cost", "sales"),
    [
        ("Unit Cost", "Sales"),
        ("Custo", "Valor Total"),
        ("Einkaufspreis", "Umsatz"),
        ("Prix d'achat", "Montant total"),
    ],
)
def test_a_cost_never_becomes_a_price(shop, cost, sales):
    rows = [
        {"Order ID": line.order, "SKU": line.sku, "Quantity": line.units, "Order Date": line.when,
         cost: round(line.price / 2, 2), sales: line.total, "Customer ID": line.customer}
        for line in LINES
    ]  # fmt: skip
    found = looked_at(shop(rows))
    assert found.mapping.columns["line_total"] == sales
    assert told(shop(rows), found.mapping).sold == TOTAL
    alone = shop([{key: value for key, value in row.items() if key != sales} for row in rows])
    assert told(alone).aside.startswith("column unit_price is missing")


@pytest.mark.parametrize(
    ("of", "value", "net"),
    [
        ("line", lambda line: round(line.units * 0.3, 2), lambda line: round(line.total - line.units * 0.3, 2)),
        ("piece", lambda line: 0.5, lambda line: round(line.units * (line.price - 0.5), 2)),
        ("share", lambda line: 0.25, lambda line: round(line.total * 0.75, 2)),
        ("share", lambda line: 25, lambda line: round(line.total * 0.75, 2)),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "names", [("discount", "line_total"), ("Rabatt", "Gesamtpreis"), ("desconto", "valor total")]
)
def test_a_net_total_that_a_discount_explains_is_what_was_paid(shop, of, value, net, names):
    discount, total = names
    path = shop([plain(line, **{discount: value(line), total: net(line)}) for line in LINES])
    assert told(path).sold == pytest.approx(sum(net(line) for line in LINES), abs=0.02)
    (settled,) = looked_at(path).settled
    assert (settled.code, settled.arguments["of"]) == ("net_total", of)


def test_a_discount_that_nothing_explains_is_a_question_and_every_answer_is_read(shop):
    path = shop([plain(line, discount=0.5) for line in LINES])
    assert "holds discounts" in told(path).aside
    expected = {
        "line": sum(line.total - 0.5 for line in LINES),
        "piece": sum(line.units * (line.price - 0.5) for line in LINES),
        "share": sum(line.total * 0.5 for line in LINES),
        "included": TOTAL,
    }
    for answer, money in expected.items():
        found = looked_at(path, {1: answer})
        assert found.questions == []
        assert told(path, found.mapping).sold == pytest.approx(money, abs=0.02)


def test_a_discount_of_nothing_asks_nothing(shop):
    assert told(shop([plain(line, discount="0.00") for line in LINES])).sold == TOTAL


@pytest.mark.parametrize("name", ["item-price", "price", "Preis", "amount", "Betrag", "valor"])
@pytest.mark.parametrize("of", ["piece", "line"])
def test_whether_money_is_of_a_piece_or_of_the_line_is_told_by_products_or_asked(shop, name, of):
    rows = [
        {"order": line.order, "sku": line.sku, "quantity": line.units, "date": line.when,
         name: line.price if of == "piece" else line.total, "customer": line.customer}
        for line in LINES
    ]  # fmt: skip
    path = shop(rows)
    found = looked_at(path)
    if found.questions:
        assert [question.code for question in found.questions] == ["per_piece"]
        assert found.questions[0].proposed == of
        found = looked_at(path, {1: of})
    assert told(path, found.mapping).sold == TOTAL
    alone = told(path)
    assert alone.aside or alone.sold == TOTAL


def test_a_proposal_with_an_open_question_does_not_decide_it(shop):
    path = shop(
        [{"order": line.order, "sku": line.sku, "quantity": 1 + at % 4, "date": line.when, "item-price": line.price,
          "customer": line.customer} | {"sku": f"only-{at}"} for at, line in enumerate(LINES)]
    )  # fmt: skip
    found = looked_at(path)
    assert [question.code for question in found.questions] == ["per_piece"]
    assert told(path, found.mapping).aside
    assert told(path, looked_at(path, {1: "piece"}).mapping).aside == ""


def test_a_price_with_tax_goes_before_one_without_where_both_fit_a_total(shop):
    path = shop(
        [
            plain(line, unit_price_tax_excl=round(line.price / 1.2, 6), total_price_tax_incl=line.total)
            for line in LINES
        ]
    )
    assert told(path).sold == TOTAL


def test_an_order_total_on_each_line_is_no_amount_of_the_line(shop):
    totals = {}
    for line in LINES:
        totals[line.order] = totals.get(line.order, 0) + line.total
    path = shop([plain(line, **{"Grand Total": round(totals[line.order], 2)}) for line in LINES])
    assert told(path).sold == TOTAL


def test_order_amounts_are_spread_over_the_lines_of_the_order(shop):
    path = shop(
        [plain(line, coupon="5.00" if line.first else "", back="4.00" if line.first and line.order == "70003" else "")
         for line in LINES]
    )  # fmt: skip
    mapping = Mapping(
        discounts=[{"column": "coupon", "level": "order"}],
        refunds=[{"column": "back", "gives": "amount", "level": "order"}],
    )
    found = told(path, mapping)
    per_order = {}
    for line in LINES:
        per_order[line.order] = per_order.get(line.order, 0) + line.total
    assert found.sold == pytest.approx(sum(max(money - 5, 0) for money in per_order.values()), abs=0.02)
    assert found.returned == pytest.approx(4.0, abs=0.005)


@pytest.mark.parametrize(
    "name", ["refunded units", "product_quantity_refunded", "Menge retourniert", "qtd devolvida"]
)
def test_refunded_pieces_come_back_beside_the_line_that_was_sold(shop, name):
    path = shop([plain(line, **{name: 1 if at % 7 == 0 else 0}) for at, line in enumerate(LINES)])
    found = told(path)
    assert found.sold == TOTAL
    assert found.returned == pytest.approx(
        sum(line.price for at, line in enumerate(LINES) if at % 7 == 0), abs=0.005
    )
    assert set(found.rows.filter(found.rows["quantity"] < 0)["quantity"]) == {-1}


@pytest.mark.parametrize(
    ("name", "values"),
    [("return eligible", ("yes", "no")), ("Payment Method Title", ("Credit card", "PayPal")),
     ("returning customer", ("yes", "no")), ("return window days", ("14", "30"))],
)  # fmt: skip
def test_words_that_only_sound_like_returns_mark_none(shop, name, values):
    path = shop([plain(line, **{name: values[at % 2]}) for at, line in enumerate(LINES)])
    found = told(path)
    assert (found.aside, found.sold, found.returned) == ("", TOTAL, 0.0)
    assert looked_at(path).questions == []


@pytest.mark.parametrize("first_only", ["customer_id", "date", "both"])
def test_fields_on_the_first_line_of_an_order_hold_for_all_of_it(shop, first_only):
    blank = {"customer_id": [""], "date": [""], "both": ["", ""]}[first_only]
    names = ["customer_id", "date"] if first_only == "both" else [first_only]
    path = shop(
        [plain(line, **({} if line.first else dict(zip(names, blank, strict=True)))) for line in LINES]
    )
    found = looked_at(path)
    assert {settled.columns[0] for settled in found.settled} == set(names)
    mapping = Mapping(fill_down=names)
    read = told(path, mapping)
    assert (read.sold, read.customers, read.rows["customer_id"].null_count()) == (TOTAL, 17, 0)
    if first_only == "customer_id":
        assert told(path).rows["customer_id"].null_count() == 0


def test_a_line_without_an_order_number_belongs_to_the_order_above_if_the_mapping_says_so(shop):
    path = shop(
        [plain(line, **({} if line.first else {"order_id": "", "customer_id": ""})) for line in LINES]
    )
    read = told(path, Mapping(fill_down=["order_id", "customer_id"]))
    assert (read.orders, read.sold, read.rows["customer_id"].null_count()) == (30, TOTAL, 0)


STATUSES = {
    "en": ("Order Status", "completed", "cancelled", "pending", "refunded"),
    "pt": ("Situação", "Entregue", "Cancelado", "Aguardando pagamento", "Devolvido"),
    "es": ("Estado del pedido", "Entregado", "Anulado", "Pendiente", "Reembolsado"),
    "fr": ("Statut", "Livrée", "Annulée", "En attente", "Remboursée"),
    "de": ("Bestellstatus", "Versandt", "Storniert", "Ausstehend", "Erstattet"),
    "it": ("Stato ordine", "Consegnato", "Annullato", "In attesa", "Rimborsato"),
    "nl": ("Status", "Verzonden", "Geannuleerd", "Wachten op betaling", "Terugbetaald"),
}


@pytest.mark.parametrize("language", STATUSES)
def test_what_a_status_says_is_asked_in_seven_languages(shop, language):
    name, *states = STATUSES[language]
    path = shop([plain(line, **{name: states[at % 4]}) for at, line in enumerate(LINES)])
    assert told(path).aside
    by_state = [round(sum(line.total for line in LINES[at::4]), 2) for at in range(4)]
    found = looked_at(path)
    assert [question.proposed for question in found.questions] == ["exclude", "exclude", "returned"]
    assert [round(question.money, 2) for question in found.questions] == by_state[1:]
    read = told(path, looked_at(path, {1: "exclude", 2: "exclude", 3: "returned"}).mapping)
    assert read.sold == pytest.approx(by_state[0] + by_state[3], abs=0.01)
    assert (read.returned, read.excluded) == (by_state[3], 30)


def test_a_line_below_nothing_is_a_discount_of_its_order_and_counted_as_such(shop):
    voucher = {"sku": "DISC10", "name": "Voucher", "quantity": 1, "unit_price": -1.5}
    rows = [plain(line, **more) for line in LINES for more in ([{}, voucher] if line.first else [{}])]
    found = told(shop(rows))
    assert found.sold == pytest.approx(TOTAL - 1.5 * 30, abs=0.02)
    assert (found.returned, found.excluded) == (0.0, 30)
    kept = told(shop(rows), Mapping(negative_prices="keep"))
    assert kept.rows.height == len(rows)


def test_gift_cards_and_shipping_that_make_much_of_the_money_are_questions(shop):
    gift = {"sku": "GC-50", "name": "Gift card 50", "quantity": 1, "unit_price": 50}
    shipping = {"sku": "SHIP01", "name": "Standard shipping", "quantity": 1, "unit_price": 14.9}
    rows = [plain(line, **more) for line in LINES for more in ([{}, gift, shipping] if line.first else [{}])]
    path = shop(rows)
    assert "gift cards" in told(path).aside
    found = looked_at(path)
    assert [(question.code, round(question.money, 2)) for question in found.questions] == [
        ("service_gift_card", 1500.0), ("service_shipping", 447.0),
    ]  # fmt: skip
    assert told(path, looked_at(path, {1: "exclude", 2: "exclude"}).mapping).sold == TOTAL
    assert told(path, looked_at(path, {1: "keep", 2: "keep"}).mapping).sold == round(TOTAL + 1947, 2)


@pytest.mark.parametrize(
    "name", ["Horse carriage lantern", "Gift bag", "Postage stamp album", "Shipping container toy"]
)
def test_goods_whose_names_only_sound_like_services_are_goods(shop, name):
    path = shop([plain(line, **{"product name": name}) for line in LINES])
    assert (told(path).aside, told(path).sold) == ("", TOTAL)


@pytest.mark.parametrize(("units", "total"), [(4, -10.0), (-4, 10.0), (-4, -10.0)])
def test_a_line_whose_pieces_or_total_are_negative_is_a_return_of_its_pieces(shop, units, total):
    columns = {"invoice_no": "order", "stock_code": "sku", "quantity": "units", "invoice_date": "date",
               "line_total": "total", "customer_id": "who"}  # fmt: skip
    rows = [
        {"order": "1", "sku": "A1", "units": 8, "date": "2025-01-03 09:00:00", "total": 20.0, "who": "C1"},
        {
            "order": "2",
            "sku": "A1",
            "units": units,
            "date": "2025-01-04 09:00:00",
            "total": total,
            "who": "C1",
        },
    ]
    found = told(shop(rows), Mapping(columns=columns))
    assert (found.sold, found.returned) == (20.0, 10.0)
    assert found.rows["quantity"].to_list() == [8, -4]
    assert found.rows["unit_price"].to_list() == [2.5, 2.5]
