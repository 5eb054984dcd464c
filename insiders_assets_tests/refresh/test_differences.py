"""What differs between a table of two refreshes: as told by rows written down by hand."""

from __future__ import annotations

import polars as pl

from insiders_assets.refresh.differences import difference


def table(*rows: tuple[str, float | None, str], **more: list[object]) -> pl.DataFrame:
    schema = {"customer_id": pl.String, "value": pl.Float64, "tier": pl.String}
    return pl.DataFrame(rows, schema, orient="row").with_columns(
        **{name: pl.Series(each) for name, each in more.items()}
    )


BEFORE = table(("a", 1.0, "insider"), ("b", None, "insider"), ("c", 3.0, "viability"))


def test_rows_that_came_went_and_changed_are_told_by_their_key() -> None:
    after = table(("d", 4.0, "insider"), ("c", 3.0, "insider"), ("b", 2.0, "not_insider"))
    found = difference(BEFORE, after, ["customer_id"])
    assert found.added.rows() == [("d", 4.0, "insider")]
    assert found.removed.rows() == [("a", 1.0, "insider")]
    assert found.changed.rows() == [
        ("b", "tier", "insider", "not_insider"),
        ("b", "value", None, "2.0"),
        ("c", "tier", "viability", "insider"),
    ]
    assert found.rows_changed == 2


def test_the_same_rows_in_another_order_do_not_differ() -> None:
    found = difference(BEFORE, BEFORE.reverse(), ["customer_id"])
    assert (found.added.height, found.removed.height, found.rows_changed) == (0, 0, 0)


def test_what_names_the_refresh_is_not_compared_and_columns_of_one_alone_are_named() -> None:
    before = BEFORE.with_columns(refresh_id=pl.lit("r1"), old=pl.lit(1))
    after = BEFORE.with_columns(refresh_id=pl.lit("r2"), new=pl.lit(1))
    found = difference(before, after, ["refresh_id", "customer_id"])
    assert found.key == ("customer_id",)
    assert found.columns == ("old", "new")
    assert (found.added.height, found.removed.height, found.rows_changed) == (0, 0, 0)


def test_without_a_key_rows_are_counted_as_wholes() -> None:
    one, other = pl.DataFrame({"code": ["x", "x", "y"]}), pl.DataFrame({"code": ["x", "z", "y"]})
    found = difference(one, other, [])
    assert found.added.rows() == [("z",)]
    assert found.removed.rows() == [("x",)]
    assert found.changed.is_empty()
