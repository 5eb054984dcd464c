"""What the code location declares, and what loading it costs."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from datetime import timedelta
from difflib import unified_diff

import pytest
from dagster import AssetKey, BetaWarning, DefaultScheduleStatus, DefaultSensorStatus

from insiders_assets.assets import code
from insiders_assets.contracts import programme as contracts
from insiders_assets.contracts.table import Table
from insiders_assets.definitions import TABLES, build_defs
from insiders_assets.errors import UsageError
from insiders_assets.settings import load_settings
from insiders_assets_tests.graph import SNAPSHOT, described

DEFS = build_defs(load_settings())
GRAPH = DEFS.resolve_asset_graph()
ASSETS = sorted(key for key in GRAPH.get_all_asset_keys() if not GRAPH.get(key).is_external)
CHECKED = {key.asset_key for key in GRAPH.asset_check_keys}

FIXED = (
    "raw_transactions",
    "clean_purchases",
    "returns",
    "customer_features",
    "leaf_embedding",
    "clusters",
    "insider_report",
)
GROUPS = {"ingest", "features", "segmentation", "programme", "research", "deliveries"}
NO_TABLE = {"segmentation_model", "insider_report", "publication"}


def test_the_assets_the_user_named_are_there():
    assert {AssetKey(name) for name in FIXED} <= set(ASSETS)


@pytest.mark.parametrize("key", ASSETS, ids=lambda key: key.to_user_string())
def test_every_asset_says_what_it_is_and_is_checked(key):
    node = GRAPH.get(key)
    assert node.owners
    assert len(node.description or "") > 20
    assert node.group_name in GROUPS
    assert node.kinds
    assert node.code_version
    assert key in CHECKED
    name = key.to_user_string()
    if node.group_name != "research" and name not in NO_TABLE:
        schema = node.metadata["dagster/column_schema"]
        assert [column.name for column in schema.columns] == TABLES[name].names
        assert all(column.description for column in schema.columns)
        personal = [column.name for column in schema.columns if column.tags == {"pii": "true"}]
        assert bool(personal) is ("pii" in node.tags)
        assert ("customer_id" in personal) is ("customer_id" in TABLES[name].names)


def test_a_code_version_follows_the_code_that_makes_the_table_and_no_other(tmp_path, monkeypatch):
    for room in ("features", "report"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "rules.py").write_text("LIMIT = 1")
    monkeypatch.setattr(code, "PACKAGE", tmp_path)
    version = code.code_version.__wrapped__
    before = version("features"), version("report")
    (tmp_path / "features" / "rules.py").write_text("LIMIT = 2")
    assert version("features") != before[0]
    assert version("report") == before[1]


def test_every_table_that_is_declared_is_made():
    declared = {each.name for each in vars(contracts).values() if isinstance(each, Table)}
    assert declared <= set(TABLES)


def test_every_contract_is_a_blocking_check():
    blocking = {
        check.asset_key.to_user_string() for check in GRAPH.asset_check_keys if check.name == "contract"
    }
    assert blocking == set(TABLES)
    assert all(
        GRAPH.get_check_spec(check).blocking for check in GRAPH.asset_check_keys if check.name == "contract"
    )


def test_the_graph_is_the_one_on_record():
    expected, found = SNAPSHOT.read_text(encoding="utf-8"), described(DEFS)
    changed = unified_diff(
        expected.splitlines(), found.splitlines(), SNAPSHOT.name, "definitions", n=2, lineterm=""
    )
    assert expected == found, "\n".join(["if this is meant: make graph", *changed])


def test_the_sensor_is_on_by_default_and_refreshes():
    sensors = {sensor.name: sensor for sensor in DEFS.sensors}
    assert all(sensor.default_status is DefaultSensorStatus.RUNNING for sensor in sensors.values())
    assert sensors["landing_zone"].job_name == "refresh"
    assert sensors["deliveries"].job_name == "deliver"
    assert sensors["announcements"].job_name == "announce"
    alerts = {"alert_on_failure", "alert_on_checks", "alert_on_stale_report"}
    assert sensors.keys() == {"landing_zone", "deliveries", "announcements", *alerts}
    assert {job.name for job in DEFS.jobs} >= {"refresh", "refit"}


def test_the_backstop_is_on_by_default_and_off_when_told():
    (schedule,) = DEFS.schedules
    assert schedule.default_status is DefaultScheduleStatus.RUNNING
    assert (schedule.job_name, schedule.cron_schedule) == ("refresh", "30 5 * * *")
    assert not build_defs(load_settings(backstop="off")).schedules
    with pytest.raises(UsageError, match="INSIDERS_BACKSTOP: 'at noon' is no cron line"):
        build_defs(load_settings(backstop="at noon"))


def test_loading_warns_nobody_of_what_only_its_makers_can_change():
    with warnings.catch_warnings():
        warnings.simplefilter("error", BetaWarning)
        build_defs(load_settings()).get_repository_def()


def test_the_report_must_be_as_fresh_as_the_settings_say():
    shown = AssetKey("publication")
    for hours in (192, 24):
        graph = build_defs(load_settings(stale_after_hours=hours)).resolve_asset_graph()
        policies = {key: graph.get(key).freshness_policy for key in graph.get_all_asset_keys()}
        assert policies[shown].fail_window.to_timedelta() == timedelta(hours=hours)
        assert not any(policy for key, policy in policies.items() if key != shown)


def test_an_override_takes_the_place_of_a_resource():
    assert build_defs(load_settings(), stores="another").resources["stores"] == "another"


def test_loading_the_definitions_loads_no_heavy_library():
    heavy = {
        "umap",
        "sklearn",
        "plotly",
        "pyspark",
        "pandas",
        "pandera",
        "polars",
        "sqlalchemy",
        "matplotlib",
        "scipy",
    }
    load = "import json, sys; from insiders_assets.definitions import defs; defs(); "
    show = f"{load} print(json.dumps(sorted(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", show], check=True, capture_output=True, text=True).stdout
    assert heavy.isdisjoint(json.loads(out))
