"""A customer who is forgotten is nowhere in the home, and a re-dropped export does not bring them back."""

import csv
import json
import shutil
import sqlite3
from contextlib import closing

import polars as pl
import pytest

from insiders_assets.cli.forget import forget
from insiders_assets.cli.run import execute
from insiders_assets.erasure.forget import absent
from insiders_assets.erasure.sheets import forget_in_sheet
from insiders_assets.errors import InsidersError
from insiders_assets.ingest.erasure_filter import REASON, names_any
from insiders_assets.redaction.redactor import STAND_IN, Redactor
from insiders_assets.refresh.state import is_current
from insiders_assets.report.file_digests import belong_together
from insiders_assets.settings import load_settings
from insiders_assets.storage.conservation import unbalanced
from insiders_assets.storage.kept_refreshes import KeptRefreshes
from insiders_assets.storage.stores import Stores
from insiders_assets.storage.transactions import TransactionStore
from insiders_assets_tests.commands import SHIPPED, failure, insiders, run, told
from insiders_assets_tests.ingest.exports import row as fields
from insiders_assets_tests.leaks import leaks

WHO = "B&B-77"
"""An id that pages and JSON write otherwise than it is."""
SPELLED = (WHO, "B&amp;B-77", "B\\u0026B-77")
HASHED = {"hash_columns": "customer_id", "hash_key": "secret"}


@pytest.fixture(scope="module")
def landing(tmp_path_factory):
    """The shipped exports with the best customer under another id, which also stands where it cannot be read."""
    folder = tmp_path_factory.mktemp("forget") / "landing"
    shutil.copytree(SHIPPED, folder)
    best = _best(pl.concat([pl.read_csv(path, infer_schema=False) for path in SHIPPED.glob("*.csv")]))
    for path in folder.glob("*.csv"):
        text = path.read_text().replace(f",{best},", f",{WHO},")
        if path.name.startswith("2025-11"):
            text += ",".join(fields(1, quantity="many", customer_id=WHO)) + "\n"
            text += f"5,broken,{WHO}\n" + f'5,"open {WHO}" quote,1,2,3,4,5,6\n'
        path.write_text(text)
    lines = [",".join(fields(number, quantity="?", customer_id=WHO)) for number in range(5)]
    header = (SHIPPED / "2025-11.csv").read_text().split("\n", 1)[0]
    (folder / "set-aside.csv").write_text("\n".join([header, *lines]) + "\n")
    return folder


def _best(rows):
    value = pl.col("Quantity").cast(pl.Int64, strict=False) * pl.col("UnitPrice").cast(
        pl.Float64, strict=False
    )
    ranked = (
        rows.drop_nulls("CustomerID")
        .group_by("CustomerID")
        .agg(value.sum())
        .sort("Quantity", descending=True)
    )
    return ranked["CustomerID"][0]


@pytest.fixture(scope="module")
def forgotten(landing, tmp_path_factory):
    """A home with two refreshes behind it, without a customer who was in it; what was said, and who were members."""
    home = tmp_path_factory.mktemp("forget") / "home"
    late = landing.parent / "2025-12-late.csv"
    (landing / "2025-11.csv").rename(late)
    run(landing, home)
    late.rename(landing / "2025-11.csv")
    first = run(landing, home)
    with (home / "reports" / "latest" / "members.csv").open(newline="") as file:
        members = {row["customer_id"] for row in csv.DictReader(file)}
    assert insiders("replay", "--landing", landing, "--home", home).returncode == 0
    with closing(sqlite3.connect(home / "dagster" / "history" / "runs.db")) as database:
        database.execute("INSERT INTO kvs (key, value) VALUES ('failed', ?)", (json.dumps({"example": WHO}),))
        database.commit()
    before = [found for spelled in SPELLED for found in leaks(home, spelled)]
    folder = landing.parent / "mailing"
    (home / "deliveries.yaml").write_text(
        f"destinations: {{mailing: {{kind: folder, location: {folder}}}}}\n"
        "deliveries: {welcome: {audience: members, destination: mailing, purpose: newsletter}}\n"
    )
    assert insiders("deliver", "--home", home).returncode == 0
    about = told(insiders("about", WHO, "--landing", landing, "--home", home, "--json"))
    done = insiders("forget", WHO, "--landing", landing, "--home", home, "--json")
    assert done.returncode == 0, done.stderr
    return home, json.loads(done.stdout), members, before, first | {"about": about}


def test_the_customer_was_everywhere_and_is_nowhere(forgotten):
    home, said, members, before, _ = forgotten
    assert WHO in members
    lake = ("lake/raw_transactions", "lake/insiders", "lake/rejected_rows")
    for place in (*lake, "quarantine/to_mend.csv", "reports/", "insiders.db", "dagster/"):
        assert any(found.startswith(place) for found in before), place
    assert any(found.endswith(".html") for found in before)
    for spelled in SPELLED:
        assert leaks(home, spelled) == []
    assert min(said["transactions"], said["lake_rows"], said["warehouse_rows"], said["report_files"]) > 0


def test_a_person_is_shown_what_is_kept_of_them_which_is_what_forgetting_removes(forgotten, landing):
    home, said, _, _, first = forgotten
    about = first["about"]
    kept = about["kept"]
    assert not about["is_forgotten"]
    assert len(kept["transactions"]) == said["transactions"]
    assert {row["customer_id"] for row in kept["transactions"]} == {WHO}
    in_warehouse = [rows for place, rows in kept.items() if place.startswith("warehouse/")]
    assert sum(map(len, in_warehouse)) == said["warehouse_rows"]
    assert {"rejected rows", "lake/insiders", "history/membership_changes", "reports"} <= kept.keys()
    assert {"deliveries/welcome/mailing", "history/delivery_changes"} <= kept.keys()
    assert f"refreshes/{first['refresh_id']}/insiders" in kept
    assert {row["file"] for row in kept["reports"]} >= {"members.csv", "report.html"}
    after = told(insiders("about", WHO, "--landing", landing, "--home", home, "--json"))
    assert after == {"customer_id": WHO, "is_forgotten": True, "kept": {}}
    line = insiders("about", WHO, "--landing", landing, "--home", home).stdout
    assert line == f"{WHO}: nothing is kept of this id (forgotten)\n"


def test_the_destination_was_told_to_remove_them(forgotten, landing):
    added, removed = sorted((landing.parent / "mailing" / "welcome").glob("*.csv"))
    assert forgotten[1]["at_destinations_still"] == []
    assert removed.read_text() == f"customer_id\n{WHO}\n"
    assert WHO not in added.read_text()


def test_no_row_is_lost_and_nobody_else_is_missed(forgotten):
    home, said, members, _, first = forgotten
    store = TransactionStore(home)
    assert unbalanced(store) == []
    rejected = store.rejected()
    assert rejected.filter(pl.col("reason") == REASON)["rows"].sum() == said["transactions"]
    report = json.loads((home / "reports" / "latest" / "report.json").read_text())
    assert report["rows"]["read"] == first["rows"]["read"]
    assert report["rows"]["transactions"] == first["rows"]["transactions"] - said["transactions"]
    assert report["identified_customers"] == first["identified_customers"] - 1
    with (home / "reports" / "latest" / "members.csv").open(newline="") as file:
        assert members - {row["customer_id"] for row in csv.DictReader(file)} <= {WHO} | _marginal(home)


def _marginal(home):
    with closing(sqlite3.connect(home / "insiders.db")) as database:
        return {
            customer
            for (customer,) in database.execute("SELECT customer_id FROM insiders WHERE NOT is_member")
        }


def test_older_reports_are_whole_but_for_the_customer(forgotten):
    home, _, members, _, first = forgotten
    old = home / "reports" / first["refresh_id"]
    assert (home / "reports" / "latest").resolve() != old
    assert json.loads((old / "report.json").read_text())["members"] == first["members"]
    with (old / "members.csv").open(newline="") as file:
        assert {row["customer_id"] for row in csv.DictReader(file)} == members - {WHO}
    sheet = pl.read_excel(old / "members.xlsx", infer_schema_length=0)
    assert set(sheet[:, 0].drop_nulls()) == members - {WHO}
    page = (old / "report.html").read_text()
    assert page.endswith("</html>\n") or page.rstrip().endswith("</html>")
    assert page.count("<tr") == page.count("</tr>")
    assert belong_together({path.name: path.read_bytes() for path in old.iterdir()})


def test_older_refreshes_are_whole_but_for_the_customer_and_say_so(forgotten):
    home, _, members, _, first = forgotten
    done = insiders("verify", "--home", home)
    assert done.returncode == 0, done.stderr
    listed = told(insiders("refreshes", "--home", home, "--json"))["refreshes"]
    assert [each["forgotten"] for each in listed] == [False, True, True]
    kept = KeptRefreshes(home)
    assert set(kept.table(kept.read(first["refresh_id"]), "members")["customer_id"]) == members - {WHO}


def test_an_export_dropped_again_or_mended_does_not_bring_them_back(forgotten, landing, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(forgotten[0], home, symlinks=True)
    mine = tmp_path / "landing"
    shutil.copytree(landing, mine)
    shutil.copy(landing / "2025-03.csv", mine / "again.csv")
    with (mine / "again.csv").open("a") as file:
        file.write(",".join(fields(1, customer_id=f"{WHO}")) + "\n")
    after = run(mine, home)
    assert not after["nothing_new"]
    assert leaks(home, WHO) == []
    assert unbalanced(TransactionStore(home)) == []
    shutil.rmtree(home / "lake" / "raw_transactions.parquet")
    run(mine, home, "--force")
    assert leaks(home, WHO) == []
    sheet = home / "quarantine" / "to_mend.csv"
    sheet.unlink(missing_ok=True)
    insiders("replay", "--landing", mine, "--home", home)
    lines = list(csv.reader(sheet.read_text("utf-8-sig").splitlines()))
    place = lines[0].index("customer_id")
    for line in lines[1:]:
        line[place - 6 : place + 1] = ["1", "A1", "", "1", "2025-11-03", "1.0", WHO]
    with sheet.open("w", newline="") as file:
        csv.writer(file).writerows(lines)
    done = insiders("replay", "--landing", mine, "--home", home)
    assert "0 rows corrected" in done.stdout, done.stdout + done.stderr
    assert leaks(home, WHO) == []


def test_who_looks_on_meets_the_list_before_or_the_one_after_and_no_refresh_is_needed_to_be_gone(
    forgotten, landing, tmp_path, monkeypatch
):
    home = tmp_path / "home"
    shutil.copytree(forgotten[0], home, symlinks=True)
    settings = load_settings(home=str(home), landing=str(landing))
    members = Stores(settings).warehouse.read("members")["customer_id"].to_list()
    assert all(_still_named(home, who) for who in members[:2])
    seen = []

    def looked_at(*given):
        seen.append(_members_told(home))
        made = execute(*given)
        seen.append(_members_told(home))
        return made

    monkeypatch.setattr("insiders_assets.cli.forget.execute", looked_at)
    forget(settings, members[:1], as_json=True)
    seen.append(_members_told(home))
    assert all(len(told) == 1 for told in seen), seen
    assert seen[0] != seen[1] == seen[2]
    assert _still_named(home, members[0]) == []
    assert STAND_IN not in (home / "reports" / "latest" / "report.html").read_text()

    def failing(*_):
        raise InsidersError("no room on the disk")

    monkeypatch.setattr("insiders_assets.cli.forget.execute", failing)
    assert is_current(Stores(settings))
    with pytest.raises(InsidersError, match="no room"):
        forget(settings, members[1:2], as_json=True)
    assert _still_named(home, members[1]) == []
    latest = (home / "reports" / "latest").resolve()
    assert belong_together({path.name: path.read_bytes() for path in latest.iterdir()})
    assert not is_current(Stores(settings))


def _still_named(home, who):
    """Where a customer is named whose id could also be a number: rows, and reports by the words around it."""
    pages = [path for path in (home / "reports").rglob("*") if path.suffix in (".html", ".json", ".csv")]
    named = [path.name for path in pages if Redactor([who]).names(path.read_text())]
    return named + list(Stores(load_settings(home=str(home))).warehouse.named([who]))


def _members_told(home):
    """How many members there are, by every place that says so."""
    stores = Stores(load_settings(home=str(home)))
    report = {path.name: path.read_bytes() for path in (home / "reports" / "latest").resolve().iterdir()}
    assert belong_together(report)
    insiders = stores.warehouse.read("insiders")
    return {
        insiders.filter("is_member").height,
        stores.warehouse.read("members").height,
        stores.warehouse.latest_refresh()["members"],
        json.loads(report["report.json"])["members"],
        report["members.csv"].count(b"\n") - 1,
    }


@pytest.mark.full
def test_a_customer_kept_by_a_hash_is_forgotten_by_id_and_by_hash(landing, tmp_path):
    home = tmp_path / "home"
    run(landing, home, **HASHED)
    raw = TransactionStore(home).scan().collect()["customer_id"].drop_nulls()
    ids = raw.unique().to_list()
    assert all(len(each) == 32 for each in ids)
    hashed = raw.value_counts(sort=True)["customer_id"][0]
    for who in (WHO, hashed):
        assert insiders("forget", who, "--landing", landing, "--home", home, **HASHED).returncode == 0
    left = TransactionStore(home).scan().collect()["customer_id"].drop_nulls().unique()
    assert 1 <= len(ids) - len(left) <= 2
    assert leaks(home, hashed) == []
    shutil.rmtree(home / "lake" / "raw_transactions.parquet")
    run(landing, home, "--force", **HASHED)
    assert leaks(home, hashed) == []
    assert TransactionStore(home).scan().collect()["customer_id"].drop_nulls().n_unique() == len(left)


def test_who_is_no_customer_is_refused_and_who_is_unknown_is_remembered(forgotten, landing, tmp_path):
    assert "is no customer's id" in failure(insiders("forget", "anonymous-536365", "--home", tmp_path), 2)
    assert "read exports first" in failure(insiders("forget", "1", "--home", tmp_path), 1)
    home = tmp_path / "home"
    shutil.copytree(forgotten[0], home, symlinks=True)
    done = insiders("forget", "nobody-yet", "--landing", landing, "--home", home)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "nobody-yet: nothing is kept of this id (noted in case it arrives)\n"
    assert len(json.loads((home / "forgotten.json").read_text())["customers"]) == 2
    stores = Stores(load_settings(home=str(home)))
    known = stores.transactions.scan().select(pl.col("customer_id").drop_nulls().first()).collect().item()
    assert absent(stores, [WHO, known, "nobody-yet", "who-else"]) == (["who-else"], [WHO, "nobody-yet"])


def test_whole_ids_are_looked_for_in_rejected_rows_and_in_the_sheet_which_is_replaced_at_once(
    tmp_path, monkeypatch
):
    stores = Stores(load_settings(home=str(tmp_path)))
    theirs = [(None, "5,broken,17", None), ("17", None, None), (None, None, '{"customer_id": "17"}')]
    others = [(None, "5,broken,171", None), ("x17", "536917,A17", '{"customer_id": "1017"}')]
    assert all(names_any(["17"], *row) for row in theirs)
    assert not any(names_any(["17"], *row) for row in others)
    sheet = tmp_path / "quarantine" / "to_mend.csv"
    sheet.parent.mkdir()
    rows = [
        "row-1,17.csv,17,,171,bad,171\r\n",
        'row-2,a.csv,1,,,"bad\n",17\r\n',
        "row-3,a.csv,2,,,é,1017\r\n",
        f"row-4,a.csv,3,,,{'x' * 200_000},1\r\n",  # longer than csv reads by itself
    ]
    sheet.write_bytes("".join(["\ufeffrow,file\r\n", *rows]).encode())
    with monkeypatch.context() as killed:
        killed.setattr("os.replace", lambda *_: pytest.fail("killed here"))
        with pytest.raises(pytest.fail.Exception):
            forget_in_sheet(stores, Redactor(["17"]))
    assert sheet.read_bytes().count(b"row-") == 4
    forget_in_sheet(stores, Redactor(["17"]))
    assert sheet.read_bytes().decode() == "".join(["\ufeffrow,file\r\n", rows[0], *rows[2:]])


def test_a_number_that_looks_like_an_id_stays_a_number():
    redactor = Redactor(["17850"])
    kept = ['{"members": 17850, "x": [1, 17850]}', "17,850 customers", "17850.5", "a-17850-b", "0.17850"]
    assert [redactor.text(text) for text in kept[1:]] == kept[1:]
    assert json.loads(redactor.json(kept[0])) == json.loads(kept[0])
    named = ['"17850"', "<td>17850</td>", "the best: 17850 (29.0), 12", "such as 17850.", "17850, 12"]
    assert not [text for text in named if "17850" in redactor.text(text)]
    rejected = f"1,17850,2\n5,{'x' * 200_000},6\n"
    assert redactor.csv(rejected) == rejected.partition("\n")[2]
    assert redactor.page("<tr><th>17850</th><td>1</td></tr><tr><th>2</th></tr>") == "<tr><th>2</th></tr>"
