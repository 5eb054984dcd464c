"""The read-only HTTP API: its answers against its schema, its pages, its refusals, and who may ask."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.testclient import TestClient

from insiders_assets.api.openapi import document
from insiders_assets.api.rate import Rate
from insiders_assets.api.sources import sources
from insiders_assets.api.tokens import FILE, Tokens
from insiders_assets.api.wanted import MOST_ROWS
from insiders_assets.contracts.segments import SEGMENT_CUSTOMERS
from insiders_assets.dashboard.access import Access
from insiders_assets.dashboard.app import create_app
from insiders_assets.dashboard.attempts import MOST
from insiders_assets.dashboard.reports import Reports
from insiders_assets.errors import InsidersError, UsageError
from insiders_assets.language import Language
from insiders_assets.storage.warehouse import Warehouse
from insiders_assets_tests.commands import failure, insiders
from insiders_assets_tests.dashboard_data import FIRST, SECOND, THIRD, publish, publish_segments
from insiders_assets_tests.tables import completed

OPEN = Access("", "", (), ("*",))
LOCKED = Access("secret", "", (), ("*",))
TEXT = {"customer_id": pl.String}
FEW = re.compile(
    r"/api/v1(/(tables/(insiders|tile_months|tier_history)/rows|segments.*|customers.*|openapi.json|refreshes/latest))?"
)
"""The addresses that are asked each time; all of them with ``-m full``."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose warehouse has two refreshes, with the report of the latter."""
    folder = tmp_path_factory.mktemp("home")
    warehouse = Warehouse.open(f"sqlite:///{folder}/insiders.db")
    publish(warehouse, SECOND, seed=2)
    publish(warehouse, THIRD)
    publish_segments(warehouse, THIRD)
    (folder / "reports" / THIRD).mkdir(parents=True)
    (folder / "reports" / THIRD / "report.json").write_text('{"as_of": "2025-11-30"}')
    return folder


def _app(home: Path, access: Access = OPEN, **given: Any) -> Starlette:
    warehouse = Warehouse.open(f"sqlite:///{home}/insiders.db", read_only=True)
    return create_app(warehouse, Language("en", "GBP"), access, reports=Reports(home), **given)


@pytest.fixture(scope="module")
def api(home: Path) -> Iterator[TestClient]:
    with TestClient(_app(home), base_url="http://127.0.0.1") as client:
        yield client


def _told(api: TestClient, path: str, status: int = 200) -> Any:
    found = api.get(f"/api/v1{path}")
    assert found.status_code == status, found.text
    return found.json()


def _all(api: TestClient, path: str) -> list[dict[str, Any]]:
    """Every row, by following pages."""
    rows, cursor = [], ""
    while True:
        told = _told(api, f"{path}&cursor={cursor}" if cursor else path)
        rows += told["rows"]
        cursor = told["next"]
        if not cursor:
            return rows


def test_every_published_table_and_view_is_paged_through_whole_and_as_its_contract_says(
    api: TestClient, home: Path
) -> None:
    warehouse = Warehouse.open(f"sqlite:///{home}/insiders.db", read_only=True)
    listed = {each["name"] for each in _told(api, "/tables")["tables"]}
    assert {"insiders", "members", "membership_changes", "tile_months", "deliveries"} <= listed
    for name in sorted(listed):
        contract = sources()[name].contract
        expected = warehouse.read(name)
        rows = _all(api, f"/tables/{name}/rows?limit={max(expected.height // 3, 1)}")
        assert len(rows) == expected.height, name
        assert [
            column["name"] for column in _told(api, f"/tables/{name}")["table"]["fields"]
        ] == contract.names
        if key := sources()[name].key:
            assert [tuple(row[each] for each in key) for row in rows] == sorted(
                tuple(row[each] for each in key) for row in rows
            ), name


def _know_every_block(warehouse: Warehouse, url: str) -> None:
    """Hold a publish to its word that range indexes know every block with rows, those of a large table too."""
    many = pl.DataFrame({"segment": ["a"] * 20_000, "customer_id": [f"{each:05}" for each in range(20_000)]})
    warehouse.publish({SEGMENT_CUSTOMERS.name: completed(many, SEGMENT_CUSTOMERS)}, {})
    unknown = "SELECT brin_summarize_new_values('segment_customers_range')"
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg2:"))
    with engine.connect() as connection:
        assert connection.exec_driver_sql(unknown).scalar() == 0
    engine.dispose()


def test_pages_on_postgresql_are_whole_whatever_its_statistics_say(postgres_url: str) -> None:
    warehouse = Warehouse.open(postgres_url)
    expected = publish(warehouse, THIRD)["customer_id"].to_list()
    _know_every_block(warehouse, postgres_url)
    placed = [(segment, who) for segment in ("a", "b", "c") for who in expected]
    people = completed(
        pl.DataFrame(placed, schema=["segment", "customer_id"], orient="row"), SEGMENT_CUSTOMERS
    )
    warehouse.publish({SEGMENT_CUSTOMERS.name: people}, {})
    app = create_app(Warehouse.open(postgres_url, read_only=True), Language("en", "GBP"), OPEN)
    with TestClient(app, base_url="http://127.0.0.1") as api:
        for limit in (7, 400):  # less than a window holds, and more than one does
            rows = _all(api, f"/tables/insiders/rows?limit={limit}&fields=customer_id")
            assert [row["customer_id"] for row in rows] == expected
        for limit in (50, 400):
            rows = _all(api, f"/tables/segment_customers/rows?limit={limit}&fields=segment,customer_id")
            assert [tuple(row.values()) for row in rows] == placed
        rows = _all(api, "/tables/segment_customers/rows?limit=150&segment=b&fields=customer_id")
        assert [row["customer_id"] for row in rows] == expected
        rows = _all(api, "/tables/purchases_by_month/rows?limit=90")
        assert len(rows) == len({(row["customer_id"], row["month"]) for row in rows})
        assert len(rows) == warehouse.read("purchases_by_month").height


def test_rows_are_the_lists_own(api: TestClient, home: Path) -> None:
    expected = Warehouse.open(f"sqlite:///{home}/insiders.db", read_only=True).read("insiders")
    chosen = expected.filter(pl.col("tier") == "viability", pl.col("revenue") >= 100.5).select(
        "customer_id", "revenue", "is_member"
    )
    path = "/tables/insiders/rows?tier=viability&revenue.ge=100.5&fields=is_member,customer_id,revenue"
    assert _all(api, f"{path}&limit=7") == chosen.to_dicts()
    as_csv = api.get(f"/api/v1{path}&limit=3&format=csv")
    assert pl.read_csv(as_csv.content, schema_overrides=TEXT).rows() == chosen.head(3).rows()
    following = api.get(as_csv.headers["link"].partition("<")[2].partition(">")[0])
    assert pl.read_csv(following.content, schema_overrides=TEXT).rows() == chosen.slice(3, 3).rows()
    assert api.get(f"/api/v1{path}&limit=3", headers={"Accept": "text/csv"}).content == as_csv.content


def test_what_the_latest_refresh_is_and_what_it_says_of_people(api: TestClient) -> None:
    assert _told(api, "/refreshes/latest")["refresh"]["refresh_id"] == THIRD
    assert [row["refresh_id"] for row in _told(api, "/refreshes")["rows"]] == [SECOND, THIRD]
    assert _told(api, "/report") == {"as_of": "2025-11-30"}
    [changed] = _told(api, f"/tables/membership_changes/rows?limit=1&refresh_id={THIRD}")["rows"]
    one = _told(api, f"/customers/{changed['customer_id']}")
    assert changed in one["changes"]
    assert one["customer"]["customer_id"] == one["customer_id"] == changed["customer_id"]
    assert [place["place"] for place in one["products"]] == [1, 2]
    told = _told(api, "/segments")["segments"]
    assert max(segment["customers"] for segment in told) > 50
    for segment in told:
        rows = _all(api, f"/segments/{segment['segment']}/members?limit=50")
        assert len(rows) == segment["customers"]
        assert {row["segment"] for row in rows} <= {segment["segment"]}


def test_what_is_known_is_not_sent_again_until_something_changed(tmp_path: Path) -> None:
    warehouse = Warehouse.open(f"sqlite:///{tmp_path}/insiders.db")
    publish(warehouse, FIRST, 80)
    with TestClient(_app(tmp_path), base_url="http://127.0.0.1") as api:
        path = "/api/v1/tables/insiders/rows?limit=20"
        first = api.get(path)
        tag = first.headers["etag"]
        assert FIRST in tag
        assert first.headers["cache-control"] == "private, no-cache"
        again = api.get(path, headers={"If-None-Match": f'"other", W/{tag}'})
        assert (again.status_code, again.content) == (304, b"")
        gone = first.json()["rows"][0]["customer_id"]
        with sa.create_engine(
            f"sqlite:///{tmp_path}/insiders.db"
        ).begin() as connection:  # as forgetting somebody does
            connection.execute(sa.text("DELETE FROM insiders WHERE customer_id = :gone"), {"gone": gone})
        assert gone not in api.get(path, headers={"If-None-Match": tag}).text
        cursor = first.json()["next"]
        publish(warehouse, SECOND, 80, seed=5)
        problem = _told(api, f"/tables/insiders/rows?limit=20&cursor={cursor}", 410)
        assert FIRST in problem["detail"]
        assert SECOND in problem["detail"]


@pytest.mark.parametrize(
    ("path", "status", "named"),
    [
        ("/nonsense", 404, "/api/v1/nonsense"),
        ("/tables/", 404, "/api/v1"),
        ("/tables/sqlite_master", 404, "sqlite_master"),
        ("/tables/sqlite_master/rows", 404, "sqlite_master"),
        ("/tables/insiders/rows?tier=gold", 400, "insider, viability, not_insider"),
        ("/tables/insiders/rows?tier.ge=insider", 400, "no bounds"),
        ("/tables/insiders/rows?revenue=much", 400, "a number"),
        ("/tables/insiders/rows?revenue=nan", 400, "a number"),
        ("/tables/insiders/rows?recency=9223372036854775808", 400, "whole number"),
        ("/tables/insiders/rows?is_member=1", 400, "true or false"),
        ("/tables/refreshes/rows?as_of=2025-13-01", 400, "a day such as"),
        ("/tables/insiders/rows?customer_id=%00", 400, "a text"),
        ("/tables/insiders/rows?colour=red", 400, "'colour'"),
        ("/tables/insiders/rows?revenue.=1", 400, "'revenue.'"),
        ("/tables/insiders/rows?revenue=1&revenue=2", 400, "more than once"),
        ("/tables/insiders/rows?limit=0", 400, f"1 to {MOST_ROWS}"),
        ("/tables/insiders/rows?limit=²", 400, f"1 to {MOST_ROWS}"),
        ("/tables/insiders/rows?fields=revenue,", 400, "no column ''"),
        ("/tables/insiders/rows?format=xml", 400, "json or csv"),
        ("/tables/insiders/rows?cursor=AAAA", 400, "cursor"),
        ("/tables/insiders/rows?cursor=%F0%9F", 400, "cursor"),
        ("/segments/nobody/members", 404, "nobody"),
        ("/customers/nobody", 404, "nobody"),
        ("/customers/%00", 404, "there is no customer"),
        ("/tables?x=1", 400, "'x'"),
    ],
)
def test_nonsense_is_answered_in_one_clear_line(api: TestClient, path: str, status: int, named: str) -> None:
    found = api.get(f"/api/v1{path}")
    assert (found.status_code, found.headers["content-type"]) == (status, "application/problem+json"), (
        found.text
    )
    told = found.json()
    assert told["status"] == status
    assert named in told["detail"]
    assert "\n" not in told["detail"]


def test_a_cursor_is_of_the_rows_that_it_was_given_for(api: TestClient) -> None:
    cursor = _told(api, "/tables/insiders/rows?limit=2&tier=insider")["next"]
    for other in ("insiders/rows?limit=2", "members/rows?limit=2", "insiders/rows?limit=2&tier=viability"):
        assert "begin anew" in _told(api, f"/tables/{other}&cursor={cursor}", 400)["detail"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "NONSENSE"])
def test_nothing_but_reading_is_answered(api: TestClient, method: str) -> None:
    for path in ("/api/v1", "/api/v1/tables/insiders/rows", "/api/v1/customers/x"):
        found = api.request(method, path, content=b"{}")
        assert found.status_code == 405
        assert found.headers["allow"].replace(" ", "").split(",")[0] in ("GET", "HEAD")
        assert found.headers["content-type"] == "application/problem+json"


def test_lists_of_few_people_stay_in_the_house_and_figures_do_not(home: Path) -> None:
    with TestClient(_app(home, smallest=5), base_url="http://127.0.0.1") as api:
        [one] = _told(api, "/tables/insiders/rows?limit=1")["rows"]
        path = f"rows?customer_id={one['customer_id']}"
        for table in ("insiders", "membership_changes", "purchases_by_month"):
            assert "INSIDERS_SMALLEST_CELL" in _told(api, f"/tables/{table}/{path}", 403)["detail"]
        assert _told(api, "/tables/tier_summary/rows?tier=insider")["rows"]
        assert _told(api, "/tables/insiders/rows?limit=1")["rows"] == [one]


def test_before_the_first_refresh_the_api_says_so_and_describes_itself(tmp_path: Path) -> None:
    with TestClient(_app(tmp_path), base_url="http://127.0.0.1") as api:
        assert "nothing is published yet" in _told(api, "/tables", 503)["detail"]
        assert _told(api, "/openapi.json")["openapi"] == "3.1.0"


def test_a_token_opens_the_api_and_nothing_else(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("insiders_assets.dashboard.access.WRONG_PASSWORD_SECONDS", 0.0)
    now, day = [0.0], [date(2025, 12, 1)]
    tokens = Tokens(tmp_path, lambda: now[0], lambda: day[0])
    token = tokens.create("bi", 30)
    kept = (tmp_path / FILE).read_text()
    assert token not in kept
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    with TestClient(_app(home, LOCKED, tokens=tokens), base_url="http://127.0.0.1") as api:

        def status(path: str, given: str) -> int:
            return int(api.get(path, headers={"Authorization": given}).status_code)

        assert status("/api/v1", f"Bearer {token}") == 200
        assert status("/", f"Bearer {token}") == 401
        refused = api.get("/api/v1")
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.headers["www-authenticate"].startswith("Bearer")
        assert api.get("/api/v1", auth=("ana", "secret")).status_code == 200
        day[0] = date(2026, 1, 1)
        assert status("/api/v1", f"Bearer {token}") == 401
        day[0] = date(2025, 12, 31)
        assert status("/api/v1", f"Bearer {token}") == 200
        Tokens(tmp_path).revoke("bi")
        now[0] += 3
        for _ in range(MOST - 2):  # two failed above
            assert status("/api/v1", f"Bearer {token}") == 401
        assert status("/api/v1", f"Bearer {token}") == 429


def test_a_damaged_file_of_tokens_opens_nothing_and_is_said(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path)
    token = tokens.create("bi", 30)
    assert tokens.holder(token) == "bi"
    (tmp_path / FILE).write_text((tmp_path / FILE).read_text().replace("bi", "ba"))
    assert Tokens(tmp_path).holder(token) == ""
    with pytest.raises(InsidersError, match=r"api-tokens.json: is damaged.*insiders tokens create"):
        tokens.all()


def test_tokens_are_made_listed_and_revoked(tmp_path: Path) -> None:
    made = insiders("tokens", "create", "bi", "--home", tmp_path, "--days", "10")
    assert Tokens(tmp_path).holder(made.stdout.strip()) == "bi"
    [listed] = json.loads(insiders("tokens", "list", "--home", tmp_path, "--json").stdout)
    assert (listed["name"], listed["is_good"]) == ("bi", True)
    assert "insiders tokens revoke bi" in failure(insiders("tokens", "create", "bi", "--home", tmp_path), 2)
    insiders("tokens", "revoke", "bi", "--home", tmp_path)
    assert Tokens(tmp_path).all() == []
    with pytest.raises(UsageError, match="there is none"):
        Tokens(tmp_path).revoke("bi")


def test_who_asks_too_often_waits(home: Path) -> None:
    now = [0.0]
    rate = Rate(2, lambda: now[0])
    assert [rate.wait("a"), rate.wait("a"), rate.wait("a"), rate.wait("b")] == [0, 0, 30, 0]
    now[0] = 30.0
    assert [rate.wait("a"), rate.wait("a")] == [0, 30]
    with TestClient(_app(home, per_minute=1), base_url="http://127.0.0.1") as api:
        assert api.get("/api/v1").status_code == 200
        waits = api.get("/api/v1")
        assert (waits.status_code, waits.json()["status"]) == (429, 429)
        assert int(waits.headers["retry-after"]) > 0
        assert api.get("/customers").status_code == 200


def _asked(home: Path, examples: int, which: re.Pattern[str]) -> int:
    """Ask what the schema allows, and hold each answer against it; return how many operations were asked."""
    import schemathesis
    from hypothesis import HealthCheck, Phase, given, settings
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", _app(home))
    wanted = [
        not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_schema_conformance,
    ]

    def ask(case: Any) -> None:
        case.call_and_validate(checks=wanted)

    rules = settings(
        max_examples=examples, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    chosen = [each.ok() for each in schema.get_all_operations() if which.fullmatch(each.ok().path)]
    for operation in chosen:
        rules(given(case=operation.as_strategy())(ask))()
    return len(chosen)


def test_answers_are_as_the_schema_says(home: Path) -> None:
    assert _asked(home, 1, FEW) == 8  # those of FEW


@pytest.mark.full
def test_answers_are_as_the_schema_says_whatever_is_asked(home: Path) -> None:
    assert (
        _asked(home, 40, re.compile(".*")) == len(document()["paths"]) - 1
    )  # the schema itself is not asked for


def test_the_schema_has_every_table_and_is_itself_in_order() -> None:
    told = document()
    assert {f"/api/v1/tables/{name}/rows" for name in sources()} <= set(told["paths"])
    assert all(set(path) == {"get"} for path in told["paths"].values())
    names = [each["get"]["operationId"] for each in told["paths"].values()]
    assert len(names) == len(set(names))
