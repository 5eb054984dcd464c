"""Group ``programme``: the list and the tables around it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dagster import (
    AssetCheckResult,
    AssetExecutionContext,
    AssetSpec,
    MaterializeResult,
    MetadataValue,
    ResourceParam,
)

from insiders_assets.assets.declaration import business_day, keep, makes, table_spec
from insiders_assets.assets.segmentation import MODEL
from insiders_assets.contracts import programme as contracts
from insiders_assets.contracts.customers import CLUSTERS, CUSTOMER_FEATURES, INSIDERS, LEAF_EMBEDDING
from insiders_assets.contracts.research import STABILITY_STUDY
from insiders_assets.contracts.table import Table
from insiders_assets.contracts.transactions import CLEAN_PURCHASES, RETURNS
from insiders_assets.storage.stores import Stores

if TYPE_CHECKING:
    from polars import DataFrame


GROUP = "programme"
MADE_BY = ("programme", "refresh/sources.py", "descriptions.py", "shares.py")

SELECTION = (
    INSIDERS,
    contracts.MEMBERS,
    contracts.ELIGIBILITY_RULES,
    contracts.SUPPRESSIONS,
    *contracts.NAMED_TIERS,
)
PROFILES = (contracts.CLUSTER_PROFILES, contracts.TIER_SUMMARY, contracts.CLUSTER_HISTORY)
EVIDENCE = contracts.CLAIMS
MOVEMENT = (
    contracts.MEMBERSHIP_CHANGES,
    contracts.TIER_MIGRATION,
    contracts.REVENUE_BRIDGE,
    contracts.TIER_HISTORY,
    contracts.LEAVES_NEXT,
    contracts.REFRESHES,
)
OVER_TIME = (contracts.REVENUE_BY_MONTH, contracts.COHORTS)
PRODUCTS = (contracts.PRODUCT_AFFINITY, contracts.PRODUCT_HISTORY)
SEGMENTS = contracts.SEGMENTED
ANSWERS = (contracts.BUSINESS_ANSWERS,)
EXPERIMENTS = contracts.EXPERIMENTED
TABLES = (
    *SELECTION, *PROFILES, *EVIDENCE, *MOVEMENT, *OVER_TIME, *PRODUCTS, *EXPERIMENTS, *contracts.SETTLED,
    *contracts.FORETOLD, *contracts.NAMED_NEXT,     *SEGMENTS, *ANSWERS,
)  # fmt: skip
"""Everything that the programme makes and a refresh publishes."""

CHOSEN_FROM = (CUSTOMER_FEATURES.name, LEAF_EMBEDDING.name, CLUSTERS.name, MODEL)
FROM_LIST = (INSIDERS.name,)
FROM_LINES = (INSIDERS.name, CLEAN_PURCHASES.name)
FROM_ALL_LINES = (*FROM_LINES, RETURNS.name)
SEGMENTED_FROM = (INSIDERS.name, contracts.MEMBERSHIP_CHANGES.name, contracts.LEAVES_NEXT.name)
HELD_OUT_BY = (contracts.EXPERIMENTS.name, contracts.EXPERIMENT_ARMS.name)
ANSWERED_FROM = (*SELECTION[1:4], *PROFILES[:2], contracts.HYPOTHESES, contracts.EVIDENCE)

Kept = Iterator[MaterializeResult | AssetCheckResult]


def _spec(table: Table, *deps: str) -> AssetSpec:
    return table_spec(table, GROUP, "polars", made_by=MADE_BY, deps=deps)


def _keep(
    stores: Stores, tables: Iterable[Table], made: Mapping[str, "DataFrame"], **numbers: dict[str, Any]
) -> Kept:
    """Keep the tables of one step; ``numbers`` are what the UI shows of some of them."""
    for table in tables:
        yield from keep(stores, table, made[table.name], **numbers.get(table.name, {}))


@makes(_spec(INSIDERS, *CHOSEN_FROM), *(_spec(table, *FROM_LIST) for table in SELECTION[1:]))
def selection(context: AssetExecutionContext, stores: ResourceParam[Stores]) -> Kept:
    """Put everybody in a tier and choose the members, by rules that are written down."""
    from insiders_assets.language import Language
    from insiders_assets.programme.compute import selection_tables
    from insiders_assets.programme.profiles import tier_summary
    from insiders_assets.programme.warn import warnings
    from insiders_assets.refresh.chosen import chosen_in
    from insiders_assets.report.pictures import inline, tier_bars

    inputs, chosen = chosen_in(stores, context.run.run_id)
    made = selection_tables(inputs, chosen)
    words = Language(stores.settings.language, stores.settings.currency)
    shares = {row["tier"]: row for row in tier_summary(made["insiders"]).to_dicts()}
    for warning in warnings(inputs, chosen, made["members"]):
        context.log.warning(warning)
    yield from _keep(
        stores, SELECTION, made,
        insiders={
            "customers": made["insiders"].height,
            "as_of": business_day(inputs.as_of),
            "tiers": MetadataValue.md(inline(tier_bars(words, shares), "What each tier brings")),
        },
        members={"members": made["members"].height},
    )  # fmt: skip


@makes(
    _spec(contracts.CLUSTER_PROFILES, *FROM_LIST, STABILITY_STUDY.name),
    _spec(contracts.TIER_SUMMARY, *FROM_LIST),
    _spec(contracts.CLUSTER_HISTORY, *FROM_LIST),
)
def profiles(context: AssetExecutionContext, stores: ResourceParam[Stores]) -> Kept:
    """Describe every cluster and tier."""
    from insiders_assets.programme.compute import profile_tables
    from insiders_assets.refresh.chosen import chosen_in

    yield from _keep(stores, PROFILES, profile_tables(*chosen_in(stores, context.run.run_id)))


@makes(
    _spec(contracts.HYPOTHESES, *FROM_LINES),
    _spec(contracts.EVIDENCE, *FROM_LINES, MODEL, contracts.SELECTION_BACKTEST.name),
    _spec(contracts.UPLIFT, *FROM_LINES),
)
def evidence(context: AssetExecutionContext, stores: ResourceParam[Stores]) -> Kept:
    """Measure how good the choice is, and test what is believed of Insiders."""
    from insiders_assets.programme.compute import evidence_tables
    from insiders_assets.refresh.chosen import chosen_in

    yield from _keep(stores, EVIDENCE, evidence_tables(*chosen_in(stores, context.run.run_id)))


@makes(*(_spec(table, *FROM_ALL_LINES) for table in MOVEMENT))
def movement(context: AssetExecutionContext, stores: ResourceParam[Stores]) -> Kept:
    """Compare the list with the one that is published: who came, who left, why, and who is about to."""
    from insiders_assets.programme.compute import movement_tables
    from insiders_assets.refresh.chosen import chosen_in

    made = movement_tables(*chosen_in(stores, context.run.run_id))
    (row,) = made["refreshes"].drop("published_at", "inputs").to_dicts()
    numbers = {name: _plottable(value) for name, value in row.items()}
    yield from _keep(stores, MOVEMENT, made, refreshes=numbers)


def _plottable(value: Any) -> Any:
    """Return a number as it is, so that Dagster draws it over time; anything else as text."""
    return value if isinstance(value, int | float) else str(value)


@makes(_spec(contracts.REVENUE_BY_MONTH, *FROM_LINES), _spec(contracts.COHORTS, CLEAN_PURCHASES.name))
def over_time(context: AssetExecutionContext, stores: ResourceParam[Stores]) -> Kept:
    """Tell what each month brought by tier, and who came back."""
    from insiders_assets.programme.compute import over_time_tables
    from insiders_assets.refresh.chosen import chosen_in

    yield from _keep(stores, OVER_TIME, over_time_tables(*chosen_in(stores, context.run.run_id)))


@makes(*(_spec(table, *FROM_LINES) for table in PRODUCTS))
def products(context: AssetExecutionContext, stores: ResourceParam[Stores]) -> Kept:
    """Tell what each tier and cluster buys, and what it buys much more than others do."""
    from insiders_assets.programme.compute import product_tables
    from insiders_assets.refresh.chosen import chosen_in

    yield from _keep(stores, PRODUCTS, product_tables(*chosen_in(stores, context.run.run_id)))


@makes(
    *(
        table_spec(table, GROUP, "polars", made_by=["segments"], deps=(*SEGMENTED_FROM, *HELD_OUT_BY))
        for table in SEGMENTS
    )
)
def segmented(stores: ResourceParam[Stores]) -> Kept:
    """Put customers into the segments that every home has and into those of its segments.yaml."""
    from insiders_assets.experiments import Registered
    from insiders_assets.refresh.experimenting import held_out_by
    from insiders_assets.segments import segment_tables, segments_of

    tables = {name: stores.lake.read(name) for name in (*SEGMENTED_FROM, "refreshes")}
    registered = Registered(*(stores.lake.read(name) for name in HELD_OUT_BY))
    tables[INSIDERS.name] = held_out_by(stores, registered, tables[INSIDERS.name])
    made = segment_tables(segments_of(stores.home), tables, tables["refreshes"].row(0, named=True))
    counts = dict(made["segments"].select("segment", "customers").iter_rows())
    yield from _keep(stores, SEGMENTS, made, segments=counts)


@makes(_spec(contracts.BUSINESS_ANSWERS, *FROM_LIST, *(table.name for table in ANSWERED_FROM)))
def business_answers(context: AssetExecutionContext, stores: ResourceParam[Stores]) -> Kept:
    """Answer what the business asked, from the tables around the list."""
    from insiders_assets.programme.compute import answer_tables
    from insiders_assets.refresh.chosen import chosen_in

    tables = {table.name: stores.lake.read(table.name) for table in ANSWERED_FROM}
    yield from _keep(stores, ANSWERS, answer_tables(*chosen_in(stores, context.run.run_id), tables))
