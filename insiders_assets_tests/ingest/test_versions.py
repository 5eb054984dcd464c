"""A line that stands in an export in several versions counts once; what only looks like one asks nothing."""

import pytest

from insiders_assets.ingest.inspection.inspection import inspect
from insiders_assets.ingest.mapping.schema import Mapping
from insiders_assets.ingest.questions.question import chosen
from insiders_assets.ingest.rules import FileRules
from insiders_assets_tests.ingest.shop import lines, plain, told, written

LINES = lines()
TOTAL = round(sum(line.total for line in LINES), 2)
CHANGED = len(LINES[3::7])
EARLIER = round(sum(line.total + line.price for line in LINES[3::7]), 2)


def export(tmp_path, earlier, later, **every):
    """An export in which every seventh line was corrected by a piece; the first version stands behind the second."""
    rows = []
    for at, line in enumerate(LINES):
        number = {name: make(at) for name, make in every.items()}
        rows.append(plain(line, **number) | later)
        if at % 7 == 3:
            rows.append(plain(line, **number) | earlier | {"quantity": line.units + 1})
    path = tmp_path / "export.csv"
    path.write_bytes(written(rows))
    return path


def asked(path, answers=None):
    return inspect(path, path.name, FileRules(), path.name, lambda found: chosen(found, answers or {}))


def rules(**keys):
    return Mapping.model_validate(keys)


@pytest.mark.parametrize(
    ("earlier", "later", "every"),
    [
        ({"version": 9}, {"version": 10}, {}),
        ({"Revisão": "1"}, {"Revisão": "2"}, {}),
        ({"updated_at": "2025-11-01 09:59:59"}, {"updated_at": "2025-11-01 10:00:00"}, {}),
        ({"last_modified": "2025-11-01T09:00:00Z"}, {"last_modified": "2025-11-02T08:00:00.123Z"}, {}),
        (
            {"_synced_at": "31.01.2025 10:00"},
            {"_synced_at": "01.02.2025 09:00"},
            {"line_no": lambda at: at % 2},
        ),
    ],
)
def test_the_newest_version_of_a_line_counts_or_each(tmp_path, earlier, later, every):
    path = export(tmp_path, earlier, later, **every)
    found = asked(path)
    (question,) = found.questions
    assert (question.code, question.proposed, question.rows) == ("versions", "newest", CHANGED)
    assert question.money == pytest.approx(EARLIER)
    assert found.exports[0].outcome.set_aside
    newest, each = (asked(path, {1: answer}) for answer in ("newest", "all"))
    assert newest.questions == each.questions == []
    once = told(path, newest.mapping)
    assert (once.sold, once.excluded) == (TOTAL, CHANGED)
    assert told(path, each.mapping).sold == pytest.approx(TOTAL + EARLIER)


def test_the_discount_of_an_order_is_spread_over_the_newest_versions_of_its_lines(tmp_path):
    path = export(tmp_path, {"version": 1, "order_discount": 0}, {"version": 2, "order_discount": 0})
    text = path.read_text().replace(
        ",2,0\n", ",2,1.00\n", 2
    )  # both lines of the first order say what it saved
    path.write_text(text)
    read = told(
        path,
        rules(
            exclude=[{"column": "version", "older": True}],
            discounts=[{"column": "order_discount", "level": "order"}],
        ),
    )
    assert read.sold == pytest.approx(TOTAL - 1)


def test_rows_that_a_database_changed_are_asked_about_where_nothing_tells_which_is_newer(tmp_path):
    (question,) = asked(export(tmp_path, {"op": "I"}, {"op": "U"})).questions
    assert (question.code, question.proposed, [each.name for each in question.answers]) == (
        "versions",
        None,
        ["all"],
    )


@pytest.mark.parametrize(
    "beside",
    [
        lambda at: {"updated_at": f"2025-11-{1 + at % 28:02d}"},  # rows that changed, each once
        lambda at: {"app_version": f"1.{at % 3}"},
        lambda at: {"operation": "sale"},
    ],
)
def test_what_says_when_a_row_was_written_asks_nothing_where_each_stands_once(tmp_path, beside):
    path = tmp_path / "export.csv"
    path.write_bytes(written([plain(line) | beside(at) for at, line in enumerate(LINES)]))
    assert asked(path).questions == []


def test_what_was_given_back_later_is_no_newer_version_of_what_was_sold(tmp_path):
    rows = [plain(line, updated_at="2025-11-01") for line in LINES]
    rows += [plain(line, updated_at="2025-11-09") | {"quantity": -line.units} for line in LINES[3::7]]
    path = tmp_path / "export.csv"
    path.write_bytes(written(rows))
    found = asked(path)
    back = round(sum(line.total for line in LINES[3::7]), 2)
    assert found.questions == []
    assert (told(path).sold, told(path).returned) == (TOTAL, back)
    older = told(path, rules(exclude=[{"column": "updated_at", "older": True}]))
    assert (older.sold, older.returned) == (TOTAL, back)


@pytest.mark.parametrize(
    ("name", "values", "code"),
    [
        ("event_name", ("purchase", "view_item"), "status_pending"),
        ("event", ("Order Completed", "Product Added"), "status_pending"),
        ("is_sample", ("0", "1"), "status_pending"),
        ("Entwurf", ("nein", "ja"), "status_pending"),
        ("row_status", ("current", "superseded"), "status_cancelled"),
    ],
)
def test_lines_that_no_order_came_of_are_asked_about(tmp_path, name, values, code):
    path = tmp_path / "export.csv"
    path.write_bytes(written([plain(line, **{name: values[at % 7 == 3]}) for at, line in enumerate(LINES)]))
    (question,) = asked(path).questions
    assert (question.code, question.proposed, question.rows) == (code, "exclude", CHANGED)


def test_numbers_of_sales_are_no_money_and_the_order_comes_before_the_transaction(tmp_path):
    rows = [
        {"Sales Record Number": 500 + at, "Order Number": line.order, "Buyer Username": line.customer,
         "Item Number": line.sku, "Item Title": line.name, "Quantity": line.units, "Sold For": f"${line.price}",
         "Total Price": f"${line.total}", "Sale Date": f"{line.when:%b-%d-%y}", "Transaction ID": 9000 + at}
        for at, line in enumerate(LINES)
    ]  # fmt: skip
    path = tmp_path / "ebay.csv"
    path.write_bytes(written(rows))
    found = asked(path)
    assert found.questions == []
    read = told(path, found.mapping)
    assert (read.sold, read.orders, read.customers) == (TOTAL, 30, 17)
    assert read.rows["invoice_date"].min() == LINES[0].when.replace(hour=0, minute=0)


def test_a_chargeback_is_given_back(tmp_path):
    rows = [plain(line, chargeback_amount=line.total if at % 7 == 3 else 0) for at, line in enumerate(LINES)]
    path = tmp_path / "export.csv"
    path.write_bytes(written(rows))
    found = asked(path)
    assert found.questions == []
    read = told(path, found.mapping)
    assert (read.sold, read.returned) == (TOTAL, round(sum(line.total for line in LINES[3::7]), 2))
