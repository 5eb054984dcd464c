"""What goods cost: found in an export, of a piece or of the line, and taken off what customers brought in."""

import csv
import io
import shutil
from collections import defaultdict
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insiders_assets.contracts.transactions import WITH_COSTS
from insiders_assets.corrections.replay import take_in, waiting
from insiders_assets.corrections.sheet import write_sheet
from insiders_assets.erasure.exports import Forgetting
from insiders_assets.errors import InsidersError
from insiders_assets.features import cleaning
from insiders_assets.features.customers import customer_features
from insiders_assets.ingest import IngestRules
from insiders_assets.ingest.inspection.inspection import inspect
from insiders_assets.ingest.mapping.schema import Mapping, Mappings, read_mappings, written
from insiders_assets.ingest.privacy import Privacy
from insiders_assets.ingest.questions.question import chosen, proposed
from insiders_assets.ingest.rules import FileRules
from insiders_assets.redaction.redactor import Redactor
from insiders_assets.refresh.worth import contributed, costed, valued
from insiders_assets.settings import load_settings
from insiders_assets.storage.stores import Stores
from insiders_assets_tests.ingest.exports import REPEATABLE
from insiders_assets_tests.ingest.shop import lines, plain, told
from insiders_assets_tests.ingest.shop import written as exported

LINES = lines()
OF_ONE = {line.sku: round(line.price * 0.55, 2) for line in LINES}
OF_ALL = sum(OF_ONE[line.sku] * line.units for line in LINES)


def of_line(_, line):
    return round(OF_ONE[line.sku] * line.units, 2)


def of_one(_, line):
    return OF_ONE[line.sku]


@pytest.mark.parametrize(
    ("more", "column", "key"),
    [
        ({"Unit Cost": of_one}, "Unit Cost", "unit_cost"),
        ({"COGS": of_line, "Shipping cost": lambda *_: 4.95}, "COGS", "line_cost"),
        (
            {
                "Custo": of_one,
                "Custo total": of_line,
                "Centro de custo": lambda *_: 41,
                "Margem": lambda _, line: line.total - of_line(_, line),
            },
            "Custo",
            "unit_cost",
        ),
        ({"cost": lambda _, line: f"-{of_line(_, line)}"}, "cost", "line_cost"),
    ],
)
def test_a_column_of_costs_is_found_and_proposed_and_changes_no_price(tmp_path, more, column, key):
    path = tmp_path / "export.csv"
    rows = [
        plain(line, **{name: say(at, line) for name, say in more.items()}) for at, line in enumerate(LINES)
    ]
    path.write_bytes(exported(rows))
    found = inspect(path, path.name, FileRules(), path.name)
    assert (found.questions, found.mapping.columns) == ([], {key: column})
    assert found.exports[0].says.cost == pytest.approx(OF_ALL, abs=0.005)
    as_before, with_costs = told(path), told(path, found.mapping)
    assert with_costs.rows.drop("unit_cost").equals(as_before.rows)


def test_what_a_column_of_costs_is_of_is_asked_where_nothing_tells_and_never_keeps_a_file_out(tmp_path):
    path = tmp_path / "export.csv"
    rows = [plain(line, sku=f"S{at}", cost=round(1 + at % 7 * 0.31, 2)) for at, line in enumerate(LINES)]
    path.write_bytes(exported(rows))
    assert told(path).aside == ""
    asked = inspect(path, path.name, FileRules(), path.name)
    (question,) = asked.questions
    assert (question.code, asked.exports[0].outcome.set_aside) == ("cost", "")
    for answer, expected in (
        ("unit", question.arguments["unit"]),
        ("line", question.arguments["line"]),
        ("leave", None),
    ):
        found = inspect(path, path.name, FileRules(), path.name, lambda each, a=answer: chosen(each, {1: a}))
        assert (found.questions, found.exports[0].says.cost) == ([], expected)


def test_a_mapping_names_one_column_of_costs():
    text = "exports:\n- columns: {unit_cost: A, line_cost: B}\n"
    with pytest.raises(InsidersError, match="unit_cost and line_cost are mapped at once"):
        read_mappings(text, "mapping.yaml")


class Shop:
    """A landing zone with two exports, one of which says what goods cost, and a home."""

    def __init__(self, folder, mine, theirs, *, key="unit_cost", costs=None):
        self.landing, home = folder / "landing", folder / "home"
        for place in (self.landing, home):
            shutil.rmtree(place, ignore_errors=True)
        self.landing.mkdir(parents=True)
        (self.landing / "mine.csv").write_bytes(exported(mine))
        (self.landing / "theirs.csv").write_bytes(exported(theirs))
        mapping = Mapping(files=("mine.csv",), columns={key: "cost"}, cleaning={"price_floor": 0.0})
        (self.landing / "mapping.yaml").write_text(written(Mappings(exports=(mapping,))))
        if costs is not None:
            listed = "".join(f"{code},{cost}\n" for code, cost in costs.items())
            (self.landing / "costs.csv").write_text("stock_code,unit_cost\n" + listed)
        self.stores = Stores(load_settings(home=str(home), landing=str(self.landing), value="contribution"))

    def ingest(self):
        rules = IngestRules.from_settings(self.stores.settings)
        return self.stores.transactions.ingest(self.stores.landing, rules)

    def contributions(self):
        """What each customer contributes, as a refresh computes it."""
        raw, rules = self.stores.transactions.scan(), self.stores.cleaning_rules()
        clean = cleaning.clean_purchases(raw, rules), cleaning.returns(raw, rules)
        day = date(2025, 12, 31)
        features = customer_features(*clean, as_of=day, window_days=396).collect()
        found = contributed(self.stores, features, *costed(self.stores, *clean), day)
        assert found.columns == features.columns
        # Lines add up to the same.
        both = [part.collect() for part in valued(self.stores, *clean)]
        summed = sum(part["line_contribution"].sum() for part in both)
        assert "unit_cost" not in both[0].columns
        return dict(found.select("customer_id", "contribution").iter_rows()), summed


PIECES = st.integers(-4, 9).filter(bool)
SOLD = st.tuples(
    st.sampled_from("ABC"),
    st.sampled_from("PQR"),
    PIECES,
    st.integers(5, 9_999),
    st.none() | st.integers(0, 9_999),
)


@settings(REPEATABLE, max_examples=4)
@given(
    mine=st.lists(SOLD, min_size=10, max_size=30),
    theirs=st.lists(SOLD, min_size=5, max_size=10),
    key=st.sampled_from(["unit_cost", "line_cost"]),
)
def test_contribution_is_what_plain_arithmetic_says(tmp_path, mine, theirs, key):
    def row(number, line, **more):
        customer, code, pieces, price, _ = line
        return {
            "order_id": f"9{number:03d}",
            "sku": f"{code}1",
            "quantity": pieces,
            "date": f"2025-06-{1 + number % 28:02d}",
            "unit_price": f"{price / 100:.2f}",
            "customer_id": f"{customer}7",
        } | more

    def spelled(line):
        return "" if line[4] is None else f"{line[4] / 100:.2f}"

    # Everybody buys something in the window, for a customer of returns alone has no features.
    buys = [(each, "P", 1, 100, 50) for each in "ABC"]
    mine = [*mine, *buys]
    listed = {"P1": 0.31, "Q1": 2.5, "R1": 0.0}
    shop = Shop(
        tmp_path, [row(at, line, cost=spelled(line)) for at, line in enumerate(mine)],
        [row(500 + at, line) for at, line in enumerate(theirs)], key=key, costs=listed,
    )  # fmt: skip
    shop.ingest()
    expected = defaultdict(float)
    for has_costs, table in ((True, mine), (False, theirs)):
        for customer, code, pieces, price, cost in table:
            if has_costs and cost is not None:
                off = cost * pieces if key == "unit_cost" else cost * (1 if pieces > 0 else -1)
            else:
                off = listed[f"{code}1"] * 100 * pieces
            expected[f"{customer}7"] += (price * pieces - off) / 100
    found, summed = shop.contributions()
    assert found == {who: pytest.approx(value, abs=1e-4) for who, value in expected.items()}
    assert summed == pytest.approx(sum(expected.values()), abs=1e-4)


def rows_of(count, start=0, **more):
    some = LINES[start : start + count]
    return [
        plain(line, **{name: say(at, line) for name, say in more.items()}) for at, line in enumerate(some)
    ]


def test_exports_without_costs_keep_their_bytes_and_those_with_need_no_file_of_costs(tmp_path):
    def parts(shop):
        return {path.name: path.read_bytes() for path in shop.stores.transactions.folder.rglob("*.parquet")}

    shop = Shop(tmp_path, rows_of(30, cost=of_one), rows_of(30, 30))
    shop.ingest()
    with pytest.raises(InsidersError, match=r"products have no cost.*add them"):
        shop.contributions()  # of the other export nobody says anything
    with_costs = parts(shop)
    (shop.landing / "mapping.yaml").unlink()
    shop.ingest()
    with pytest.raises(InsidersError, match=r"there are no costs.*insiders inspect FILE proposes it"):
        shop.contributions()
    without = parts(shop)
    assert len(with_costs.keys() & without.keys()) == len(without) // 2
    assert all(with_costs[name] == without[name] for name in with_costs.keys() & without.keys())
    assert shop.stores.transactions.scan().collect_schema().names()[-1] == "source_line"


def test_costs_outlive_forgetting_and_stand_on_mended_rows(tmp_path):
    mine = rows_of(40, cost=of_one)
    mine[7]["quantity"] = "two"
    shop = Shop(tmp_path, mine, rows_of(1, 41))
    shop.ingest()
    sheet = tmp_path / "sheet.csv"
    write_sheet(sheet, waiting(shop.stores.transactions))
    (row,) = csv.DictReader(io.StringIO(sheet.read_text("utf-8-sig")))
    assert row["unit_cost"] == str(OF_ONE[LINES[7].sku])
    text = io.StringIO()
    writer = csv.DictWriter(text, row.keys())
    writer.writeheader()
    writer.writerow(row | {"quantity": "2"})
    result = take_in(shop.stores.transactions, text.getvalue().encode(), "sheet", Privacy())
    assert len(result.corrected) == 1
    shop.ingest()

    def costs():
        found = shop.stores.transactions.scan(WITH_COSTS).collect()
        mended = found.filter(source_line=9, source_file="mine.csv")
        assert mended["unit_cost"].to_list() == [OF_ONE[LINES[7].sku]]
        assert found.filter(source_file="theirs.csv")["unit_cost"].null_count() == 1
        return found

    assert costs().height == 41
    gone = LINES[0].customer
    Forgetting(shop.stores.transactions, Redactor([gone]))()
    left = costs()
    assert gone not in left["customer_id"].to_list()
    assert left.filter(source_file="mine.csv")["unit_cost"].null_count() == 0


def test_an_answer_that_proposes_costs_is_read_beside_other_answers(tmp_path):
    path = tmp_path / "export.csv"
    states = [
        plain(line, cost=of_one(0, line), status="cancelled" if at % 6 == 1 else "paid")
        for at, line in enumerate(LINES)
    ]
    path.write_bytes(exported(states))
    found = inspect(path, path.name, FileRules(), path.name, proposed)
    assert found.mapping.columns == {"unit_cost": "cost"}
    kept = sum(of_line(0, line) for at, line in enumerate(LINES) if at % 6 != 1)
    assert found.exports[0].says.cost == pytest.approx(kept, abs=0.005)
