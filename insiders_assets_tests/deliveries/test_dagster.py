"""Deliveries in Dagster: after each release and not before, again while something waits, and told once."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from dagster import DagsterInstance, build_run_status_sensor_context, build_sensor_context

from insiders_assets import alerting, automation
from insiders_assets.automation import deliveries
from insiders_assets.cli.doctor import services
from insiders_assets.cli.write_lock import take_turn
from insiders_assets.definitions import build_defs
from insiders_assets.deliveries.due import Tick, decide
from insiders_assets.refresh.due import FIRST_WAIT, LONGEST_WAIT
from insiders_assets.settings import load_settings
from insiders_assets.storage.stores import Stores

YAML = """\
destinations: {out: {kind: folder, location: out}}
deliveries: {everybody: {audience: members, destination: out, purpose: ads}}
"""


@pytest.fixture
def stores(refreshed, tmp_path) -> Stores:
    _, home = refreshed.copy(tmp_path)
    return Stores(load_settings(home=str(home), landing=str(tmp_path / "landing")))


def test_without_a_destination_nothing_runs(stores):
    with DagsterInstance.ephemeral() as instance:
        tick = deliveries.evaluate_tick(build_sensor_context(instance, resources={"stores": stores}))
    assert not tick.run_requests
    assert tick.skip_message == "No destination is configured."
    defs = build_defs(stores.settings)
    refreshed = {
        key.to_user_string() for key in defs.resolve_job_def("refresh").asset_layer.selected_asset_keys
    }
    assert not refreshed & {"deliveries", "delivery_changes"}
    assert list(services.deliveries(stores)) == []


def test_a_release_is_delivered_once_and_what_waits_again_and_told_once(stores, caplog, monkeypatch):
    (stores.home / "deliveries.yaml").write_text(YAML)
    (stores.home / "out").write_text("in the way")
    job = build_defs(stores.settings).resolve_job_def("deliver")
    with DagsterInstance.ephemeral() as instance:

        def tick(cursor: str | None) -> tuple[str | None, str]:
            found = deliveries.evaluate_tick(
                build_sensor_context(instance, cursor=cursor, resources={"stores": Stores(stores.settings)})
            )
            assert bool(found.run_requests) != bool(found.skip_message)
            return found.cursor, found.skip_message or ""

        def run() -> dict[str, bool]:
            result = job.execute_in_process(instance=instance)
            (success,) = (event for event in result.all_events if event.is_job_success)
            context = build_run_status_sensor_context(
                sensor_name="alert_on_checks", dagster_instance=instance, dagster_run=result.dagster_run,
                dagster_event=success, resources={"stores": stores},
            )  # fmt: skip
            alerting.on_checks(context)
            return {each.check_name: each.passed for each in result.get_asset_check_evaluations()}

        cursor, said = tick(None)
        assert said == ""
        with caplog.at_level(logging.ERROR, "insiders.alerts"):
            assert run() == {"contract": True, "adds_up": True, "destinations_answer": False}
            assert run()["destinations_answer"] is False
        assert caplog.text.count("a destination does not answer: everybody: no answer since 20") == 1
        with monkeypatch.context() as soon:  # whatever the machine has taken for all that
            soon.setattr(automation.time, "time", lambda: Tick.read(cursor).moment + 1)
            assert tick(cursor)[1] == "everybody waits; tried again in 1.0 minutes."
        (finding,) = services.deliveries(stores)
        assert "has not answered since" in finding.said
        (stores.home / "out").unlink()
        assert run() == {"contract": True, "adds_up": True, "destinations_answer": True}
        latest = stores.warehouse.latest_refresh()["refresh_id"]
        assert tick(cursor)[1] == f"Everything of {latest} is delivered."
        instance.create_run_for_job(job)
        take_turn(instance)  # a delivery is in nobody's way
        (stores.home / "deliveries.yaml").write_text(YAML + "# changed\n")
        assert tick(cursor)[1] == "A delivery is queued or running."


def test_what_waits_is_tried_ever_more_rarely_and_a_wrong_file_once(stores):
    (stores.home / "deliveries.yaml").write_text(YAML)
    tick, moment = decide(stores, Tick(), 0.0)[0], 0.0
    for wait in (FIRST_WAIT, 120, 240, 480, 960, 1920, LONGEST_WAIT, LONGEST_WAIT):
        assert decide(stores, tick, moment + wait - 1)[0] is None
        moment += wait
        tick, _ = decide(stores, tick, moment)
    assert decide(stores, replace(tick, attempts=9999), moment + LONGEST_WAIT)[0] is not None
    assert decide(stores, tick, moment - 86_400)[0] is not None  # the clock was set back
    (stores.home / "deliveries.yaml").write_text(YAML.replace("members", "nobody"))
    asked, _ = decide(stores, tick, moment)
    assert asked is not None
    assert "there is no segment 'nobody'" in decide(stores, asked, moment + 9999)[1]
