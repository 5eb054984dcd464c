"""``insiders run`` from exports to answers, on the simulated shop."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import sqlite3
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest
from dagster import DagsterInstance, DagsterRun, DagsterRunStatus

from insiders_assets.contracts import programme
from insiders_assets.language import Language
from insiders_assets_tests.commands import SHIPPED, failure, insiders, run, told

FILES = ("report.html", "evidence.html", "report.json", "members.csv", "members.xlsx")
WAREHOUSE = (
    "insiders",
    "members",
    "cluster_profiles",
    "tier_summary",
    "business_answers",
    "hypotheses",
    "evidence",
    "membership_changes",
    "refreshes",
)


SHORTER = {"insider_coverage": "0.6", "language": "pt_BR", "currency": "BRL"}


class Twice(NamedTuple):
    """A home with two refreshes, which nobody may change, and what the second run said."""

    landing: Path
    home: Path
    said: str


@pytest.fixture(scope="module")
def home(refreshed) -> Path:
    return refreshed.home


@pytest.fixture(scope="module")
def first(refreshed):
    return refreshed.said


def test_a_first_run_loads_nothing_that_compiles(compilers_loaded):
    assert compilers_loaded == []


@pytest.fixture
def copy(refreshed, tmp_path) -> tuple[Path, Path]:
    """A landing zone and a home of their own, already refreshed once."""
    return refreshed.copy(tmp_path)


@pytest.fixture(scope="module")
def twice(refreshed, tmp_path_factory) -> Twice:
    """The refreshed home refreshed again for a Brazilian who wants a shorter list."""
    landing, home = refreshed.copy(tmp_path_factory.mktemp("twice"))
    done = insiders("run", "--answers", "--landing", landing, "--home", home, **SHORTER)
    assert done.returncode == 0, done.stderr
    return Twice(landing, home, done.stdout)


def published(home: Path) -> dict[str, str]:
    """Hashes of everything a reader sees: the latest report and every row of the warehouse."""
    folder = home / "reports" / "latest"
    seen = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}
    with sqlite3.connect(home / "insiders.db") as database:
        for table in WAREHOUSE:
            rows = database.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3").fetchall()
            seen[table] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return seen


def test_a_run_publishes_report_list_and_tables(first, home):
    assert all((home / "reports" / "latest" / name).stat().st_size > 0 for name in FILES)
    assert (
        json.loads((home / "reports" / "latest" / "report.json").read_text())["members"] == first["members"]
    )
    with sqlite3.connect(home / "insiders.db") as database:
        counts = {
            table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in WAREHOUSE
        }
    assert counts["insiders"] == first["customers"]
    assert counts["members"] == first["members"] > 0
    assert counts["business_answers"] == 8
    assert counts["refreshes"] == 1
    assert all(counts.values())


def test_the_eight_questions_are_answered_with_the_runs_own_numbers(first):
    answers = {answer["number"]: answer["answer"] for answer in first["answers"]}
    assert sorted(answers) == list(range(1, 9))
    assert f"{first['members']:,}" in answers[2]
    assert all(answers.values())


def test_every_row_read_is_a_transaction_or_in_quarantine(first, home):
    rows = first["rows"]
    with_header = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in SHIPPED.glob("*.csv"))
    assert (
        rows["read"]
        == with_header - len(list(SHIPPED.glob("*.csv")))
        == rows["transactions"] + rows["quarantined"]
    )
    rejected = pl.read_parquet(home / "lake" / "rejected_rows.parquet")
    assert rejected["rows"].sum() == rows["quarantined"] > 0
    assert (rejected["reason"] != "").all()


def test_members_are_the_identified_of_the_insider_tier(first, home):
    insiders_table = pl.read_parquet(home / "lake" / "insiders.parquet")
    with (home / "reports" / "latest" / "members.csv").open(newline="", encoding="utf-8") as file:
        listed = {row["customer_id"] for row in csv.DictReader(file)}
    flagged = insiders_table.filter(pl.col("is_member"))
    assert listed == set(flagged["customer_id"])
    assert flagged["is_identified"].all()
    assert set(flagged["tier"]) == {"insider"}
    assert insiders_table.filter(~pl.col("is_identified")).height > 0


def test_the_insider_tier_is_the_first_clusters_that_cover_85_percent_of_revenue(first, home):
    profiles = pl.read_parquet(home / "lake" / "cluster_profiles.parquet").sort(
        "mean_revenue", descending=True
    )
    before = profiles["cumulative_share_of_revenue"].shift(1, fill_value=0.0)
    expected = [
        "insider" if share < 0.85 else "viability" if share < 0.97 else "not_insider" for share in before
    ]
    assert profiles["tier"].to_list() == expected


def test_the_warehouse_has_the_columns_of_the_contracts(first, home):
    with sqlite3.connect(home / "insiders.db") as database:
        for table in (
            programme.MEMBERS,
            programme.TIER_SUMMARY,
            programme.CLUSTER_PROFILES,
            programme.REFRESHES,
        ):
            found = [row[1] for row in database.execute(f"PRAGMA table_info({table.name})")]
            assert found == table.names
        original = [row[1] for row in database.execute("PRAGMA table_info(insiders)")][:7]
    assert original == [
        "customer_id",
        "revenue",
        "recency",
        "distinct_stock_code",
        "basket_size",
        "returned",
        "cluster",
    ]


def test_two_cold_runs_give_the_same_bytes(first, home, tmp_path):
    run(SHIPPED, tmp_path / "home")

    def tables(folder: Path) -> dict[str, str]:
        return {
            str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.suffix in {".parquet", ".npy", ".npz", ".skops"}
        }

    assert tables(home / "lake") == tables(tmp_path / "home" / "lake")
    members = [place / "reports" / "latest" / "members.csv" for place in (home, tmp_path / "home")]
    assert members[0].read_bytes() == members[1].read_bytes()


def test_a_run_with_nothing_new_changes_nothing(copy):
    landing, home = copy
    run(landing, home)
    before = published(home)
    again = run(landing, home)
    assert again["nothing_new"]
    assert published(home) == before


@pytest.mark.parametrize("loss", [pytest.param("gone", marks=pytest.mark.full), "damaged"])
def test_a_warehouse_that_was_lost_is_made_again_with_its_history(twice, tmp_path, loss):
    home = tmp_path / "home"
    shutil.copytree(twice.home, home, symlinks=True)
    database = home / "insiders.db"
    before = published(home)
    if loss == "gone":
        database.unlink()
    else:
        database.write_bytes(b"SQLite format 3\0" + bytes(range(256)) * 64)
    again = insiders("run", "--landing", twice.landing, "--home", home, "--json", **SHORTER)
    assert again.returncode == 0
    assert "2 refreshes were put back from the home" in again.stderr
    assert not json.loads(again.stdout)["nothing_new"]
    with sqlite3.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM refreshes").fetchone()[0] == 2
        assert connection.execute("SELECT count(*) FROM insiders").fetchone()[0] > 0
    assert published(home)["members.csv"] == before["members.csv"]
    assert len(list(home.glob("insiders.db.damaged-*"))) == (loss == "damaged")


def test_a_refresh_made_again_keeps_what_it_said_of_movement(twice, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(twice.home, home, symlinks=True)
    moved = _movement(home)
    assert moved["membership_changes"]
    assert moved["tier_migration"]
    run(twice.landing, home, "--force", **SHORTER)
    assert _movement(home) == moved


def _movement(home: Path) -> dict[str, list[tuple[object, ...]]]:
    queries = {
        table: f"SELECT * FROM {table}" for table in ("membership_changes", "tier_migration", "insiders")
    } | {"refreshes": "SELECT refresh_id, members_entered, members_left FROM refreshes"}
    with sqlite3.connect(home / "insiders.db") as database:
        return {
            table: sorted(database.execute(query).fetchall(), key=repr) for table, query in queries.items()
        }


def test_a_changed_rule_is_something_new(twice, first):
    with sqlite3.connect(twice.home / "insiders.db") as database:
        kept = database.execute("SELECT refresh_id, members FROM refreshes ORDER BY published_at").fetchall()
    assert kept[0] == (first["refresh_id"], first["members"])
    assert kept[1][0] != kept[0][0]


def test_the_newest_refreshes_keep_their_report_and_their_run_and_the_warehouse_tells_of_all(
    twice, first, tmp_path
):
    home = tmp_path / "home"
    shutil.copytree(twice.home, home, symlinks=True)
    second = json.loads((home / "reports" / "latest" / "report.json").read_text())["refresh_id"]
    with DagsterInstance.from_config(str(home / "dagster")) as instance:
        (*_, oldest) = instance.get_runs()
        instance.add_run(DagsterRun(job_name="refresh", status=DagsterRunStatus.FAILURE))
    third = run(twice.landing, home, insider_coverage="0.5", reports_kept="2", runs_kept="2")["refresh_id"]
    assert {entry.name for entry in (home / "reports").iterdir()} == {second, third, "latest"}
    with sqlite3.connect(home / "insiders.db") as database:
        kept = {name for (name,) in database.execute("SELECT refresh_id FROM refreshes")}
    assert kept == {first["refresh_id"], second, third}
    with DagsterInstance.from_config(str(home / "dagster")) as instance:
        # Two of those that were over when the last one published, and that one.
        assert len(instance.get_runs()) == 3
        assert instance.get_run_by_id(oldest.run_id) is None
    assert not list(home.rglob(f"*{oldest.run_id}*"))


@pytest.mark.parametrize(("seed", "same"), [("7", False), pytest.param("42", True, marks=pytest.mark.full)])
def test_a_refit_publishes_under_a_new_model_only_if_it_differs(copy, first, seed, same):
    landing, home = copy
    refitted = told(insiders("refit", "--landing", landing, "--home", home, "--json", seed=seed))
    assert (refitted["model_version"] == first["model_version"]) == same


def test_the_answers_are_printed_for_a_person(copy):
    landing, home = copy
    done = insiders("run", "--landing", landing, "--home", home)
    assert done.returncode == 0
    assert "8. " in done.stdout
    assert "report.html" in done.stdout


def test_an_empty_landing_zone_is_said_and_touches_nothing(copy, tmp_path):
    _, home = copy
    before = published(home)
    (tmp_path / "empty").mkdir()
    line = failure(insiders("run", "--landing", tmp_path / "empty", "--home", home), 1)
    assert "empty" in line
    line = failure(insiders("run", "--landing", tmp_path / "missing", "--home", home), 1)
    assert "missing" in line
    assert published(home) == before


def test_a_landing_zone_without_any_export_is_said_and_touches_nothing(copy):
    landing, home = copy
    before = published(home)
    for path in landing.iterdir():
        path.unlink()
    (landing / "letter.csv").write_text("Dear colleagues,\nplease find nothing attached.\n")
    assert "letter.csv" in failure(insiders("run", "--landing", landing, "--home", home), 1)
    assert published(home) == before


def test_a_new_export_is_read_by_the_same_model_whatever_lies_beside_it(copy, first):
    landing, home = copy
    newest = sorted(landing.glob("*.csv"))[-1]
    lines = newest.read_text(encoding="utf-8").splitlines(keepends=True)
    (landing / "zz-late.csv").write_text("".join(lines[:51]), encoding="utf-8")
    (landing / "letter.csv").write_text("Dear colleagues,\nplease find nothing attached.\n")
    export = sorted(landing.glob("20*.csv"))[0]
    head, *body = export.read_text(encoding="utf-8").splitlines(keepends=True)
    without_price = [",".join(line.split(",")[:5]) + "\n" for line in [head, *body[:20]]]
    (landing / "no-price.csv").write_text("".join(without_price), encoding="utf-8")
    second = run(landing, home)
    assert not second["nothing_new"]
    assert second["rows"]["read"] >= first["rows"]["read"] + 50
    assert second["model_version"] == first["model_version"]
    with sqlite3.connect(home / "insiders.db") as database:
        assert database.execute("SELECT count(*) FROM refreshes").fetchone()[0] == 2
    rejected = pl.read_parquet(home / "lake" / "rejected_rows.parquet")
    reasons = dict(
        rejected.filter(pl.col("source_line").is_null()).select("source_file", "reason").iter_rows()
    )
    assert set(reasons) == {"letter.csv", "no-price.csv"}
    assert "price" in reasons["no-price.csv"].lower()
    assert {each["file"]: each["reason"] for each in second["set_aside"]} == reasons
    for command in ("run", "replay", "doctor"):
        said = insiders(command, "--landing", landing, "--home", home).stdout
        assert "2 " in (line := next(line for line in said.splitlines() if "set aside whole" in line)), said
        assert f"insiders inspect letter.csv --landing {landing}" in said
        assert f"letter.csv: {reasons['letter.csv']}" in said, line


def test_a_home_that_cannot_be_written_is_said(copy, tmp_path):
    landing, _ = copy
    (tmp_path / "file").write_text("not a folder")
    assert "is a file" in failure(insiders("run", "--landing", landing, "--home", tmp_path / "file"), 2)


def test_a_database_that_cannot_be_opened_is_said_without_its_password_and_touches_nothing(copy):
    landing, home = copy
    before = published(home)
    url = "postgresql://shop:hunter2@127.0.0.1:9/insiders"
    line = failure(insiders("run", "--force", "--landing", landing, "--home", home, database_url=url), 1)
    assert "127.0.0.1" in line
    assert "hunter2" not in line
    assert "hunter2" not in failure(
        insiders("run", "--force", "--landing", landing, "--home", home, database_url="shop:hunter2"), 2
    )
    assert published(home) == before


def test_a_wrong_setting_or_option_ends_with_2(copy):
    landing, home = copy
    words = ("run", "--landing", landing, "--home", home)
    assert "INSIDERS_WINDOW_DAYS" in failure(insiders(*words, window_days="a year"), 2)
    assert insiders(*words, "--as-of", "yesterday").returncode == 2
    assert insiders("walk").returncode == 2


def test_an_as_of_date_before_all_data_is_said_and_touches_nothing(copy):
    landing, home = copy
    before = published(home)
    line = failure(insiders("run", "--landing", landing, "--home", home, "--as-of", "1999-01-01"), 1)
    assert "1999-01-01" in line
    assert published(home) == before


def test_the_answers_are_printed_in_the_readers_language(twice):
    words = Language("pt_BR", "BRL")
    for row in pl.read_parquet(twice.home / "lake" / "business_answers.parquet").to_dicts():
        assert words.said(row, "question") in twice.said
        assert words.said(row, "answer") in twice.said
        assert row["question"] not in twice.said
    assert "linhas lidas" in twice.said
    assert "Relatório: " in twice.said
