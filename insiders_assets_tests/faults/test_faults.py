"""A short form of every family: the long one is ``make faults``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from insiders_assets_tests.faults import kills, machine
from insiders_assets_tests.faults.families import Ground, ground
from insiders_assets_tests.faults.record import Outcome


@pytest.fixture(scope="module")
def on(tmp_path_factory) -> Iterator[Ground]:
    with ground(tmp_path_factory.mktemp("ground"), seed=20260101, many=0.01) as found:
        yield found


def good(outcomes: list[Outcome]) -> None:
    assert outcomes
    for outcome in outcomes:
        assert outcome.good, outcome.wrong


def test_a_run_that_is_killed_is_made_up_for_and_no_reader_notices(on: Ground) -> None:
    outcomes = kills.kill_all(on, {"refresh": (400, 200)})
    good(outcomes)
    assert sum(outcome.tried for outcome in outcomes) >= 5
    assert all(outcome.looks > 100 for outcome in outcomes)


def test_a_disk_that_is_full_or_read_only_is_one_clear_line_and_made_up_for(on: Ground) -> None:
    outcomes = [*machine.full_disk(on), *machine.read_only(on)]
    if not outcomes:
        pytest.skip("this user may not mount a file system to fill")
    good(outcomes)


def test_rights_that_are_lost_and_a_clock_set_back_do_no_harm(on: Ground) -> None:
    good([*machine.rights_lost(on), *machine.clock_set_back(on)])
