"""A short form of every family: the long one is ``make faults``."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import boto3
import psycopg2
import pytest
from botocore.config import Config

from insiders_assets import places
from insiders_assets.errors import InsidersError
from insiders_assets_tests.faults import (
    content,
    families,
    home_files,
    looking,
    machine,
    models,
    record,
    requests,
    sequences,
    storms,
)
from insiders_assets_tests.faults.families import Ground, ground
from insiders_assets_tests.faults.kills import Killing
from insiders_assets_tests.faults.page import write_page
from insiders_assets_tests.faults.record import Outcome
from insiders_assets_tests.faults.recovery import Trial
from insiders_assets_tests.faults.steps import Steps


@pytest.fixture(scope="module")
def on(tmp_path_factory) -> Iterator[Ground]:
    with ground(tmp_path_factory.mktemp("ground"), seed=20260101, many=0.01) as found:
        yield found


def good(outcomes: list[Outcome]) -> None:
    assert outcomes
    for outcome in outcomes:
        assert outcome.good, outcome.wrong


def well(trial: Trial) -> None:
    assert trial.happened, trial.where
    assert not [*trial.wrong, *trial.torn], trial
    assert trial.lost == 0
    assert trial.looks > 100


def test_a_run_that_is_killed_and_killed_again_is_made_up_for_and_no_reader_notices(on: Ground) -> None:
    chance = on.chance("again and again")
    killing = on.rehearsed
    starts = chance.sample(range(1, killing.undisturbed.start + 1), 3)
    point = next(point for point in killing.boundaries(200, chance) if "lake/" in point[0])
    # Early in its work: beside others a rehearsal takes twice as long as the run that is to be killed.
    well(killing.again_and_again(starts, point, chance.uniform(0.1, 0.4)))


@pytest.mark.full  # the kills above, at every kind of boundary of what is kept of a refresh
def test_a_run_that_is_killed_while_it_keeps_its_tables_keeps_them_the_next_time(on: Ground) -> None:
    chance = on.chance("keeping")
    points = [point for point in on.rehearsed.boundaries(500, chance) if "refreshes/" in point[0]]
    assert points
    by_label = {label: (label, number) for label, number in points}
    for point in by_label.values():
        well(on.rehearsed.at(point))


@pytest.mark.full  # the slow form of what is forgotten below
def test_a_member_can_be_forgotten_by_a_command_that_is_killed_and_no_reader_notices(on: Ground) -> None:
    killing = Killing(on.local("forget"), on.shop, "forget")
    assert any(len(states) > 2 for states in killing.undisturbed.seen.values())
    well(killing.at(("sql COMMIT", 1)))


def test_a_disk_that_is_read_only_or_full_and_lost_rights_are_one_clear_line_each_and_made_up_for(
    on: Ground,
) -> None:
    try:
        trial = machine.one_after_another(on)
    except PermissionError:  # this user may not mount a file system to fill
        good(machine.rights_lost(on))
    else:
        well(trial)


@pytest.mark.full  # the slow form of the steps below
def test_no_step_of_a_random_sequence_breaks_an_invariant(on: Ground) -> None:
    good(sequences.sequences(on, examples=1, length=4))
    assert on.facts["looks"] >= 3


@pytest.mark.full  # the kills above, under other settings
def test_what_was_killed_under_other_settings_is_made_up_for_under_the_old_ones_by_a_killed_forget(
    on: Ground,
) -> None:
    steps = Steps(on.world)
    steps.change_policy({"INSIDERS_POLICY": "budget", "INSIDERS_BUDGET_MEMBERS": "15"}, opted_out=False)
    assert steps.crash(("run",), ("rename lake/tier_summary.parquet", 1))
    steps.change_policy({}, opted_out=False)
    steps.clock = -86_400  # and the clock is set back
    assert steps.forget(0.5, killed=("sql COMMIT", 1))


def test_no_flipped_bit_of_any_kind_of_file_is_believed(on: Ground) -> None:
    found = families.flipped_bits(on)
    good(found)
    assert len(found) >= 20


@pytest.mark.full
def test_files_that_ask_for_far_more_than_they_are_keep_no_other_from_being_read(on: Ground) -> None:
    good(families.hollow(on))


@pytest.mark.full
def test_files_that_arrive_while_refreshes_run_end_as_one_clean_run_would(on: Ground) -> None:
    good([*storms.storm(on), *storms.endless(on)])


def test_hostile_words_models_and_requests_are_refused_in_one_line(on: Ground) -> None:
    good(
        [
            *content.mappings(on), *content.settings(on), *home_files.home_files(on), *models.models(on),
            *requests.dashboard(on),
        ]
    )  # fmt: skip


def test_a_part_replaces_its_own_results_or_adds_to_them_and_keeps_the_others(tmp_path) -> None:
    results, page = tmp_path / "results.json", tmp_path / "page.md"
    one, other = Outcome("one", 2, 2, looks=3), Outcome("other", 5, 4, lost=1, wrong=["lost"])
    facts = {"date": "2026-01-01", "commit": "abc", "minutes": 1.5, "seed": 1, "kills": 2}
    record.keep("kills", [one], facts, results)
    record.keep("starts", [one, other], facts, results)
    record.keep("starts", [one], facts | {"seed": 2, "minutes": 0.5}, results, more=True)
    found = record.keep("kills", [other], facts, results)
    assert [row["tried"] for row in found["starts"]["outcomes"]] == [4, 5]
    assert found["starts"]["facts"] == facts | {"seed": "1 and 2", "minutes": 2.0, "kills": 4}
    assert [row["fault"] for row in found["kills"]["outcomes"]] == ["other"]
    write_page(results, page)
    assert "of commit abc, seed 1 and 2, in 2.0 minutes. kills: 4." in page.read_text()


def test_a_server_that_does_not_answer_in_time_is_told_from_one_that_refuses(monkeypatch) -> None:
    looks = _sql, lambda port: _object(port, monkeypatch)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        for look in looks:
            with pytest.raises((psycopg2.Error, InsidersError)) as late:
                look(port)
            assert looking.unanswered(late.value)
    for look in looks:
        with pytest.raises((psycopg2.Error, InsidersError)) as refused:
            look(port)
        assert not looking.unanswered(refused.value)


def _sql(port: int) -> None:
    psycopg2.connect(host="127.0.0.1", port=port, connect_timeout=2)


def _object(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    client = boto3.client(
        "s3",
        config=Config(read_timeout=1, retries={"total_max_attempts": 1}),
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        region_name="us-east-1",
    )
    monkeypatch.setattr(places, "_client", lambda: client)
    places.place("s3://shop/reports/latest.json").read_bytes()
