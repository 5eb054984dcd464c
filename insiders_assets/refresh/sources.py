"""What the programme is computed from, gathered from the stores."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets import __version__
from insiders_assets.aliases import aliases_of
from insiders_assets.contracts.member_tiers import MEMBER_TIERS, TIER_STANDING
from insiders_assets.contracts.next_product import NEXT_PRODUCT_STUDY
from insiders_assets.contracts.programme import RESEARCH
from insiders_assets.contracts.research import STABILITY_STUDY
from insiders_assets.experiments.configuration import FILE as EXPERIMENTS_FILE
from insiders_assets.places import is_kept, place
from insiders_assets.refresh.published import published_list
from insiders_assets.segments import FILE as SEGMENTS_FILE

if TYPE_CHECKING:
    from datetime import date

    from insiders_assets.programme.borders import Borders
    from insiders_assets.programme.inputs import ProgrammeInputs
    from insiders_assets.storage.stores import Stores


def as_of_date(stores: Stores) -> date:
    """Return the day features look back from: the one set, or the newest among the lake's purchases and returns."""
    from insiders_assets.features.customers import newest_day

    return stores.settings.as_of or newest_day(
        stores.lake.scan("clean_purchases"), stores.lake.scan("returns")
    )


def inputs_digest(stores: Stores, model_version: str) -> str:
    """Return a short hash of everything a refresh's results follow from."""
    facts = [
        stores.transactions.content_digest(),
        stores.settings.digest(),
        side_inputs(stores),
        model_version,
        __version__,
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def side_inputs(stores: Stores) -> str:
    """Return a short hash of what a refresh reads beside exports, settings and model.

    That is opt-outs, costs, corrected rows, segments, experiments, aliases and what studies found.
    """
    from insiders_assets.refresh.worth import costs_file

    files = [stores.lake.path(table.name) for table in (*RESEARCH, STABILITY_STUDY)]
    if (tried := stores.lake.path(NEXT_PRODUCT_STUDY.name)).exists():
        files.append(tried)
    if stores.settings.value == "contribution" and (costs := costs_file(stores.settings)):
        files.append(costs)
    if stores.settings.opted_out:
        files.append(place(stores.settings.opted_out))
    found = hashlib.sha256(stores.transactions.corrected.digest().encode())
    for path in files:
        found.update(path.read_bytes() if path.is_file() else b"-")
    for name in (SEGMENTS_FILE, EXPERIMENTS_FILE):
        if is_kept(own := stores.home / name):
            found.update(own.read_bytes())
    if same := aliases_of(stores.settings).same_as:
        found.update(json.dumps(sorted(same.items())).encode())
    return found.hexdigest()[:16]


def refresh_id(as_of: date, inputs: str, latest: dict[str, Any] | None) -> str:
    """Return the refresh's name: its as-of date, and a hash of its inputs and of the refresh before it.

    A retry of the latest refresh gets the same name and so replaces itself; coming back to earlier inputs does not.
    """
    if latest and latest["inputs"] == inputs:
        return str(latest["refresh_id"])
    chained = f"{latest['refresh_id'] if latest else ''}:{inputs}"
    return f"{as_of}-{hashlib.sha256(chained.encode()).hexdigest()[:8]}"


def programme_inputs(
    stores: Stores,
    *,
    features: pl.DataFrame,
    assignments: pl.DataFrame,
    purchases: pl.LazyFrame,
    returns: pl.LazyFrame,
) -> ProgrammeInputs:
    """Return everything :func:`insiders_assets.programme.run_programme` asks for.

    Args:
        stores: Where the model, the published list and the counts are read from.
        features: ``customer_features``.
        assignments: ``customer_id, cluster, embedding_x, embedding_y, confidence, embedding_z`` of the same customers.
        purchases: ``clean_purchases``, lazy.
        returns: ``returns``, lazy.
    """
    from insiders_assets.programme.config import ProgrammeRules
    from insiders_assets.programme.inputs import ProgrammeInputs
    from insiders_assets.refresh.worth import valued

    as_of = as_of_date(stores)
    model = stores.models.champion()
    inputs = inputs_digest(stores, model.version)
    latest = stores.warehouse.latest_refresh()
    before = _list_before(stores, features) if latest else None
    name = refresh_id(as_of, inputs, latest)
    profiles = stores.warehouse.read("cluster_profiles") if latest else None
    valued_purchases, valued_returns = valued(stores, purchases, returns)
    return ProgrammeInputs(
        features=features,
        assignments=assignments,
        purchases=valued_purchases,
        returns=valued_returns,
        rules=ProgrammeRules.from_settings(stores.settings),
        previous=before,
        as_of=as_of,
        refresh_id=name,
        model_version=model.version,
        previous_model_version=latest["model_version"] if latest else None,
        previous_as_of=latest["as_of"] if latest else None,
        previous_revenue=latest["revenue"] if latest else None,
        previous_selection=latest["selection"] if latest else None,
        retried=_published(stores, name) if latest and latest["refresh_id"] == name else None,
        names_before=dict(profiles.select("cluster", "name").iter_rows()) if profiles is not None else {},
        silhouette=model.card["silhouette"],
        axes=model.axes,
        borders=model.borders,
        borders_before=_borders_before(latest),
        previous_measure=(latest or {}).get("measure") or "gross",
        previous_window_days=(latest or {}).get("window_days"),
        **_tiers_before(stores),
        stability=_stability(stores, model.version),
        backtest=_backtest(stores),
        rows=_counted(stores) | {"purchases": _rows(purchases), "returns": _rows(returns)},
    )


def _tiers_before(stores: Stores) -> dict[str, pl.DataFrame]:
    """Return the named tiers of the refresh before, if its version of the platform published any."""
    there = set(stores.warehouse.tables()) if stores.warehouse.exists() else set()
    names = {"member_tiers_before": MEMBER_TIERS.name, "tier_standing_before": TIER_STANDING.name}
    return {given: stores.warehouse.read(name) for given, name in names.items() if name in there}


def _counted(stores: Stores) -> dict[str, int]:
    totals = stores.transactions.totals()
    return {name: totals[name] for name in ("read", "transactions", "quarantined")}


def _list_before(stores: Stores, features: pl.DataFrame) -> pl.DataFrame:
    """Return the list that is published, without customers who were forgotten since: nobody may say that they left."""
    published = published_list(stores)
    return stores.transactions.tombstones.read().left_out(published, but=features["customer_id"])


def _borders_before(latest: dict[str, Any] | None) -> Borders | None:
    """Return the borders in force at the refresh before, or None if it was one from before there were any."""
    from insiders_assets.programme.borders import Borders

    insider, viability = ((latest or {}).get(name) for name in ("insider_border", "viability_border"))
    return None if insider is None or viability is None else Borders(insider, viability)


def _published(stores: Stores, refresh: str) -> dict[str, pl.DataFrame]:
    """Return what a refresh that is made again has said about movement.

    Its own list is all that is left to compare with.
    """
    names = ("membership_changes", "tier_migration", "revenue_bridge", "refreshes")
    there = stores.warehouse.tables()  # an older version published no bridge
    return {
        table: stores.warehouse.read(table).filter(pl.col("refresh_id") == refresh)
        for table in names
        if table in there
    }


def _backtest(stores: Stores) -> pl.DataFrame | None:
    """Return the last backtest as rows of ``evidence``, or None if none has run."""
    from insiders_assets.programme.backtest import backtest_evidence

    if not stores.lake.path("selection_backtest").exists():
        return None
    return backtest_evidence(stores.lake.read("selection_backtest"))


def _stability(stores: Stores, model_version: str) -> dict[int, float]:
    """Return how stable the model's clusters are, as far as the last study was of this model."""
    from insiders_assets.research.stability import cluster_stability

    if not stores.lake.path(STABILITY_STUDY.name).exists():
        return {}
    return cluster_stability(stores.lake.read(STABILITY_STUDY.name), model_version)


def _rows(frame: pl.LazyFrame) -> int:
    return int(frame.select(pl.len()).collect().item())
