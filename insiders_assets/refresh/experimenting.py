"""The experiments of a home: registered, read out, and known to whoever makes a list."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from insiders_assets.aliases import aliases_of
from insiders_assets.contracts.experiments import (
    EXPERIMENT_ARMS,
    EXPERIMENT_DAYS,
    EXPERIMENT_READOUTS,
    EXPERIMENTS,
)
from insiders_assets.experiments.configuration import experiments_of
from insiders_assets.experiments.following import in_arms, with_arms
from insiders_assets.experiments.outcomes import margin_unknown
from insiders_assets.experiments.registration import Registered, registered_now, require_unchanged
from insiders_assets.places import place
from insiders_assets.segments import people, segments_of

if TYPE_CHECKING:
    import polars as pl

    from insiders_assets.experiments.configuration import Configured
    from insiders_assets.settings import Settings
    from insiders_assets.storage.stores import Stores


def configured(settings: Settings) -> Configured:
    """Return what the home's ``experiments.yaml`` says; no experiments if there is none.

    Raises:
        UsageError: Something in it is unknown, or cannot be measured here; the message names the line.
    """
    home = place(settings.home)
    found = experiments_of(home, [segment.name for segment in segments_of(home)])
    if settings.value != "contribution":
        for each in found.experiments:
            for key, about in (("outcome", [each.outcome]), ("guardrails", each.guardrails)):
                if "margin" in about:
                    raise margin_unknown(found.place(each.name, key))
    return found


def require_experiments(stores: Stores) -> None:
    """Look at ``experiments.yaml`` before a refresh begins, which would stumble over it when half is done.

    Whether one that is not named any more is over, the refresh alone knows.

    Raises:
        UsageError: Something in it is wrong, or an experiment that has begun was changed.
    """
    require_unchanged(configured(stores.settings), published_experiments(stores).experiments, date.max)


def published_experiments(stores: Stores) -> Registered:
    """Return the experiments that are registered, as they are published; none before there were any."""
    if not stores.warehouse.exists() or EXPERIMENT_ARMS.name not in stores.warehouse.tables():
        return Registered()
    known = stores.warehouse.read(EXPERIMENTS.name)
    return (
        Registered() if known.is_empty() else Registered(known, stores.warehouse.read(EXPERIMENT_ARMS.name))
    )


def experiment_tables(stores: Stores) -> dict[str, pl.DataFrame]:
    """Return the tables of experiments of the refresh that is in the lake; without any, they are empty.

    Raises:
        UsageError: As :func:`insiders_assets.experiments.registered_now` says.
    """
    found, before = configured(stores.settings), published_experiments(stores)
    registered = Registered()
    if found.experiments or not before.experiments.is_empty():
        refresh = stores.lake.read("refreshes").row(0, named=True)
        named = (refresh["refresh_id"], refresh["as_of"])
        insiders = stores.lake.read("insiders")
        everybody = people(insiders, stores.lake.read("membership_changes"), stores.lake.read("leaves_next"))
        forgotten = stores.transactions.tombstones.read()
        before = Registered(before.experiments, forgotten.left_out(before.arms, but=insiders["customer_id"]))
        segments = {segment.name: segment for segment in segments_of(stores.home)}
        registered = registered_now(found, before, everybody, segments, named)
    tables = {EXPERIMENTS.name: registered.experiments, EXPERIMENT_ARMS.name: registered.arms}
    if registered.experiments.is_empty():
        return tables | {each.name: each.empty() for each in (EXPERIMENT_READOUTS, EXPERIMENT_DAYS)}
    from insiders_assets.experiments.readout import readouts
    from insiders_assets.refresh.worth import valued

    bought, back = valued(stores, stores.lake.scan("clean_purchases"), stores.lake.scan("returns"))
    return tables | readouts(registered, bought, back, named, aliases_of(stores.settings).main)


def held_out_by(stores: Stores, registered: Registered, insiders: pl.DataFrame) -> pl.DataFrame:
    """Return the list with whom running experiments leave alone held out.

    Args:
        stores: Where aliases lie.
        registered: The experiments that are registered.
        insiders: The table ``insiders``.
    """
    if registered.experiments.is_empty():
        return insiders
    arms = in_arms(registered.experiments, registered.arms, aliases_of(stores.settings).main)
    return with_arms(insiders, arms)
