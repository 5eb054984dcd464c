"""What the dashboard's pages say: the warehouse's numbers, of the choice in the address, and nothing injected."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
from datetime import date, datetime
from html import unescape
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import urlopen

import fastexcel
import polars as pl
import pytest
from starlette.testclient import TestClient

from insiders_assets.contracts.messages import without_facts
from insiders_assets.dashboard.access import Access
from insiders_assets.dashboard.app import create_app
from insiders_assets.dashboard.downloads import COLUMNS
from insiders_assets.language import Language
from insiders_assets.language.message import message
from insiders_assets.language.pages import PageWriter
from insiders_assets.language.writer import PLAIN, columns
from insiders_assets.storage.warehouse import TABLES, Warehouse, tables
from insiders_assets.storage.warehouse.connection import make_engine
from insiders_assets_tests.dashboard_data import AS_OF, FIRST, SECOND, THIRD, VIEWS, publish, serving
from insiders_assets_tests.report_tables import next_of_clusters, next_verdict

PASSWORD = "hunter2-planted"


def get(address: str, path: str, **query: object) -> str:
    with urlopen(address + path + (f"?{urlencode(query)}" if query else "")) as answer:
        return answer.read().decode()


def text(page: str) -> str:
    """What a reader sees of a page, in one line."""
    body = re.sub(r"<script.*?</script>", " ", page[page.index("<main") :], flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def tiles(page: str) -> dict[str, str]:
    found = re.findall(r'<p class="label">(.*?)</p><p class="value"[^>]*>(.*?)</p>', page)
    return {unescape(label): unescape(value) for label, value in found}


def listed(page: str) -> list[str]:
    return [
        unescape(name)
        for name in re.findall(r'<th scope="row" class="text"><a href="/customers/[^"]*">(.*?)</a>', page)
    ]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shop(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, pl.DataFrame]:
    """A dashboard over three refreshes, and the list of the latest."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('warehouse') / 'insiders.db'}"
    else:
        url = request.getfixturevalue("module_postgres_url")
    warehouse = Warehouse.open(url)
    for name, customers in ((FIRST, 300), (SECOND, 360)):
        publish(warehouse, name, customers, seed=customers)
    insiders = publish(warehouse, THIRD, 400, hostile=True)
    with serving(Warehouse.open(url, read_only=True)) as address:
        yield address, insiders


CHOICES = (
    ({}, pl.col("tier") == "insider"),
    ({"tier": "all"}, pl.lit(True)),
    ({"tier": "viability"}, pl.col("tier") == "viability"),
    ({"tier": "all", "cluster": "3"}, pl.col("cluster") == 3),
    ({"tier": "all", "country": "Brazil"}, pl.col("country") == "Brazil"),
    ({"tier": "all", "since": "2025-10"}, pl.col("recency") <= 60),
    ({"tier": "all", "since": "2025-09", "until": "2025-10"}, pl.col("recency").is_between(30, 90)),
    ({"who": "members"}, pl.col("is_member")),
)


@pytest.mark.parametrize(
    ("query", "choice"), CHOICES, ids=lambda given: urlencode(given) if isinstance(given, dict) else ""
)
def test_tiles_are_the_figures_of_the_choice(
    shop: tuple[str, pl.DataFrame], query: dict[str, str], choice: pl.Expr
) -> None:
    address, insiders = shop
    chosen = insiders.filter("is_identified").filter(choice)
    assert len(chosen) > 0
    found = tiles(get(address, "/", **query))
    assert found["Customers"] == f"{len(chosen):,}"
    assert found["Mean revenue"] == Language("en", "GBP").money(chosen["revenue"].mean())
    assert found["Recency"] == f"{round(chosen['recency'].mean()):,} days"
    assert found["Basket size"] == f"{round(chosen['basket_size'].mean()):,}"


def test_every_audience_adds_up_and_who_is_not_there_is_listed_with_why(
    shop: tuple[str, pl.DataFrame],
) -> None:
    address, insiders = shop
    page = get(address, "/deliveries")
    members = insiders.filter("is_member")["customer_id"].sort().to_list()
    count = f"{len(members):,}"
    sums = re.findall(r'<h2 class="small"[^>]*>(.*?)</h2>.*?<dl class="numbers sum">(.*?)</dl>', page, re.S)
    assert [unescape(name) for name, _ in sums] == [
        "champions-crm → crm",
        "welcome → mailing",
        "win-back → ads",
    ]
    for _, told in sums:
        *parts, whole = [int(each.replace(",", "")) for each in re.findall(r"<dd>([\d,]+)</dd>", told)[:5]]
        assert (sum(parts), f"{whole:,}") == (whole, count)
    assert "all of it is there" in page
    assert "no answer since Nov 30, 2025, 7:30 AM UTC" in text(page)
    assert "answered 503" in page
    failed, last = page.split('<h2 id="changes">')
    # Those of a destination that refused two of them, and then all whom another one is waited for.
    assert listed(failed) == [*members[:2], *members][:100]
    assert listed(last)[: len(members)] == members[:100]
    assert "&lt;script&gt;document.title" in failed
    assert "<script>document" not in page


def test_a_list_of_a_few_is_given_out_as_no_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'insiders.db'}"
    insiders = publish(Warehouse.open(url), FIRST, 60)
    few = insiders.filter("is_identified")["country"].value_counts(sort=True)["country"][-1]
    with serving(Warehouse.open(url, read_only=True), smallest=20, language="pt_BR") as address:
        for kind in ("csv", "xlsx"):
            with pytest.raises(HTTPError) as error:
                get(address, f"/customers.{kind}", tier="all", country=few)
            assert error.value.code == 403
            assert error.value.read().decode().startswith("Listas com menos de 20 clientes ficam em casa")
        assert get(address, "/customers.csv", tier="all").count("\n") > 20


def test_without_deliveries_the_page_says_how_to_begin(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'insiders.db'}"
    publish(Warehouse.open(url), FIRST, 60)
    with serving(Warehouse.open(url, read_only=True), language="pt_BR") as address:
        assert "docs/campaigns.md mostra o caminho passo a passo" in get(address, "/deliveries")


def test_the_anonymous_are_counted_only_when_everyone_is_asked_for(shop: tuple[str, pl.DataFrame]) -> None:
    address, insiders = shop
    assert tiles(get(address, "/", tier="all", who="everyone"))["Customers"] == f"{len(insiders):,}"
    assert tiles(get(address, "/", tier="all"))["Customers"] == f"{insiders['is_identified'].sum():,}"


def test_the_list_and_its_count_are_those_of_the_choice(shop: tuple[str, pl.DataFrame]) -> None:
    address, insiders = shop
    query = {"cluster": "2", "country": "United Kingdom", "since": "2025-08", "until": "2025-11"}
    chosen = insiders.filter("is_identified", pl.col("cluster") == 2, pl.col("country") == "United Kingdom")
    chosen = chosen.filter(pl.col("recency") <= 121).sort(
        ["revenue", "customer_id"], descending=[True, False]
    )
    page = get(address, "/customers", **query)
    assert f"{len(chosen)} customers" in text(page)
    assert listed(page) == chosen["customer_id"].to_list()[:50]


def test_the_list_is_sorted_and_leafed_through_without_loss(shop: tuple[str, pl.DataFrame]) -> None:
    address, insiders = shop
    expected = insiders.filter("is_identified").sort(["recency", "customer_id"])["customer_id"].to_list()
    found: list[str] = []
    for page in range(1, 20):
        names = listed(get(address, "/customers", sort="recency", order="up", page=page))
        found += names
        if len(names) < 50:
            break
    assert found == expected


def test_a_customer_is_found_by_the_beginning_of_the_id_taken_as_it_is(
    shop: tuple[str, pl.DataFrame],
) -> None:
    address, insiders = shop
    wanted = insiders.filter("is_identified")["customer_id"][7]
    assert wanted in listed(get(address, "/customers", search=wanted))
    for nothing in ("%", "_", "' OR 1=1 --", "\\"):
        assert listed(get(address, "/customers", search=nothing)) == []


def test_one_customer_shows_numbers_tier_reason_history_and_months(shop: tuple[str, pl.DataFrame]) -> None:
    address, insiders = shop
    row = insiders.filter("is_member", pl.col("total_purchases") > 2).sort("customer_id").to_dicts()[-1]
    page = get(address, f"/customers/{quote(row['customer_id'], safe='')}")
    shown = text(page)
    assert row["reason"] in shown
    assert Language("en", "GBP").money(row["revenue"]) in shown
    assert "Purchases by month" in shown
    assert "Nov 2025" in shown
    assert "Nothing changed for this customer" in shown or "As of" in shown


def test_the_history_of_a_customer_goes_through_every_refresh(shop: tuple[str, pl.DataFrame]) -> None:
    address, insiders = shop
    came = re.findall(
        r'href="/customers/([^"?]+)"', get(address, "/changes", **{"from": SECOND, "to": THIRD})
    )
    shown = text(get(address, f"/customers/{came[0]}"))
    assert "November 30, 2025" in shown[shown.index("History") :]
    assert insiders["customer_id"].n_unique() == len(insiders)


def test_a_customer_who_is_not_there_is_said(shop: tuple[str, pl.DataFrame]) -> None:
    address, _ = shop
    for path in ("/customers/nobody", "/customers/%00", "/nothing"):
        with pytest.raises(HTTPError) as error:
            get(address, path)
        assert error.value.code == 404
        assert "There is no such" in text(error.value.read().decode())


def test_what_customers_and_clusters_are_called_is_text_and_never_markup(
    shop: tuple[str, pl.DataFrame],
) -> None:
    address, insiders = shop
    hostile = insiders.filter(pl.col("customer_id").str.starts_with("<img"))["customer_id"][0]
    for path in ("/", "/customers", "/clusters", "/changes", f"/customers/{quote(hostile, safe='')}"):
        page = get(address, path)
        assert "<img" not in page
        assert "<script>alert" not in page
    page = get(address, f"/customers/{quote(hostile, safe='')}")
    assert hostile in text(page)
    for name in ("search", "country", "cluster", "since", "sort", "tier"):
        assert (
            "<svg"
            not in get(address, "/customers", **{name: '"><svg onload=alert(1)>'})
            .split("<main")[1]
            .split("</form>")[0]
        )


def _insert(url: str, customer: str, word: str, times: int) -> None:
    """Put rows about a customer into every table that has customers, with a word in every column that takes any."""
    day, moment = date(2025, 11, 2), datetime(2025, 11, 2, 8, 15)
    values = {"str": word, "bool": True, "date": day, "datetime": moment}
    engine = make_engine(Warehouse.open(url).url, read_only=False)
    with engine.begin() as connection:
        for contract in TABLES.values():
            if "customer_id" not in contract.names:
                continue
            for number in range(times):
                row = {
                    each.name: each.isin[0] if each.isin else values.get(each.dtype, number + 1)
                    for each in contract.columns
                }
                row |= dict.fromkeys(
                    ("refresh_id", "segment", "experiment", "member_tier"), f"{word} {number}"
                )
                row |= {"customer_id": customer, "month": date(2025, number % 12 + 1, 1 + number // 12)}
                # One table holds one row of a customer, whatever the others hold.
                if number == 0 or contract.key != ("customer_id",):
                    known = {name: value for name, value in row.items() if name in contract.names}
                    if number == 0 or len(contract.key) > 1:
                        connection.execute(tables()[contract.name].insert(), known)
    engine.dispose()


def test_everything_that_is_kept_of_a_customer_is_shown_and_nothing_of_anybody_else(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'insiders.db'}"
    publish(Warehouse.open(url), THIRD, 60)
    hostile = "<img src=x onerror=alert(1)>/kept"
    _insert(url, hostile, "their-own<svg>", 205)
    _insert(url, "<img src=x onerror=alert(1)>", "somebody-else", 1)
    personal = {name: each for name, each in TABLES.items() if "customer_id" in each.names}
    assert len(personal) > 10
    read_only, access = Warehouse.open(url, read_only=True), Access("", "", (), ("127.0.0.1",))
    path = f"/customers/{quote(hostile, safe='')}"
    before = (tmp_path / "insiders.db").read_bytes()
    for language in ("en", "pt_BR"):
        words = Language(language, "BRL")
        with TestClient(create_app(read_only, words, access), base_url="http://127.0.0.1") as client:
            assert f'href="/customers/{quote(hostile)}/kept"' in client.get(path).text
            page, told = client.get(f"{path}/kept").text, client.get(f"{path}/kept.json")
            for nobody in ("/customers/nobody/kept", "/customers/nobody/kept.json", "/customers/%00/kept"):
                assert client.get(nobody).status_code == 404, nobody
        shown = text(page)
        assert "somebody-else" not in page + told.text
        assert "<img" not in page
        assert "<svg>" not in page
        assert hostile in shown
        assert "insiders about ID" in shown
        assert "attachment" in told.headers["Content-Disposition"]
        kept = told.json()
        assert (kept["customer_id"], kept["refresh_id"]) == (hostile, THIRD)
        assert kept["kept"].keys() == personal.keys()
        for name, contract in personal.items():
            part = kept["kept"][name]
            expected = read_only.read(name).filter(customer_id=hostile)
            assert part["count"] == len(part["rows"]) == expected.height > 0, name
            assert {row["customer_id"] for row in part["rows"]} == {hostile}, name
            assert list(part["rows"][0]) == contract.names
            assert " ".join(words.text(contract.meaning).split()) in shown
            for column in without_facts(contract.names):
                meaning = next(each.meaning for each in contract.columns if each.name == column)
                assert words.text(meaning) in shown, (name, column)
        assert (
            words.text("The first %(shown)s of %(count)s rows; the download has more.", shown=200, count=205)
            in shown
        )
    assert (tmp_path / "insiders.db").read_bytes() == before


def test_the_budget_says_what_the_best_customers_bring(shop: tuple[str, pl.DataFrame]) -> None:
    address, insiders = shop
    revenue = insiders.filter("is_identified")["revenue"].sort(descending=True)
    found = tiles(get(address, "/budget", customers=50, cost="2.5"))
    assert found["Revenue"] == f"£{revenue[:50].sum():,.0f}"
    assert found["Share of their revenue"] == f"{revenue[:50].sum() / revenue.sum():.1%}"
    assert found["Least revenue"] == f"£{revenue[49]:,.0f}"
    assert found["Cost"] == "£125"
    today = tiles(get(address, "/budget"))
    assert today["Share of customers"] == f"{insiders['is_member'].sum() / len(revenue):.1%}"


def test_two_refreshes_are_compared_net_of_what_happened_in_between(shop: tuple[str, pl.DataFrame]) -> None:
    address, _ = shop
    one = text(get(address, "/changes", **{"from": SECOND, "to": THIRD}))
    assert "400 +40" in one
    both = text(get(address, "/changes", **{"from": FIRST, "to": THIRD}))
    assert "300 400 +100" in both
    turned = text(get(address, "/changes", **{"from": THIRD, "to": FIRST}))
    assert turned == both
    assert text(get(address, "/changes", **{"from": "absent", "to": "absent"})) == one


def test_the_csv_is_the_choice_whole_and_harmless_to_spreadsheets(shop: tuple[str, pl.DataFrame]) -> None:
    address, insiders = shop
    chosen = insiders.filter("is_member").sort(["revenue", "customer_id"], descending=[True, False])
    with urlopen(f"{address}/customers.csv?who=members") as answer:
        assert answer.headers["Content-Disposition"] == f'attachment; filename="insiders-{AS_OF[THIRD]}.csv"'
        content = answer.read().decode()
    rows = list(csv.DictReader(io.StringIO(content)))
    assert list(rows[0]) == list(COLUMNS)
    assert [row["customer_id"].removeprefix("'") for row in rows] == chosen["customer_id"].to_list()
    assert [float(row["revenue"]) for row in rows] == chosen["revenue"].to_list()
    assert any(row["customer_id"].startswith("'=") for row in rows)
    assert not any(value.startswith("=") for row in rows for value in row.values())


def test_the_excel_file_is_the_choice_with_texts_as_texts(shop: tuple[str, pl.DataFrame]) -> None:
    address, insiders = shop
    with urlopen(f"{address}/customers.xlsx?tier=insider&cluster=1") as answer:
        sheet = fastexcel.read_excel(answer.read()).load_sheet(0).to_polars()
    chosen = insiders.filter("is_identified", pl.col("cluster") == 1)
    assert sheet["customer_id"].sort().to_list() == chosen["customer_id"].sort().to_list()
    assert sheet["revenue"].sum() == pytest.approx(chosen["revenue"].sum())


def test_a_page_asks_whether_there_is_news_and_hears_of_a_publish(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'insiders.db'}"
    with serving(Warehouse.open(url, read_only=True)) as address:
        assert "Nothing is published yet" in text(get(address, "/"))
        assert "Nothing is published yet" in text(get(address, "/customers"))
        publish(Warehouse.open(url), FIRST, 60)
        page = get(address, "/")
        seen = unescape(re.search(r'id="seen" name="seen" value="([^"]*)"', page)[1])  # type: ignore[index]
        assert seen.startswith(FIRST)
        with urlopen(f"{address}/pulse?{urlencode({'seen': ''})}") as answer:
            assert answer.headers["HX-Trigger"] == "published"
        with urlopen(f"{address}/pulse?{urlencode({'seen': seen})}") as answer:
            assert answer.status == 204
            assert "HX-Trigger" not in answer.headers


def test_a_warehouse_that_does_not_answer_is_said_in_one_line_without_its_password() -> None:
    warehouse = Warehouse.open(f"postgresql://someone:{PASSWORD}@127.0.0.1:1/shop", read_only=True)
    with serving(warehouse) as address, pytest.raises(HTTPError) as error:
        get(address, "/")
    page = error.value.read().decode()
    assert error.value.code == 503
    assert "cannot be opened" in text(page)
    assert PASSWORD not in page


def test_the_dashboard_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "insiders.db"
    publish(Warehouse.open(f"sqlite:///{file}"), FIRST, 60)
    before = file.read_bytes()
    with serving(Warehouse.open(f"sqlite:///{file}", read_only=True)) as address:
        for path in (*VIEWS, "/customers.csv", "/customers.xlsx"):
            get(address, path) if not path.endswith("xlsx") else urlopen(address + path).read()
    assert file.read_bytes() == before


def test_tiles_carry_what_they_were_and_the_bridge_adds_up(shop: tuple[str, pl.DataFrame]) -> None:
    address, insiders = shop
    page = get(address, "/", tier="insider")
    lines = re.findall(r'<svg class="spark"[^>]*aria-label="([^"]*)"', page)
    assert len(lines) == 6
    members = insiders.filter("is_identified", pl.col("tier") == "insider").height
    assert re.search(
        rf"Customers from \d+ on September 30, 2025 to {members} on November 30, 2025", unescape(lines[0])
    )
    assert "since Oct 31" in text(page)
    counted = int(re.search(r"Customers from (\d+)", unescape(lines[0]))[1])  # type: ignore[index]
    further = get(address, "/", tier="insider", compare="2025-09-30")
    assert "since Sep 30" in text(further)
    step = members - counted
    sign = "+" if step > 0 else "−"
    assert not step or f"{sign}{abs(step)} ({sign}{abs(step) / counted:.1%}) since Sep 30" in text(further)
    # The comparison stays where another filter goes, and nonsense is compared with the day before.
    assert 'href="/?compare=2025-09-30"' in further
    assert "since Oct 31" in text(get(address, "/", tier="insider", compare="<b>"))
    for choice in ({"country": "Brazil"}, {"cluster": "3"}, {"who": "members"}):
        assert 'class="spark"' not in get(address, "/", **choice)
    shown = get(address, "/changes", **{"from": FIRST, "to": THIRD})
    table = re.search(r'<table class="stack" id="moves-table">.*?</table>', shown, flags=re.S)[0]  # type: ignore[index]
    amounts = [
        [
            int(re.sub(r"[^\d-]", "", cell.replace("−", "-")) or 0)
            for cell in re.findall(r"<td>(.*?)(?: <span.*?)?</td>", row)
        ]
        for row in re.findall(r"<tr[ >].*?</tr>|<tr>.*?</tr>", table, flags=re.S)[1:]
    ]
    *rows, last = amounts
    assert [sum(column) for column in zip(*rows, strict=True)] == last
    assert all(row[0] == sum(row[1:]) for row in amounts)
    before, after = re.findall(r"from £([\d,]+) to £([\d,]+)", table)[0]
    assert last[0] == int(after.replace(",", "")) - int(before.replace(",", ""))


def test_a_warehouse_of_an_older_version_says_what_to_wait_for(tmp_path: Path) -> None:
    file = tmp_path / "insiders.db"
    for name in (FIRST, SECOND):
        publish(Warehouse.open(f"sqlite:///{file}"), name, 60)
    with sqlite3.connect(file) as database:
        database.execute("DROP TABLE tier_history")
        database.execute("DROP TABLE cluster_history")
        database.execute("DROP TABLE revenue_bridge")
    with serving(Warehouse.open(f"sqlite:///{file}", read_only=True)) as address:
        assert 'class="spark"' not in get(address, "/")
        assert "Clusters are kept from this refresh on" in text(get(address, "/clusters"))
        assert "it is told from the next refresh on" in text(get(address, "/changes"))


def test_clusters_are_compared_with_another_refresh(tmp_path: Path) -> None:
    """As the history has them, with the day that is asked for."""
    warehouse = Warehouse.open(f"sqlite:///{tmp_path}/insiders.db")
    for name, customers in ((FIRST, 60), (SECOND, 150), (THIRD, 150)):
        publish(warehouse, name, customers)
    kept = warehouse.read("cluster_history")
    now, first = (kept.filter(refresh_id=name).sort("cluster").to_dicts() for name in (THIRD, FIRST))
    with serving(Warehouse.open(f"sqlite:///{tmp_path}/insiders.db", read_only=True)) as address:
        page = get(address, "/clusters")
        cards = [text("<main>" + card) for card in page.split('<section class="card"')[1:]]
        assert len(cards) == len(now)
        assert all("unchanged · since Oct 31" in card for card in cards)
        assert page.count("<option") == 2
        asked = [
            text("<main>" + card)
            for card in get(address, "/clusters", compare="2025-09-30").split('<section class="card"')[1:]
        ]
        before = {row["cluster"]: row for row in first}
        for row, card in zip(now, asked, strict=True):
            was = before.get(row["cluster"])
            if was is None:
                assert "new · since Sep 30" in card
                continue
            step = row["identified_customers"] - was["identified_customers"]
            assert step
            assert f"customers {'+' if step > 0 else '−'}{abs(step)}" in card
            assert "since Sep 30" in card
        other = get(address, "/clusters", compare="nonsense")
        assert [text("<main>" + card) for card in other.split('<section class="card"')[1:]] == cards


def test_products_are_compared_by_place_with_another_refresh(tmp_path: Path) -> None:
    file = tmp_path / "insiders.db"
    for name in (FIRST, SECOND):
        publish(Warehouse.open(f"sqlite:///{file}"), name, 60)
    with sqlite3.connect(file) as database:
        of_then = f"refresh_id = '{FIRST}' AND group_name = 'insider' AND stock_code"
        database.execute(f"UPDATE product_history SET place_by_revenue = 4 WHERE {of_then} = 'P01'")
        database.execute(f"UPDATE product_history SET place_by_revenue = 1 WHERE {of_then} = 'P02'")
        database.execute(f"DELETE FROM product_history WHERE {of_then} = 'P03'")
    with serving(Warehouse.open(f"sqlite:///{file}", read_only=True)) as address:
        shown = text(get(address, "/products"))
        assert "Place since Sep 30" in shown
        rows = dict(
            re.findall(r"Blue cup (\d+) .*? 25% (\S+(?: places?)?)", shown.split("Bought much more")[0])
        )
        assert [rows[place] for place in ("1", "2", "3", "4")] == [
            "+3 places",
            "−1 place",
            "new",
            "unchanged",
        ]
    with serving(Warehouse.open(f"sqlite:///{file}", read_only=True), language="pt_BR") as address:
        assert "+3 posições" in text(get(address, "/products", compare="2025-09-30"))


def test_the_budget_is_compared_with_what_lists_of_each_size_brought(tmp_path: Path) -> None:
    warehouse = Warehouse.open(f"sqlite:///{tmp_path}/insiders.db")
    first = publish(warehouse, FIRST, 90)
    publish(warehouse, SECOND, 150)
    revenue = first.filter("is_identified")["revenue"].sort(descending=True)
    members = first.filter("is_member")["revenue"].sum()
    with serving(Warehouse.open(f"sqlite:///{tmp_path}/insiders.db", read_only=True)) as address:
        rows = [text("<main>" + row).split() for row in get(address, "/budget").split("<tr>")[1:]]
        assert " ".join(rows[0]).endswith("Revenue, Sep 30 Share, Sep 30")
        half, ours = rows[5], rows[6]
        assert half[5:7] == [
            pounds(revenue.head(round(len(revenue) / 2)).sum()),
            f"{share(revenue, 0.5):.1%}",
        ]
        assert ours[7:9] == [pounds(members), f"{members / revenue.sum():.1%}"]


def pounds(amount: float) -> str:
    return f"£{amount:,.0f}"


def share(revenue: pl.Series, of: float) -> float:
    return float(revenue.head(round(len(revenue) * of)).sum() / revenue.sum())


def test_the_list_says_who_was_in_another_tier_at_another_refresh(tmp_path: Path) -> None:
    """The first move since then tells what somebody was, whatever happened after it."""
    file = tmp_path / "insiders.db"
    for name in (FIRST, SECOND, THIRD):
        now = publish(Warehouse.open(f"sqlite:///{file}"), name, 60)
    best = now.filter("is_identified", tier="insider").sort("revenue", descending=True)["customer_id"]
    moves = [
        (SECOND, best[0], "viability", "not_insider"), (THIRD, best[0], "not_insider", "insider"),
        (SECOND, best[1], None, "insider"),
        (SECOND, best[2], "insider", "viability"), (THIRD, best[2], "viability", "insider"),
        (FIRST, best[3], "viability", "insider"),
    ]  # fmt: skip
    with sqlite3.connect(file) as database:
        database.execute(
            "DELETE FROM membership_changes WHERE rowid NOT IN (SELECT min(rowid) FROM membership_changes)"
        )
        columns = [row[1] for row in database.execute("PRAGMA table_info(membership_changes)")]
        like = dict(
            zip(columns, database.execute("SELECT * FROM membership_changes").fetchone(), strict=True)
        )
        database.execute("DELETE FROM membership_changes")
        for refresh_id, customer_id, tier_before, tier_after in moves:
            row = like | locals_of(refresh_id, customer_id, tier_before, tier_after)
            marks = ", ".join("?" for _ in columns)
            database.execute(
                f"INSERT INTO membership_changes VALUES ({marks})", [row[name] for name in columns]
            )
    with serving(Warehouse.open(f"sqlite:///{file}", read_only=True)) as address:
        page = get(address, "/customers", compare="2025-09-30")
        rows = [text("<main>" + row) for row in page.split("<tr>")[1:]]
        said = {name: next(row for row in rows if name in row) for name in best.head(4)}
        assert "before: Viability" in said[best[0]]
        assert " new " in said[best[1]]
        assert all("before" not in said[name] and " new " not in said[name] for name in best[2:4])
        assert "Since September 30, 2025: 2 of those shown changed tier or are new." in text(page)
        assert f"/changes?from={FIRST}" in page
        assert "Since October 31, 2025: 2 of those shown changed tier" in text(get(address, "/customers"))


def locals_of(refresh_id: str, customer_id: str, before: str | None, after: str) -> dict[str, str | None]:
    return {"refresh_id": refresh_id, "customer_id": customer_id, "tier_before": before, "tier_after": after}


def test_the_first_refresh_says_that_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    """On each page that compares; and a choice that has no past says so, too."""
    file = tmp_path / "insiders.db"
    publish(Warehouse.open(f"sqlite:///{file}"), FIRST, 60)
    with serving(Warehouse.open(f"sqlite:///{file}", read_only=True)) as address:
        for page in ("/", "/customers", "/products", "/budget"):
            shown = get(address, page, compare="2025-09-30")
            assert "Nothing to compare with yet" in text(shown)
            assert 'name="compare"' not in shown
        publish(Warehouse.open(f"sqlite:///{file}"), SECOND, 60)
        for page in ("/", "/customers", "/clusters", "/products", "/budget"):
            shown = get(address, page)
            assert "Nothing to compare" not in text(shown)
            assert 'name="compare"' in shown
        assert "Only whole tiers are compared" in text(get(address, "/", cluster="1"))


def test_filters_are_chips_that_go_one_by_one_and_an_empty_choice_draws_nothing(
    shop: tuple[str, pl.DataFrame],
) -> None:
    address, _ = shop
    page = get(
        address, "/customers", tier="viability", country="Brazil", since="2025-10", sort="recency", order="up"
    )
    chips = re.search(r'<ul class="chips".*?</ul>', page, flags=re.S)[0]  # type: ignore[index]
    links = [unescape(link) for link in re.findall(r'href="([^"]*)"', chips)]
    kept = "sort=recency&order=up&compare=2025-10-31"
    assert links == [
        f"/customers?country=Brazil&since=2025-10&{kept}",
        f"/customers?tier=viability&since=2025-10&{kept}",
        f"/customers?tier=viability&country=Brazil&{kept}",
    ]
    assert listed(get(address, links[2])) == listed(
        get(address, "/customers", tier="viability", country="Brazil", sort="recency", order="up")
    )
    assert 'class="chips"' not in get(address, "/")
    empty = get(address, "/", country="Nowhere")
    assert "No customer fits this choice. Remove all filters" in text(empty)
    assert "100%" not in text(empty)
    assert 'class="chart"' not in empty
    assert 'class="tiles"' not in empty


def test_products_of_each_group_are_shown_or_what_to_wait_for(tmp_path: Path) -> None:
    file = tmp_path / "insiders.db"
    insiders = publish(Warehouse.open(f"sqlite:///{file}"), FIRST, 120)
    someone = insiders.filter("is_identified", cluster=1)["customer_id"][0]
    with serving(Warehouse.open(f"sqlite:///{file}", read_only=True)) as address:
        shown = text(get(address, "/products", group="cluster:1"))
        assert "Blue cup 1" in shown
        assert "4.0×" in shown
        assert "No product has enough buyers" in text(get(address, "/products", group="tier:viability"))
        assert text(get(address, "/products", group="cluster:no")) == text(get(address, "/products"))
        for page in ("/clusters", f"/customers/{someone}"):
            assert "buy much more than others: Blue cup 1" in text(get(address, page)).replace("Buys", "buy")
        with sqlite3.connect(file) as database:
            database.execute("DROP TABLE product_affinity")
        assert "after the next one, products are shown here" in text(get(address, "/products"))
        assert "Blue cup" not in get(address, "/clusters") + get(address, f"/customers/{someone}")


def test_next_products_of_clusters_are_shown_or_once_why_not(tmp_path: Path) -> None:
    file = tmp_path / "insiders.db"
    url = f"sqlite:///{file}"
    publish(Warehouse.open(url), FIRST, 60)
    made = {"cluster_next_products": next_of_clusters(), "next_product_verdict": next_verdict(True)}
    Warehouse.open(url).publish(made, {})
    with serving(Warehouse.open(url, read_only=True), language="pt_BR") as address:
        assert "Red mug 1 : indicado para 40% de seus clientes" in text(get(address, "/clusters"))
    with serving(Warehouse.open(url, read_only=True)) as address:
        shown = text(get(address, "/clusters"))
        assert "bought next: Red mug 1 : named for 40% of its identified customers Red mug 2 :" in shown
        assert (shown.count("Red mug"), shown.count("bought next")) == (3, 1)
        withheld = next_verdict(False).row(0, named=True)
        with sqlite3.connect(file) as database:
            assigned = ", ".join(f"{name} = ?" for name in withheld)
            database.execute(f"UPDATE next_product_verdict SET {assigned}", list(withheld.values()))
        shown = text(get(address, "/clusters"))
        assert shown.count("Withheld: it has not been tried yet") == 1
        assert "Red mug" not in shown
        with sqlite3.connect(file) as database:
            database.execute("DROP TABLE cluster_next_products")
        assert text(get(address, "/clusters")) == shown
        with sqlite3.connect(file) as database:
            database.execute("DROP TABLE next_product_verdict")
        assert "bought next" not in text(get(address, "/clusters"))


def test_what_a_customer_buys_most_is_shown_or_what_to_wait_for(tmp_path: Path) -> None:
    file = tmp_path / "insiders.db"
    insiders = publish(Warehouse.open(f"sqlite:///{file}"), FIRST, 60)
    someone = insiders.filter("is_identified").row(0, named=True)
    with serving(Warehouse.open(f"sqlite:///{file}", read_only=True)) as address:
        shown = text(get(address, f"/customers/{someone['customer_id']}"))
        assert "What this customer buys most" in shown
        # By its description, or by its code if it has none.
        assert "White candle" in shown
        assert "22423" in shown
        assert "November 3, 2025" in shown
        with sqlite3.connect(file) as database:
            database.execute("DROP TABLE customer_products")
        assert "is shown from the next refresh on" in text(
            get(address, f"/customers/{someone['customer_id']}")
        )


def test_months_and_cohorts_are_shown_or_what_to_wait_for(tmp_path: Path) -> None:
    file = tmp_path / "insiders.db"
    publish(Warehouse.open(f"sqlite:///{file}"), FIRST, 60)
    with serving(Warehouse.open(f"sqlite:///{file}", read_only=True)) as address:
        shown = text(get(address, "/time"))
        assert "Who comes back" in shown
        assert "Nov 2025" in shown
        with sqlite3.connect(file) as database:
            database.execute("DROP TABLE revenue_by_month")
            database.execute("DELETE FROM cohorts")
        assert "after the next one, months and returning customers are shown here" in text(
            get(address, "/time")
        )


def test_pages_speak_portuguese_with_its_numbers(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'insiders.db'}"
    insiders = publish(Warehouse.open(url), FIRST, 60)
    with serving(Warehouse.open(url, read_only=True), language="pt_BR", currency="BRL") as address:
        page = get(address, "/", tier="all")
    assert '<html lang="pt-BR">' in page
    known = insiders.filter("is_identified")["revenue"]
    written = f"{known.mean():,.2f}".translate(str.maketrans(",.", ".,"))
    assert f"R$ {written}".replace("\xa0", " ") in text(page).replace("\xa0", " ")


def test_what_the_tables_say_is_told_in_the_readers_language_and_of_an_older_warehouse_in_english(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'insiders.db'}"
    publish(Warehouse.open(url), FIRST, 120)
    said = {
        "insiders": message("reason.gross", value=4310, orders=7, days=2, why=message("why.nobody")),
        "cluster_profiles": message("name", words=[message("word.often"), message("word.big")]),
        "business_answers": message("question.2"),
    }
    column = {"insiders": "reason", "cluster_profiles": "name", "business_answers": "question"}
    with sqlite3.connect(tmp_path / "insiders.db") as database:
        for table, each in said.items():
            values = columns(column[table], each)
            assigned = ", ".join(f"{name} = ?" for name in values)
            database.execute(f"UPDATE {table} SET {assigned}", list(values.values()))
        (customer,) = database.execute("SELECT customer_id FROM insiders WHERE is_member LIMIT 1").fetchone()
    words = PageWriter(Language("pt_BR", "BRL"))
    pages = {
        f"/customers/{quote(customer)}": ("insiders", "cluster_profiles"),
        "/clusters": ("cluster_profiles",),
        "/": ("business_answers", "cluster_profiles"),
    }
    with serving(Warehouse.open(url, read_only=True), language="pt_BR", currency="BRL") as address:
        for page, tables in pages.items():
            seen = text(get(address, page))
            for table in tables:
                assert " ".join(words.write(said[table]).split()) in seen, page
                assert PLAIN.write(said[table]) not in seen, page
    with sqlite3.connect(tmp_path / "insiders.db") as database:
        for table in said:
            for name in set(TABLES[table].names) - set(without_facts(TABLES[table].names)):
                database.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
    with serving(Warehouse.open(url, read_only=True), language="pt_BR", currency="BRL") as address:
        for page, tables in pages.items():
            seen = text(get(address, page))
            for table in tables:
                assert PLAIN.write(said[table]) in seen, page


def test_a_workbook_leaves_nothing_among_temporary_files_and_a_killed_one_is_swept(
    shop, monkeypatch, tmp_path
):
    address, _ = shop
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "insiders-working-folder-left").mkdir()
    (tmp_path / "insiders-demo").mkdir()  # a home that somebody made there
    with urlopen(f"{address}/customers.xlsx") as answer:
        content = answer.read()
        assert int(answer.headers["Content-Length"]) == len(content)
    assert fastexcel.read_excel(content).sheet_names
    assert [left.name for left in tmp_path.iterdir()] == ["insiders-demo"]
