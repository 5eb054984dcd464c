"""Everybody in an audience is delivered, held out, suppressed, or somebody whom the destination could not know."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import polars as pl
import pytest

from insiders_assets.contracts.customers import INSIDERS
from insiders_assets.deliveries.audience import Limits, audience
from insiders_assets.deliveries.consents import read_consents
from insiders_assets.deliveries.model import DeliveryRules, DestinationRules
from insiders_assets.errors import UsageError
from insiders_assets.segments import identified, read_segments
from insiders_assets_tests.tables import completed

PLAIN = DestinationRules("out", "folder", "out")
MAILING = DestinationRules("mailing", "folder", "out", form="klaviyo")
SEGMENTS = {
    each.name: each for each in read_segments("french: {rules: [country=France, is_member=true]}", "s")
}


@pytest.fixture(scope="module")
def everybody() -> pl.DataFrame:
    rows = pl.DataFrame(
        {
            "customer_id": ["ann@shop.example", "bob", "cem", "dan", "eve", "fay", "anonymous-1"],
            "is_identified": [True] * 6 + [False],
            "tier": ["insider"] * 5 + ["viability", "insider"],
            "is_member": [True, True, True, False, False, False, False],
            "suppressed_by": [None, None, None, "holdout", "opted_out", "holdout", None],
            "country": ["France", "France", "Malta", "France", "France", "France", "France"],
            "cluster": [1, 1, 2, 1, 1, 1, 1],
        }
    )
    nobody = pl.DataFrame(schema={"customer_id": pl.String, "change": pl.String, "cause": pl.String})
    return identified(completed(rows, INSIDERS), nobody, nobody.select("customer_id"))


def delivery(of: str, destination: DestinationRules = PLAIN, *fields: str) -> DeliveryRules:
    return DeliveryRules("spring", of, destination, "newsletter", fields)


def accounted(found) -> dict[str, list[str]]:
    return {
        "wanted": found.wanted["customer_id"].to_list(),
        "held_out": sorted(found.held_out),
        "suppressed": sorted(found.suppressed),
        "unknown": sorted(found.unknown),
    }


def test_who_is_held_back_counts_as_the_member_that_they_would_be(everybody):
    found = audience(delivery("members"), everybody, SEGMENTS)
    assert found.members == {"ann@shop.example", "bob", "cem", "dan", "eve"}
    assert accounted(found) == {
        "wanted": ["ann@shop.example", "bob", "cem"],
        "held_out": ["dan"],
        "suppressed": ["eve"],
        "unknown": [],
    }
    french = audience(delivery("french"), everybody, SEGMENTS)
    assert french.members == {"ann@shop.example", "bob", "dan", "eve"}


def test_who_cannot_be_known_there_is_said_and_an_address_as_id_needs_no_contacts(everybody):
    found = audience(delivery("members", MAILING), everybody, SEGMENTS)
    assert accounted(found)["wanted"] == ["ann@shop.example"]
    assert found.unknown == {"bob", "cem"}
    contacts = pl.DataFrame({"customer_id": ["bob", "zoe"], "email": ["B@Shop.example", "z@shop.example"]})
    found = audience(delivery("members", MAILING), everybody, SEGMENTS, contacts=contacts)
    assert json.loads(found.wanted["record"][1])["Email"] == "b@shop.example"


def test_only_who_consents_and_nobody_who_is_forgotten(everybody):
    limits = Limits(consenting=frozenset({"bob", "cem", "dan"}), is_forgotten=lambda who: who == "cem")
    found = audience(delivery("members"), everybody, SEGMENTS, limits=limits)
    assert accounted(found)["wanted"] == ["bob"]
    assert found.suppressed == {"eve": "opted_out", "ann@shop.example": "no_consent", "cem": "forgotten"}
    assert found.held_out == {"dan"}


def test_cells_of_too_few_are_empty_and_audiences_of_too_few_stay_in_the_house(everybody):
    rules = delivery("members", PLAIN, "country", "cluster")
    found = audience(rules, everybody, SEGMENTS, limits=Limits(smallest=2))
    records = [json.loads(record) for record in found.wanted["record"]]
    assert [(each["country"], each["cluster"]) for each in records] == [
        ("France", 1),
        ("France", 1),
        (None, None),
    ]
    found = audience(rules, everybody, SEGMENTS, limits=Limits(smallest=4))
    assert found.wanted.is_empty()
    assert set(found.suppressed.values()) == {"opted_out", "too_few"}
    assert len(found.members) == len(found.suppressed) + len(found.held_out)


@pytest.mark.parametrize(
    ("rows", "consents"),
    [
        ("7,ads,2026-01-01,,\n", True),
        ("7,ads,yes,,2026-01-01\n", True),
        ("7,ads,2026-01-01,2026-02-01,\n", False),
        (
            "7,ads,2026-01-01,,\n7,ads,no,yes,2026-02-01\n7,ads,yes,,2026-03-01\n",
            True,
        ),  # the last word counts
        ("7,ads,yes,,2026-03-01\n7,ads,no,yes,2026-02-01\n", True),  # whatever the order of the lines
        ("7,ads,yes,yes,2026-02-01\n", False),
        ("7,ads,2026-02-01T10:00:00,2026-02-01,\n", False),  # on the same day, nobody says when
        ("7,ads,no,,\n", False),
        ("7,ads,2026-12-01,,\n", False),  # not yet
        ("7,ads,2026-01-01,2062-02-01,\n", False),  # mistyped, or a day to come: a no is a no
        ("7,news,2026-01-01,,\n7,ads,,,\n", False),  # something else
        ("8,ads,2026-01-01,,\n", False),
    ],
)
def test_what_was_said_last_counts(tmp_path, rows, consents):
    path = tmp_path / "consents.csv"
    path.write_text("id,purpose,given,withdrawn,when\n" + rows)
    found = read_consents(path, str, now=datetime(2026, 6, 1))
    assert ("7" in found.given["ads"]) is consents


def test_a_person_of_two_ids_has_one_last_word(tmp_path):
    path = tmp_path / "consents.csv"
    path.write_text("id,purpose,given,withdrawn\n7,ads,2026-01-01,\n70,ads,,2026-02-01\n")
    assert read_consents(path, lambda who: who[0]).given["ads"] == frozenset()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "id,purpose,given\n7,ads,maybe\n",
            r"\(line 2\): given is 'maybe'; write yes with a day in when, no, or a day",
        ),
        (
            "id,purpose,given,when\n7,ads,yes,31/01/2026\n",
            r"\(line 2\): given is 'yes', and when is '31/01/2026'",
        ),
        ("id,purpose,given,when\n7,ads,yes,\n", r"\(line 2\): given is 'yes', and when is ''"),
        ("id,purpose,given\n\n,ads,2026-01-01\n", r"\(line 3\): has no customer or no purpose"),
        (
            "id,purpose,consent\n",
            r"\(line 1\): 'consent' is no column here; choose among customer_id, purpose, given",
        ),
        ("id,given\n", r"\(line 1\): has no column purpose"),
    ],
)
def test_what_is_no_consent_names_its_line_and_what_is_allowed(tmp_path, text, said):
    path = tmp_path / "consents.csv"
    path.write_text(text)
    with pytest.raises(UsageError, match=said) as error:
        read_consents(path, str)
    assert str(error.value).startswith(str(path))


def test_a_delivery_to_one_arm_holds_everybody_else_out(everybody):
    arms = {"ann@shop.example": ["mail/coupon"], "bob": ["mail/call", "other/coupon"], "dan": ["mail/quiet"]}
    running = everybody.with_columns(
        arms=pl.Series([arms.get(who) for who in everybody["customer_id"]], dtype=pl.List(pl.String))
    )
    rules = replace(delivery("members"), arm="mail/coupon")
    found = accounted(audience(rules, running, SEGMENTS))
    assert found == {
        "wanted": ["ann@shop.example"],
        "held_out": ["bob", "cem", "dan"],
        "suppressed": ["eve"],
        "unknown": [],
    }
    assert accounted(audience(rules, everybody, SEGMENTS))["wanted"] == [], "none is running"
