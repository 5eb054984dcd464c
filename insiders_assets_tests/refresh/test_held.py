"""The brake: a refresh that is strange beside the published one is held until a person releases or discards it."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

import polars as pl
import pytest
from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    DagsterInstance,
    MaterializeResult,
    asset,
    build_run_status_sensor_context,
    build_schedule_context,
    build_sensor_context,
    materialize,
)

from insiders_assets.alerting import on_checks
from insiders_assets.assets.external import PUBLICATION
from insiders_assets.assets.features import PUBLISHED
from insiders_assets.assets.programme import TABLES
from insiders_assets.assets.publishing import RELEASED
from insiders_assets.automation import backstop, landing_zone
from insiders_assets.cli.doctor.services import held_refresh as held_refresh_of
from insiders_assets.definitions import build_defs
from insiders_assets.errors import UsageError
from insiders_assets.language import Language
from insiders_assets.language.writer import PLAIN
from insiders_assets.refresh import held as held_refresh
from insiders_assets.refresh import publish as publishing
from insiders_assets.refresh.brake import Beside, strange
from insiders_assets.refresh.gate import publish_or_hold
from insiders_assets.refresh.held import discard, held, release, tidy_up, waits
from insiders_assets.refresh.held_record import HeldRefresh, read_held
from insiders_assets.refresh.state import begin, is_current
from insiders_assets.settings import load_settings
from insiders_assets.storage.report_store import Publication
from insiders_assets.storage.stores import Stores
from insiders_assets_tests.commands import failure, insiders, run, told
from insiders_assets_tests.dashboard_data import serving

NAMES = [table.name for table in (*TABLES, *PUBLISHED)]
STRANGE = "2025-12-31-strange1"
NOW = datetime(2026, 1, 31)

ROW = {
    "members": 100, "customers": 400, "identified_customers": 300, "revenue": 1000.0, "rows_read": 900,
    "model_version": "m1", "selection": "value", "window_days": 396, "as_of": date(2026, 1, 1),
}  # fmt: skip


def people(members: int = 100, **columns: object) -> pl.DataFrame:
    """A list of 300 identified customers, the first of them members."""
    ids = [f"c{n}" for n in range(300)]
    inside = [n < members for n in range(300)]
    return pl.DataFrame(
        {
            "customer_id": ids,
            "is_identified": [True] * 300,
            "is_member": inside,
            "tier": ["insider" if each else "not_insider" for each in inside],
            "revenue": [10.0 if each else 1.0 for each in inside],
            "grace_refreshes": [0] * 300,
            "country": ["Utopia"] * 300,
        }
    ).with_columns(**columns)


def changes(count: int, change: str, cause: str = "aged_out") -> pl.DataFrame:
    return pl.DataFrame(
        {
            "customer_id": [f"c{n}" for n in range(count)],
            "change": [change] * count,
            "cause": [cause] * count,
        },
        schema={"customer_id": pl.String, "change": pl.String, "cause": pl.String},
    )


CLUSTERS = pl.DataFrame({"cluster": [1, 2], "tier": ["insider", "not_insider"]})
SAME = Beside(
    row=ROW, before=ROW, changes=changes(0, "left"), insiders=people(), insiders_before=people(), profiles=CLUSTERS,
    profiles_before=CLUSTERS, has_new_files=True, same_day_since=NOW - timedelta(days=1), now=NOW,
)  # fmt: skip
GRACED = people(grace_refreshes=pl.when(pl.int_range(pl.len()) < 21).then(1).otherwise(0))
ELSEWHERE = people(country=pl.when(pl.int_range(pl.len()) < 2).then(pl.lit("Nowhere")).otherwise("country"))
GBP = frozenset({"GBP"})
SET = {
    "hold_entering": "0.5", "hold_leaving_revenue": "0.1", "hold_rows_fall": "0.4", "hold_tier_shift": "0.1",
    "hold_anonymous_rise": "0.2", "hold_new_countries": "0", "hold_cluster_tiers": "0",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "least", "less"),
    [
        ("hold_leaving", {"changes": changes(21, "left")}, {"changes": changes(20, "left")}),
        ("hold_leaving", {"insiders": GRACED}, {"insiders": GRACED, "insiders_before": GRACED}),
        ("hold_leaving", {"changes": changes(30, "left")}, {"changes": changes(30, "left", "policy")}),
        ("hold_entering", {"changes": changes(51, "entered")}, {"changes": changes(50, "entered")}),
        ("hold_leaving_revenue", {"changes": changes(11, "left")}, {"changes": changes(10, "left")}),
        ("hold_revenue_fall", {"row": ROW | {"revenue": 699.0}}, {"row": ROW | {"revenue": 700.0}}),
        ("hold_revenue_fall", {"row": ROW | {"revenue": 699.0, "window_days": 500}},
         {"row": ROW | {"revenue": 699.0, "window_days": 100}}),
        ("hold_rows_fall", {"row": ROW | {"rows_read": 530}}, {"row": ROW | {"rows_read": 550}}),
        ("hold_tier_shift", {"insiders": people(140)}, {"insiders": people(120)}),
        ("hold_anonymous_rise", {"row": ROW | {"identified_customers": 200}},
         {"row": ROW | {"identified_customers": 250}}),
        ("hold_new_countries", {"insiders": ELSEWHERE}, {"insiders_before": ELSEWHERE}),
        ("hold_new_currencies", {"currencies": GBP | {"EUR"}, "currencies_before": GBP},
         {"currencies": GBP | {"EUR"}}),
        ("hold_cluster_tiers", {"profiles": CLUSTERS.with_columns(tier=pl.lit("insider"))},
         {"profiles": CLUSTERS.head(1)}),
        ("hold_idle_days", {"same_day_since": NOW - timedelta(days=8)},
         {"same_day_since": NOW - timedelta(days=8), "has_new_files": False}),
    ],
)  # fmt: skip
def test_a_refresh_is_held_beyond_a_limit_and_not_at_it(name, least, less):
    settings = load_settings(**{key: value for key, value in SET.items() if key == name})
    (why,) = strange(replace(SAME, **least), settings)
    assert why.code == f"brake.{name}"
    assert PLAIN.write(why).endswith(f"(INSIDERS_{name.upper()})")
    assert strange(replace(SAME, **less), settings) == []
    assert strange(replace(SAME, **least), load_settings(hold=False)) == []


def test_what_is_new_is_named_in_the_readers_language():
    beside = replace(SAME, currencies=GBP | {"EUR", "SEK"}, currencies_before=GBP)
    (why,) = strange(beside, load_settings())
    found = HeldRefresh("held", (PLAIN.write(why),), "", None, "", (), ((why.code, why.arguments),))
    assert found.reasons()[0]["why"] == (
        "2 currencies are new (EUR, SEK), more than 0: amounts are added up as they are "
        "(INSIDERS_HOLD_NEW_CURRENCIES)"
    )
    (told_in_portuguese,) = (Language("pt-BR", "").said(row, "why") for row in found.reasons())
    assert told_in_portuguese.startswith("2 moedas são novas (EUR, SEK), mais de 0")
    assert Language("pt-BR", "").said(replace(found, facts=()).reasons()[0], "why") == found.why[0]


def test_who_sets_an_earlier_day_means_it():
    fall = replace(SAME, row=ROW | {"revenue": 1.0, "as_of": date(2025, 12, 1)})
    assert strange(fall, load_settings())
    assert strange(fall, load_settings(as_of=date(2025, 12, 1))) == []


@pytest.fixture(scope="module")
def rendered(refreshed, tmp_path_factory) -> Path:
    """A home whose next refresh is made and rendered, and brings half the revenue."""
    landing, home = refreshed.copy(tmp_path_factory.mktemp("strange"))
    stores = Stores(load_settings(home=str(home), landing=str(landing)))
    begin(stores)
    half = pl.col("revenue") * 0.5
    path = stores.lake.path("refreshes")
    with held_refresh.noted(path) as temporary:
        pl.read_parquet(path).with_columns(refresh_id=pl.lit(STRANGE), revenue=half).write_parquet(temporary)
    reports = home / "reports"
    shutil.copytree(reports / (reports / "latest").readlink(), reports / STRANGE)
    return home.parent


@pytest.fixture
def stores(rendered, tmp_path) -> Stores:
    shutil.copytree(rendered, tmp_path / "own", symlinks=True)
    home = tmp_path / "own" / "home"
    return Stores(load_settings(home=str(home), landing=str(tmp_path / "own" / "landing")))


def shown(stores: Stores) -> tuple[str, str]:
    """The refresh that warehouse and reports show."""
    return stores.warehouse.latest_refresh()["refresh_id"], stores.publication.latest()


def test_what_is_held_is_said_by_everything_and_released_by_its_name(stores):
    before = shown(stores)
    members = (stores.home / "reports" / "latest" / "members.csv").read_bytes()
    outcome = publish_or_hold(stores, NAMES)
    assert outcome.refresh_id == STRANGE
    assert shown(stores) == before
    assert (stores.home / "reports" / "latest" / "members.csv").read_bytes() == members
    where = ("--home", stores.home, "--landing", stores.settings.landing)
    said = insiders("run", "--json", *where)
    assert f"insiders release {STRANGE}" in said.stderr
    assert told(said)["nothing_new"]
    assert told(said)["held"]["why"] == list(outcome.held)
    assert [each.state for each in held_refresh_of(stores)] == ["look"]
    assert f"{STRANGE} is: use that name" in failure(insiders("release", "other", *where[:2]), 2)
    with (
        serving(stores.warehouse, held=lambda: read_held(stores.home)) as address,
        urlopen(address) as page,
    ):
        assert f"Refresh {STRANGE} is held" in page.read().decode()
    nobody = {"published_webhooks": "http://127.0.0.1:9", "published_secret": "s" * 32}
    released = insiders("release", STRANGE, *where[:2], **nobody)
    assert released.returncode == 0
    assert f"{STRANGE} is published, but http://127.0.0.1 was not notified (unreachable)" in released.stderr
    assert shown(stores) == (STRANGE, STRANGE)
    assert is_current(stores)
    assert held(stores) is None
    assert insiders("release", STRANGE, *where[:2]).returncode == 0  # it is published and stays so
    assert "no refresh is held" in failure(insiders("discard", STRANGE, *where[:2]), 2)


def test_what_is_discarded_does_not_come_back_by_itself(stores):
    before = shown(stores)
    publish_or_hold(stores, NAMES)
    assert insiders("discard", STRANGE, "--home", stores.home).returncode == 0
    assert shown(stores) == before
    assert not (stores.home / "reports" / STRANGE).exists()
    assert not list((stores.home / "held").glob("*.parquet"))
    assert waits(stores).status == "discarded"
    said = insiders("run", "--home", stores.home, "--landing", stores.settings.landing)
    assert "was discarded" in said.stderr
    assert insiders("discard", STRANGE, "--home", stores.home).returncode == 0  # it is discarded and stays so
    assert shown(stores) == before


@pytest.mark.parametrize(("job", "then"), [("release", (STRANGE, STRANGE)), ("discard", None)])
def test_a_job_ends_it_as_well(stores, job, then):
    then = then or shown(stores)
    publish_or_hold(stores, NAMES)
    definition = build_defs(stores.settings).resolve_job_def(job)
    assert definition.execute_in_process(run_config={"refresh_id": STRANGE}).success
    assert shown(stores) == then


def test_the_daemon_asks_for_nothing_while_it_is_held_and_tells_people_why(stores, caplog):
    publish_or_hold(stores, NAMES)

    @asset(key=PUBLICATION, check_specs=[AssetCheckSpec(RELEASED, asset=PUBLICATION)])
    def published() -> MaterializeResult:
        """The step whose check says that the refresh is held."""
        found = AssetCheckResult(check_name=RELEASED, passed=False, severity=AssetCheckSeverity.WARN)
        return MaterializeResult(check_results=[found])

    given = {"stores": stores}
    with DagsterInstance.ephemeral() as instance:
        ticks = [
            landing_zone.evaluate_tick(build_sensor_context(instance=instance, resources=given)) for _ in "12"
        ]
        looked = backstop("30 5 * * *").evaluate_tick(
            build_schedule_context(instance=instance, resources=given)
        )
        result = materialize([published], instance=instance)
        (success,) = (event for event in result.all_events if event.is_job_success)
        context = build_run_status_sensor_context(
            "alert_on_checks", success, instance, result.dagster_run, resources=given
        )
        with caplog.at_level(logging.ERROR, "insiders.alerts"):
            on_checks(context)
    for each in (*ticks, looked):
        assert not each.run_requests
        assert f"insiders release {STRANGE}" in each.skip_message
    (told_people,) = (record.getMessage() for record in caplog.records if record.name == "insiders.alerts")
    assert told_people.startswith("a refresh is held: ")
    assert f"insiders discard {STRANGE}" in told_people


class Killed(BaseException):
    """Nobody catches it."""


def die(*_words: object, **_more: object) -> None:
    raise Killed


def killed(stores: Stores, monkeypatch: pytest.MonkeyPatch, where: str, act: Callable[..., None]) -> Stores:
    """Die at a function's call; the stores as the next process opens them."""
    owners = {"make_latest": Publication, "remove": Publication, "unlink": type(stores.home), "rmdir": os}
    owner = owners.get(where, held_refresh if hasattr(held_refresh, where) else publishing)
    with monkeypatch.context() as patched:
        patched.setattr(owner, where, die)
        with pytest.raises(Killed):
            act(stores, STRANGE)
    return Stores(stores.settings)


def left(stores: Stores) -> list[str]:
    """What is in the folder of what is held."""
    return sorted(path.name for path in (stores.home / "held").glob("[!.]*"))


PUBLISHING = ("publish", "keep_history", "keep_model", "make_latest", "remember")
TAKING_AWAY = ("let_go", "write_held", "_clear")


@pytest.mark.parametrize(
    ("where", "again"),
    [*((name, "release") for name in (*PUBLISHING, "_clear")), *((name, "run") for name in TAKING_AWAY)],
)
def test_whoever_is_killed_while_releasing_releases_in_the_end(stores, monkeypatch, where, again):
    before = shown(stores)
    publish_or_hold(stores, NAMES)
    then = killed(stores, monkeypatch, where, release)
    assert shown(then)[0] in (before[0], STRANGE)
    if again == "release":
        release(then, STRANGE)
    tidy_up(then)  # as every run does
    assert shown(then) == (STRANGE, STRANGE)
    assert is_current(then)
    assert left(then) == []


@pytest.mark.parametrize("where", ["write_held", "_clear", "remove", "unlink", "rmdir"])
def test_whoever_is_killed_while_discarding_discards_in_the_end(stores, monkeypatch, where):
    before = shown(stores)
    publish_or_hold(stores, NAMES)
    then = killed(stores, monkeypatch, where, discard)
    if read_held(then.home).status == "discarded":
        tidy_up(then)
    else:
        discard(then, STRANGE)
    assert (shown(then), left(then)) == (before, ["refresh.json"])
    assert not list((then.home / "reports").glob(f"*{STRANGE}*"))


@pytest.mark.parametrize("where", ["noted", "write_held"])
def test_whoever_is_killed_while_holding_shows_nothing_of_it(stores, monkeypatch, where):
    before = shown(stores)
    again = killed(stores, monkeypatch, where, lambda held, _name: publish_or_hold(held, NAMES))
    assert (shown(again), held(again), is_current(again)) == (before, None, False)
    assert publish_or_hold(again, NAMES).held
    assert shown(again) == before


def test_the_next_refresh_takes_the_place_of_a_held_one(stores):
    publish_or_hold(stores, NAMES)
    path = stores.lake.path("refreshes")
    with held_refresh.noted(path) as temporary:
        pl.read_parquet(path).with_columns(
            refresh_id=pl.lit("next"), revenue=pl.col("revenue") * 2
        ).write_parquet(temporary)
    shutil.copytree(stores.home / "reports" / STRANGE, stores.home / "reports" / "next")
    assert publish_or_hold(stores, NAMES).held == ()
    assert shown(stores) == ("next", "next")
    assert read_held(stores.home) is None
    assert not (stores.home / "reports" / STRANGE).exists()
    with pytest.raises(UsageError, match="no refresh is held"):
        release(stores, STRANGE)


@pytest.mark.full
def test_a_halved_export_is_held_and_then_released(refreshed, tmp_path):
    landing, home = refreshed.copy(tmp_path)
    whole = {path: path.read_bytes() for path in landing.glob("*.csv")}
    for path, content in whole.items():
        lines = content.splitlines(keepends=True)
        path.write_bytes(b"".join(lines[: len(lines) // 2]))
    said = run(landing, home)
    assert said["held"]["status"] == "held"
    assert said["members"] == refreshed.said["members"]
    assert len(said["held"]["why"]) == 2
    name = said["held"]["refresh_id"]
    jobs = build_defs(load_settings(home=str(home), landing=str(landing)))
    assert jobs.resolve_job_def("discard").execute_in_process(run_config={"refresh_id": name}).success
    assert run(landing, home)["held"]["status"] == "discarded"
    again = run(landing, home, "--force")
    assert again["held"]["status"] == "held"
    assert again["members"] == refreshed.said["members"]
    assert insiders("release", again["held"]["refresh_id"], "--home", home).returncode == 0
    released = run(landing, home)
    assert released["held"] is None
    assert released["rows"]["read"] < refreshed.said["rows"]["read"]
    for path, content in whole.items():
        path.write_bytes(content)
    assert run(landing, home)["members"] == refreshed.said["members"]
