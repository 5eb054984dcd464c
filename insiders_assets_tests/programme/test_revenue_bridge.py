"""The revenue bridge: whatever moved between two refreshes, its parts add up to the difference to the last unit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from insiders_assets.contracts.programme import REVENUE_BRIDGE
from insiders_assets.money import MICRO
from insiders_assets.programme.revenue_bridge import composed_bridge, revenue_bridge
from insiders_assets_tests import programme_shop as shop

GIVEN = shop.inputs()
SCHEMA = {
    "customer_id": pl.String, "is_identified": pl.Boolean, "is_member": pl.Boolean, "revenue": pl.Float64,
}  # fmt: skip
MONEY = st.one_of(
    st.integers(0, 10**11).map(lambda cents: cents / 100), st.floats(0, 1e9, allow_nan=False, width=64)
)
LISTS = st.dictionaries(st.integers(1, 8), st.tuples(st.booleans(), MONEY), max_size=8)


def listed(customers: dict[int, tuple[bool, float]]) -> pl.DataFrame:
    """A list of customers, of whom those below 3 are anonymous."""
    rows = [
        (f"c{who}", who > 2, member and who > 2, money) for who, (member, money) in sorted(customers.items())
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def whole(frame: pl.DataFrame, column: str = "revenue") -> int:
    return sum(round(value * MICRO) for value in frame[column])


def bridged(before: pl.DataFrame, after: pl.DataFrame, name: str, **more: float) -> pl.DataFrame:
    given_then = replace(GIVEN, previous=before, refresh_id=name, as_of=shop.LAST + timedelta(1), **more)
    return REVENUE_BRIDGE.validate(revenue_bridge(given_then, after))


@settings(max_examples=25, deadline=None)
@given(LISTS, LISTS, LISTS, MONEY)
def test_changes_add_up_exactly_to_the_difference(first, second, third, forgotten) -> None:
    lists = [listed(customers) for customers in (first, second, third)]
    one = bridged(lists[0], lists[1], "one")
    two = bridged(lists[1], lists[2], "two")
    assert whole(one, "change") == whole(lists[1]) - whole(lists[0])
    together = REVENUE_BRIDGE.validate(composed_bridge([one, two], "two"))
    assert whole(together, "change") == whole(lists[2]) - whole(lists[0])
    published = (whole(lists[0]) + round(forgotten * MICRO)) / MICRO
    told = bridged(lists[0], lists[1], "one", previous_revenue=published)
    assert whole(told, "change") == whole(lists[1]) - round(published * MICRO)


def test_each_customer_is_where_a_person_would_look() -> None:
    before = listed({1: (False, 5.0), 3: (True, 10.0), 4: (True, 20.1), 5: (False, 7.0), 6: (False, 1.0)})
    after = listed({2: (False, 6.0), 4: (False, 20.0), 5: (True, 7.5), 6: (False, 1.0), 7: (False, 3.0)})
    found = {
        (row["group_name"], row["movement"]): (row["customers"], row["change"])
        for row in bridged(before, after, "r", previous_revenue=45.1).to_dicts()
    }
    assert found == {
        ("anonymous", "lost"): (1, -5.0),
        ("anonymous", "new"): (1, 6.0),
        ("member", "lost"): (1, -10.0),
        ("member", "shrank"): (1, -0.1),
        ("member", "grew"): (1, 0.5),
        ("other", "unchanged"): (1, 0.0),
        ("other", "new"): (1, 3.0),
        ("other", "forgotten"): (0, -2.0),
    }


def test_nothing_is_told_at_the_first_refresh_nor_of_one_that_an_older_version_made() -> None:
    now = listed({3: (True, 1.0)})
    assert revenue_bridge(replace(GIVEN, previous=None), now).is_empty()
    assert revenue_bridge(replace(GIVEN, previous=now, retried={}), now).is_empty()
