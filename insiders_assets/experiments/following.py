"""Following customers: who is still in an arm once ids were joined, and whom the control keeps from lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable

HELD_OUT = "holdout"
"""Why a customer whom a running experiment leaves alone is on no list."""


def followed(arms: pl.DataFrame, main: Callable[[str], str]) -> pl.DataFrame:
    """Return each person once an experiment, under the id that they are known by now.

    Of one person's two ids, the arm counts of the one that the person is known by, or else of the first: whatever the
    treatment did, it does not choose which.

    Args:
        arms: ``experiment, customer_id, arm``, as they were drawn.
        main: Returns the id that somebody is known by.
    """
    known_by = pl.Series([main(who) for who in arms["customer_id"]], dtype=pl.String)
    return (
        arms.with_columns(person=known_by)
        .sort("experiment", "person", pl.col("customer_id") != pl.col("person"), "customer_id")
        .unique(["experiment", "person"], keep="first", maintain_order=True)
        .select("experiment", "arm", customer_id="person")
    )


def in_arms(experiments: pl.DataFrame, arms: pl.DataFrame, main: Callable[[str], str]) -> pl.DataFrame:
    """Return who is in which arm of the experiments that are running: ``experiment, arm, customer_id, is_control``.

    Args:
        experiments: The experiments that have begun.
        arms: ``experiment_arms``.
        main: Returns the id that somebody is known by.
    """
    running = experiments.filter("is_running").select("experiment", "control")
    return (
        followed(arms.join(running, on="experiment", how="semi"), main)
        .join(running, on="experiment", maintain_order="left")
        .select("experiment", "arm", "customer_id", is_control=pl.col("arm") == pl.col("control"))
    )


def with_arms(insiders: pl.DataFrame, in_which: pl.DataFrame) -> pl.DataFrame:
    """Return the list with whom a running experiment leaves alone held out, and with ``arms``: ``experiment/arm`` each.

    Args:
        insiders: The table ``insiders``.
        in_which: As :func:`in_arms` returns it.
    """
    if in_which.is_empty():
        return insiders
    of_each = in_which.group_by("customer_id").agg(
        arms=pl.concat_str("experiment", pl.lit("/"), "arm").sort(), left_alone=pl.col("is_control").any()
    )
    held_out = pl.col("left_alone").fill_null(value=False) & pl.col("suppressed_by").is_null()
    return (
        insiders.join(of_each, on="customer_id", how="left", maintain_order="left")
        .with_columns(suppressed_by=pl.when(held_out).then(pl.lit(HELD_OUT)).otherwise("suppressed_by"))
        .drop("left_alone")
    )
