"""When the sensor asks for a refresh, decided without Dagster."""

from __future__ import annotations

from itertools import pairwise

import pytest

from insiders_assets.refresh.due import FIRST_WAIT, LONGEST_CHANGE, LONGEST_WAIT, Tick, decide


def ticks(*landings: str, published: str | None = None, active: bool = False) -> list[bool]:
    """Play a series of landing zones, one a tick, none of which is ever published."""
    asked, before = [], Tick()
    for now in landings:
        ask, before, why_not = decide(now, published, before, active=active, moment=1e9)
        assert ask != bool(why_not)
        asked.append(ask)
    return asked


def test_a_change_is_read_once_it_has_been_the_same_for_two_ticks():
    assert ticks("a", "b", "b") == [False, False, True]


def test_nothing_is_asked_while_the_report_is_current():
    assert ticks("a", "a", "a", published="a") == [False, False, False]


def test_nothing_is_asked_while_a_run_is_active_and_the_change_is_not_forgotten():
    ask, before, _ = decide("b", "a", Tick(seen="b"), active=True, moment=0)
    assert not ask
    assert decide("b", "a", before, active=False, moment=0)[0]


def test_a_file_that_arrives_during_a_run_is_read_afterwards():
    _, before, _ = decide("b", "a", Tick(seen="b"), active=False, moment=0)
    _, before, _ = decide("c", "a", before, active=True, moment=1)
    ask, _, _ = decide("c", "b", before, active=False, moment=2)
    assert ask


def test_a_landing_zone_that_keeps_failing_is_tried_ever_more_rarely_and_without_end():
    asked, before = [], Tick("a")
    for moment in range(0, 8 * 3600, 10):
        ask, before, _ = decide("a", None, before, active=False, moment=moment)
        asked += [moment] if ask else []
    waits = [later - earlier for earlier, later in pairwise(asked)]
    assert waits[:7] == [FIRST_WAIT, 120, 240, 480, 960, 1920, LONGEST_WAIT]
    assert set(waits[6:]) == {LONGEST_WAIT}
    assert len(waits) > 10
    assert decide("a", None, Tick("a", "a", 10**6, 0), active=False, moment=LONGEST_WAIT)[0]


def test_what_did_not_answer_and_does_again_is_tried_at_once():
    failing = Tick("a", "a", 9, 1000.0)
    assert not decide("a", None, failing, active=False, moment=1001)[0]
    ask, after, _ = decide("a", None, failing.without_answer(), active=False, moment=1001)
    assert ask
    assert after == Tick("a", "a", 10, 1001)
    ask, meanwhile, _ = decide("a", None, failing.without_answer(), active=True, moment=1001)
    assert not ask
    assert decide("a", None, meanwhile, active=False, moment=1002)[0]


def test_a_landing_zone_that_never_rests_is_read_once_an_hour():
    asked, before = [], Tick()
    for moment in range(1_000, 1_000 + 3 * 3600, 10):
        ask, before, _ = decide(f"at {moment}", "a", before, active=False, moment=moment)
        asked += [moment] if ask else []
    assert len(asked) == 2
    assert asked[0] == 1_000 + LONGEST_CHANGE
    assert asked[1] - asked[0] == pytest.approx(LONGEST_CHANGE, abs=20)


def test_a_rest_and_a_clock_set_back_begin_the_wait_anew():
    _, before, _ = decide("b", "a", Tick("c", changing_since=1.0), active=False, moment=3_000)
    assert before.changing_since == 1.0
    assert decide("b", "b", before, active=False, moment=3_010)[1].changing_since == 0
    assert decide("d", "a", before, active=False, moment=0.5)[1].changing_since == 0.5


def test_a_clock_that_is_set_back_keeps_nobody_waiting():
    assert decide("a", None, Tick("a", "a", 3, 9e9), active=False, moment=1e9)[0]


def test_a_new_file_after_failures_is_tried_again():
    assert ticks(*["a"] * 10, "b", "b")[-1]


def test_the_attempts_start_anew_once_a_refresh_succeeded():
    _, before, _ = decide("a", "a", Tick("a", "a", 3), active=False, moment=0)
    assert before == Tick("a")


def test_an_unreadable_cursor_counts_as_none():
    assert Tick.read("not json") == Tick.read('{"other": 1}') == Tick.read(None) == Tick()
    assert Tick.read(Tick("a", "b", 2, 3.5, True).written()) == Tick("a", "b", 2, 3.5, True)
    assert Tick.read('{"seen": "a", "asked": "b", "attempts": 2}') == Tick("a", "b", 2)  # of a former version


def test_a_refresh_has_failed_if_one_was_asked_for_of_what_is_there_now():
    assert Tick(seen="a", asked="a", attempts=1).has_failed
    assert not Tick(seen="a", asked="b", attempts=1).has_failed
    assert not Tick(seen="a", asked="a").has_failed


def test_attempts_at_another_landing_zone_do_not_count():
    before = Tick(seen="a", asked="z", attempts=5, at=1_000_000.0)
    ask, after, _ = decide("a", "p", before, active=False, moment=1_000_001.0)
    assert (ask, after.attempts) == (True, 1)
