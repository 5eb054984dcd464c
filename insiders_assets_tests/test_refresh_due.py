"""When the sensor asks for a refresh, decided without Dagster."""

from __future__ import annotations

from insiders_assets.refresh.due import MAX_ATTEMPTS, Tick, decide


def ticks(*landings: str, published: str | None = None, active: bool = False) -> list[bool]:
    """Play a series of landing zones, one a tick, none of which is ever published."""
    asked, before = [], Tick()
    for now in landings:
        ask, before, why_not = decide(now, published, before, active=active)
        assert ask != bool(why_not)
        asked.append(ask)
    return asked


def test_a_change_is_read_once_it_has_been_the_same_for_two_ticks():
    assert ticks("a", "b", "b") == [False, False, True]


def test_nothing_is_asked_while_the_report_is_current():
    assert ticks("a", "a", "a", published="a") == [False, False, False]


def test_nothing_is_asked_while_a_run_is_active_and_the_change_is_not_forgotten():
    ask, before, _ = decide("b", "a", Tick(seen="b"), active=True)
    assert not ask
    assert decide("b", "a", before, active=False)[0]


def test_a_file_that_arrives_during_a_run_is_read_afterwards():
    _, before, _ = decide("b", "a", Tick(seen="b"), active=False)
    _, before, _ = decide("c", "a", before, active=True)
    ask, _, _ = decide("c", "b", before, active=False)
    assert ask


def test_a_landing_zone_that_keeps_failing_is_tried_a_bounded_number_of_times():
    assert ticks(*["a"] * 10).count(True) == MAX_ATTEMPTS


def test_a_new_file_after_failures_is_tried_again():
    assert ticks(*["a"] * 10, "b", "b")[-1]


def test_the_attempts_start_anew_once_a_refresh_succeeded():
    _, before, _ = decide("a", "a", Tick("a", "a", MAX_ATTEMPTS), active=False)
    assert before == Tick("a")


def test_an_unreadable_cursor_counts_as_none():
    assert Tick.read("not json") == Tick.read('{"other": 1}') == Tick.read(None) == Tick()
    assert Tick.read(Tick("a", "b", 2).written()) == Tick("a", "b", 2)
