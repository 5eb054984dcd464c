"""What is sent is the difference to what was acknowledged, and a process may end at any moment of it."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import polars as pl
import pytest

from insiders_assets.deliveries.audience import written
from insiders_assets.deliveries.changes import KNOWN, difference, planned
from insiders_assets.deliveries.ledger import Ledger
from insiders_assets.deliveries.sending import known_now, send
from insiders_assets.deliveries.tables import account, plan_rows, unbalanced
from insiders_assets.errors import InsidersError
from insiders_assets_tests.deliveries.people import DELIVERY, DESTINATION, People, Receiver, months, wanted

REFRESH = ("2026-01-31-abc", "2026-01-31")


@pytest.fixture(autouse=True)
def _unsynced(monkeypatch):
    """Nothing here takes the machine's power away; what a process has written is there."""
    monkeypatch.setattr("os.fsync", lambda handle: None)


def ledger_of(home: Path) -> Ledger:
    return Ledger(home, DELIVERY.name, DESTINATION.name)


def deliver(home: Path, people: People, receiver: Receiver, *, retry: bool = False) -> bool:
    """Deliver as a process does that knows nothing but what is in the home."""
    return send(
        ledger_of(home), DELIVERY, wanted(people), receiver, refresh=REFRESH, record=plan_rows, retry=retry
    )


def expected(people: People) -> People:
    return {who: {"customer_id": who, **facts} for who, facts in people.items()}


def test_the_difference_is_who_comes_who_changes_and_who_goes():
    one, two, other = '{"t": 1}', '{"t": 2}', '{"t": 0}'
    known = pl.DataFrame(
        [("b", one, None, None), ("c", one, None, None), ("d", None, one, "bad"), ("e", None, other, "bad")],
        schema=KNOWN,
        orient="row",
    )
    want = pl.DataFrame({"customer_id": ["a", "b", "d", "e"], "record": [one, two, one, one]})
    assert difference(want, known).rows() == [
        ("c", "remove", None, one),
        ("b", "update", two, one),
        ("a", "add", one, None),
        ("e", "add", one, None),  # not what was refused
    ]
    assert "d" in difference(want, known, retry=True)["customer_id"]
    plan = planned(difference(want, known), after=7, batch=3)
    assert plan["sequence"].to_list() == [8, 8, 8, 9]


def test_months_arrive_one_after_the_other_and_nothing_is_sent_twice(tmp_path):
    receiver = Receiver()
    for people in months(1):
        assert deliver(tmp_path, people, receiver)
        assert receiver.people == expected(people)
    sent = len(receiver.keys)
    assert deliver(tmp_path, people, receiver)
    assert len(receiver.keys) == sent


def test_replaying_months_sends_what_living_them_sent(tmp_path):
    lived, replayed = Receiver(), Receiver()
    for people in months(2, 6):
        deliver(tmp_path / "lived", people, lived)
        deliver(tmp_path / "lived", people, lived)
    for people in months(2, 6):
        deliver(tmp_path / "replayed", people, replayed)
    assert list(lived.keys.values()) == list(replayed.keys.values())


def test_a_memory_that_is_begun_again_is_taken_for_no_repetition(tmp_path):
    receiver, (first, second, *_) = Receiver(), months(3)
    deliver(tmp_path, first, receiver)
    deliver(tmp_path, second, receiver)
    shutil.rmtree(tmp_path / "deliveries")
    deliver(tmp_path, first, receiver)
    assert expected(first).items() <= receiver.people.items()


def test_a_destination_that_is_down_gets_first_what_waited_and_then_what_changed(tmp_path):
    receiver, (first, second, third, *_) = Receiver(), months(3)
    deliver(tmp_path, first, receiver)
    receiver.down = True
    assert not deliver(tmp_path, second, receiver)
    waiting = ledger_of(tmp_path)
    assert waiting.state.problem == "unreachable"
    since = waiting.state.waiting_since
    row = account(DELIVERY, wanted(second), waiting, REFRESH)
    assert row["waiting"] == len(second.keys() - first.keys()) > 0
    assert row["to_remove"] == len(first.keys() - second.keys()) > 0
    assert not unbalanced(row)
    assert set(plan_rows(waiting)["status"]) == {"waiting"}
    assert not deliver(tmp_path, third, receiver)
    assert ledger_of(tmp_path).state.waiting_since == since
    receiver.down = False
    assert deliver(tmp_path, third, receiver)
    assert receiver.people == expected(third)
    assert ledger_of(tmp_path).state.waiting_since == ""


def test_whom_a_destination_refuses_is_counted_and_not_sent_again_before_something_changes(tmp_path):
    first = {"a": {"tier": "A"}, "b": {"tier": "A"}, "c": {"tier": "A"}}
    receiver = Receiver(refuses={"b"})
    assert deliver(tmp_path, first, receiver)
    row = account(DELIVERY, wanted(first), ledger_of(tmp_path), REFRESH)
    assert (row["delivered"], row["failed"], row["waiting"]) == (2, 1, 0)
    assert not unbalanced(row)
    sent = len(receiver.keys)
    receiver.refuses.clear()
    deliver(tmp_path, first, receiver)
    assert len(receiver.keys) == sent
    deliver(tmp_path, first, receiver, retry=True)
    assert receiver.people == expected(first)
    assert account(DELIVERY, wanted(first), ledger_of(tmp_path), REFRESH)["failed"] == 0


def test_a_removal_that_is_refused_is_asked_for_again_and_again(tmp_path):
    receiver = Receiver()
    deliver(tmp_path, {"a": {"tier": "A"}}, receiver)
    receiver.refuses.add("a")
    deliver(tmp_path, {}, receiver)
    assert account(DELIVERY, wanted({}), ledger_of(tmp_path), REFRESH)["to_remove"] == 1
    receiver.refuses.clear()
    deliver(tmp_path, {}, receiver)
    assert receiver.people == {}


def test_somebody_lost_between_the_two_makes_the_sum_fail(tmp_path):
    people = {"a": {"tier": "A"}, "b": {"tier": "A"}}
    deliver(tmp_path, people, Receiver())
    ledger = ledger_of(tmp_path)
    ledger.rewrite(ledger.known().head(1), ledger.plan())
    row = account(DELIVERY, wanted(people), ledger_of(tmp_path), REFRESH)
    assert unbalanced(row) == (
        "spring to crm: 2 members, and 1 delivered + 0 held out + 0 suppressed + 0 failed are 1"
    )


def test_a_damaged_memory_is_said_and_never_taken_for_none(tmp_path):
    deliver(tmp_path, {"a": {"tier": "A"}}, Receiver())
    path = tmp_path / "deliveries" / "spring" / "crm" / "state.json"
    path.write_text(path.read_text().replace('"sequence": 1', '"sequence": 7'))
    with pytest.raises(InsidersError, match="says what was delivered"):
        ledger_of(tmp_path)


class Cut(BaseException):
    """The process ends here."""


@contextmanager
def cut_at(moment: int, receiver: Receiver, patch: pytest.MonkeyPatch):
    """End the process at a moment: before or after something is written or sent. Yields a count of the moments."""
    passed = [0]

    def ending(work: Callable, *words, **named):
        for after in (False, True):
            passed[0] += 1
            if passed[0] == moment:
                raise Cut
            if not after:
                result = work(*words, **named)
        return result

    with patch.context() as patched:
        for name in ("_commit", "_put"):
            original = getattr(Ledger, name)

            def cut(self: Ledger, *words, _work=original, **named):
                return ending(partial(_work, self), *words, **named)

            patched.setattr(Ledger, name, cut)
        patched.setattr(receiver, "send", partial(ending, receiver.send))
        yield passed


@pytest.mark.parametrize("seeds", [12, pytest.param(200, marks=pytest.mark.full)], ids=["some", "many"])
def test_cut_short_at_any_moment_everybody_is_there_once_in_the_end(tmp_path, monkeypatch, seeds):
    reached = 0
    for seed in range(seeds):
        draw, receiver, home = random.Random(seed), Receiver(), tmp_path / str(seed)
        for people in months(seed, 3):
            for _ in range(draw.choice((1, 2, 2))):
                with cut_at(draw.randint(1, 16), receiver, monkeypatch):
                    try:
                        deliver(home, people, receiver)
                    except Cut:
                        reached += 1
            receiver.down = draw.random() < 0.2
            deliver(home, people, receiver)
        receiver.down = False
        deliver(home, people, receiver)
        assert receiver.people == expected(people), seed
        ledger = ledger_of(home)
        there = dict(known_now(ledger).select("customer_id", "acknowledged").iter_rows())
        assert there == {who: written(record) for who, record in expected(people).items()}
        assert len(list(ledger.folder.glob("*.parquet"))) <= 1
    assert reached >= 2 * seeds
