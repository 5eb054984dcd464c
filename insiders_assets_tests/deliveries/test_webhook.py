"""A webhook that fails, stalls, repeats, reorders and is killed: in the end its people are the audience, exactly."""

from __future__ import annotations

import os
import random
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from insiders_assets.deliveries.changes import batches, difference, planned
from insiders_assets.deliveries.destinations import DownError, open_destination
from insiders_assets.deliveries.destinations.webhook import WebhookDestination, pause, signing_key
from insiders_assets.deliveries.ledger import Ledger
from insiders_assets.deliveries.model import DeliveryRules, DestinationRules
from insiders_assets.deliveries.sending import send
from insiders_assets.deliveries.tables import account, plan_rows, unbalanced
from insiders_assets.errors import UsageError
from insiders_assets.settings import load_settings
from insiders_assets_tests.deliveries.people import People, months, wanted
from insiders_assets_tests.deliveries.receiver import HURRIED, SECRET, Receiver
from insiders_assets_tests.faults.forks import context, ended

RULES = DestinationRules(
    "crm", "webhook", "", secret="CRM_SECRET", batch=3, attempts=3, timeout=10, per_second=1000
)


@pytest.fixture
def receiver():
    found = Receiver()
    yield found
    found.stop()


def deliver(home: Path, people: People, url: str, timeout: float = RULES.timeout) -> bool:
    """Deliver as a process does that knows nothing but what is in the home."""
    destination = WebhookDestination(replace(RULES, timeout=timeout), url, SECRET, sleep=lambda seconds: None)
    ledger = Ledger(home, "spring", "crm")
    rules = DeliveryRules("spring", "members", replace(RULES, location=url), "newsletter", ("tier",))
    try:
        return send(ledger, rules, wanted(people), destination, refresh=("r", "2026-01-31"), record=plan_rows)
    finally:
        destination.close()


def a_batch(people: People):
    audience = wanted(people)
    plan = planned(
        difference(audience.wanted, Ledger(Path("/nowhere"), "a", "b").known()), after=0, batch=999
    )
    (batch,) = batches("spring", "crm", "one", plan)
    return batch


def expected(people: People) -> People:
    return {who: {"customer_id": who, **facts} for who, facts in people.items()}


@pytest.mark.parametrize("seeds", [4, pytest.param(100, marks=pytest.mark.full)], ids=["some", "many"])
def test_whatever_goes_wrong_its_people_are_the_audience_in_the_end(tmp_path, seeds):
    happened = 0
    for seed in range(seeds):
        receiver, draw = Receiver(seed, faults=0.5), random.Random(seed)
        for people in months(seed, 3):
            deliver(tmp_path / str(seed), people, receiver.url, HURRIED)
            if draw.random() < 0.3:
                receiver.stop()  # killed, and back with what it had kept
                assert not deliver(tmp_path / str(seed), {}, receiver.url) or not people
                receiver.start()
        happened += len(receiver.requests) - len(receiver.answers)
        receiver.faults = 0.0
        assert deliver(tmp_path / str(seed), people, receiver.url)
        assert receiver.people == expected(people), seed
        receiver.stop()
    assert happened >= seeds


@pytest.mark.parametrize("kills", [3, pytest.param(200, marks=pytest.mark.full)], ids=["some", "many"])
def test_killed_at_any_request_nobody_is_lost_or_there_twice(tmp_path, receiver, kills):
    for number in range(kills):
        home, (first, second) = tmp_path / str(number), months(number, 2)
        receiver.people.clear()
        deliver(home, first, receiver.url)
        receiver.chokes = tuple(sorted(second.keys() - first.keys()))[: number % 3]
        taken = {who: facts for who, facts in second.items() if who not in receiver.chokes}
        process = context().Process(target=deliver, args=(home, second, receiver.url))
        fatal = len(receiver.requests) + 1 + number % 7

        def kill(count: int, process=process, fatal=fatal) -> None:
            if count == fatal:
                os.kill(process.pid, signal.SIGKILL)

        receiver.at_request = kill
        receiver.faults = 0.3
        process.start()
        assert ended(process) in (-signal.SIGKILL, 0)
        receiver.at_request, receiver.faults = lambda count: None, 0.0
        assert deliver(home, second, receiver.url)
        assert receiver.people == expected(taken)
        failed = Ledger(home, "spring", "crm").known().drop_nulls("problem")["customer_id"]
        assert set(failed) == set(receiver.chokes)
        receiver.chokes = ()


def test_a_batch_that_is_sent_again_has_the_same_key_and_content(receiver):
    batch = a_batch({"a": {"tier": "A"}})
    receiver.status = 503
    destination = WebhookDestination(RULES, receiver.url, SECRET, sleep=lambda seconds: None)
    with pytest.raises(DownError, match="http_503"):
        destination.send(batch)
    assert len(receiver.requests) == RULES.attempts
    assert len({repr(each) for each in receiver.requests}) == 1
    assert receiver.requests[0]["adds"] == [{"customer_id": "a", "tier": "A"}]


@pytest.mark.parametrize(
    ("status", "attempts"), [(401, 1), (404, 1), (302, 1), (429, 3), (500, 3)]
)  # fmt: skip
def test_an_answer_that_may_change_is_waited_for_and_one_that_will_not_is_told_at_once(
    receiver, status, attempts
):
    receiver.status, receiver.headers, slept = status, {"retry-after": "7", "location": "/elsewhere"}, []
    destination = WebhookDestination(RULES, receiver.url, SECRET, sleep=slept.append)
    with pytest.raises(DownError, match=f"http_{status}"):
        destination.send(a_batch({"a": {"tier": "A"}}))
    assert len(receiver.requests) == attempts
    assert slept.count(7.0) == attempts - 1
    destination.close()


def test_what_is_refused_is_counted_customer_by_customer(tmp_path, receiver):
    receiver.refuses = ("b",)
    people = {who: {"tier": "A"} for who in "abcdef"}
    assert deliver(tmp_path, people, receiver.url)
    receiver.status = 422  # of a whole batch
    assert deliver(tmp_path, people | {"g": {"tier": "A"}, "h": {"tier": "A"}}, receiver.url)
    ledger = Ledger(tmp_path, "spring", "crm")
    refused = ledger.known().drop_nulls("problem").select("customer_id", "problem").rows()
    assert refused == [("b", "blocked"), ("g", "http_422"), ("h", "http_422")]
    rules = DeliveryRules("spring", "members", RULES, "newsletter")
    row = account(
        rules, wanted(people | {"g": {"tier": "A"}, "h": {"tier": "A"}}), ledger, ("r", "2026-01-31")
    )
    assert (row["members"], row["delivered"], row["failed"], row["waiting"]) == (8, 5, 3, 0)
    assert not unbalanced(row)


def test_of_a_batch_that_is_refused_only_those_fail_who_cannot_be_taken(tmp_path, receiver):
    people = {f"c{number:02d}": {"tier": "A"} for number in range(40)}
    receiver.chokes, receiver.largest = ("c00", "c17", "c39"), 10
    destination = WebhookDestination(RULES, receiver.url, SECRET, sleep=lambda seconds: None)
    batch = a_batch(people)
    told = destination.send(batch)
    assert told == dict.fromkeys(receiver.chokes, "http_422")
    assert receiver.people == {who: each for who, each in expected(people).items() if who not in told}
    sent = [(each["key"], each["sequence"]) for each in receiver.requests]
    assert len(set(sent)) == len(sent) < 40
    receiver.requests.clear()
    assert destination.send(batch) == told
    assert [(each["key"], each["sequence"]) for each in receiver.requests] == sent


def test_a_receiver_that_takes_nobody_is_not_asked_about_each(receiver):
    people = {f"c{number:03d}": {"tier": "A"} for number in range(500)}
    destination = WebhookDestination(RULES, receiver.url, SECRET, sleep=lambda seconds: None)
    receiver.chokes = tuple(people)
    assert destination.send(a_batch(people)) == dict.fromkeys(people, "http_422")
    assert len(receiver.requests) < 150
    receiver.requests.clear()
    receiver.status, receiver.chokes = 415, ()  # no part of it is written otherwise
    assert destination.send(a_batch(people)) == dict.fromkeys(people, "http_415")
    assert len(receiver.requests) == 1


def test_batches_are_no_faster_than_the_receiver_wants_them(receiver):
    slept: list[float] = []
    destination = WebhookDestination(replace(RULES, per_second=2.0), receiver.url, SECRET, sleep=slept.append)
    for people in ({"a": {"tier": "A"}}, {"b": {"tier": "A"}}):
        destination.send(a_batch(people))
    destination.close()
    assert slept[0] == 0.0
    assert 0.2 < slept[1] <= 0.5


def test_pauses_grow_and_end_and_heed_what_the_receiver_asks():
    assert all(0.5 * 2**n * 0.5 <= pause(n, "") <= 0.5 * 2**n for n in range(1, 6))
    assert pause(20, "") <= 60
    assert pause(1, "9") == 9
    assert pause(1, "99999") == 60
    assert pause(1, "Wed, 21 Oct 2026 07:28:00 GMT") <= 1


def test_secrets_come_from_the_environment_alone(monkeypatch):
    rules = replace(RULES, location="CRM_URL")
    settings = load_settings()
    with pytest.raises(UsageError, match="environment variable CRM_URL is not set"):
        open_destination(rules, settings)
    monkeypatch.setenv("CRM_URL", "https://crm.example.com/hook/private")
    with pytest.raises(UsageError, match="environment variable CRM_SECRET is not set"):
        open_destination(rules, settings)
    monkeypatch.setenv("CRM_SECRET", SECRET)
    assert open_destination(rules, settings)
    assert signing_key("whsec_aGVsbG8=") == b"hello"
    assert signing_key("hello") == b"hello"
