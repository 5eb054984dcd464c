"""Asset checks: every contract as a blocking check, and the business rules that no table may break.

Tables are validated before they are written; the checks here say so in the UI and hold for what lies on disk, whoever
put it there. What only a person can judge is a warning.
"""

from collections.abc import Iterator

from dagster import (
    AssetCheckResult,
    AssetChecksDefinition,
    AssetCheckSeverity,
    AssetCheckSpec,
    MetadataValue,
    ResourceParam,
    TableRecord,
    asset_check,
    multi_asset_check,
)

from insiders_assets.assets import programme
from insiders_assets.assets.segmentation import DOUBTFUL
from insiders_assets.contracts import research
from insiders_assets.contracts.customers import CLUSTERS, CUSTOMER_FEATURES, LEAF_EMBEDDING
from insiders_assets.contracts.programme import RESEARCH
from insiders_assets.contracts.summaries import PURCHASES_BY_MONTH
from insiders_assets.contracts.table import Table
from insiders_assets.contracts.transactions import CLEAN_PURCHASES, RAW_TRANSACTIONS, REJECTED_ROWS, RETURNS
from insiders_assets.storage.stores import Stores

MANY_DOUBTFUL = 0.1
MANY_REJECTED = 0.01
DRIFTED = 0.03
"""Share of value by which the Insider border may miss what it was drawn to cover."""

TOGETHER = {
    "exports": (RAW_TRANSACTIONS, REJECTED_ROWS),
    "clean_purchases": (CLEAN_PURCHASES,),
    "returns": (RETURNS,),
    "customer_features": (CUSTOMER_FEATURES,),
    "purchases_by_month": (PURCHASES_BY_MONTH,),
    "assignment": (LEAF_EMBEDDING, CLUSTERS),
    "programme": programme.TABLES,
    "backtest": RESEARCH,
    **{
        table.name: (table,)
        for table in (
            research.FEATURE_PROFILE,
            research.DATA_SPACE_STUDY,
            research.CLUSTERER_STUDY,
            research.ORIGINAL_CYCLES,
            research.RECIPE_TRIALS,
            research.STABILITY_STUDY,
            research.CHURN_STUDY,
        )
    },
}
"""The tables that each computation makes: checked in one step, as they are made in one."""


def contract_checks(name: str, tables: tuple[Table, ...]) -> AssetChecksDefinition:
    """A blocking check per table that what is on disk keeps its contract, all in one step."""

    @multi_asset_check(
        name=f"{name}_contracts",
        specs=[
            AssetCheckSpec(
                "contract",
                asset=table.name,
                blocking=True,
                description=f"{table.meaning} Columns, types, limits and uniqueness are as declared.",
            )
            for table in tables
        ],
    )
    def check(stores: ResourceParam[Stores]) -> Iterator[AssetCheckResult]:
        from insiders_assets.storage.lake import failures

        for table in tables:
            rows, broken = failures(stores.scan(table.name), table)
            yield AssetCheckResult(
                asset_key=table.name,
                check_name="contract",
                passed=broken.is_empty(),
                metadata={"rows": rows}
                | (
                    {"failures": MetadataValue.table([TableRecord(record) for record in broken.to_dicts()])}
                    if len(broken)
                    else {}
                ),
            )

    return check


@asset_check(asset="raw_transactions", blocking=True)
def no_row_lost(stores: ResourceParam[Stores]) -> AssetCheckResult:
    """Rows read are transactions plus quarantined rows, file by file."""
    unequal = stores.transactions.unbalanced()
    totals = stores.transactions.totals()
    return AssetCheckResult(
        passed=not unequal, metadata=totals | {"files_out_of_balance": ", ".join(unequal)}
    )


@asset_check(asset="rejected_rows")
def few_rows_rejected(stores: ResourceParam[Stores]) -> AssetCheckResult:
    """Few rows are in quarantine; many point at an export whose form has changed."""
    totals = stores.transactions.totals()
    share = totals["quarantined"] / max(totals["read"], 1)
    return AssetCheckResult(
        passed=share <= MANY_REJECTED,
        severity=AssetCheckSeverity.WARN,
        metadata={"share_rejected": share, "warns_above": MANY_REJECTED},
    )


@asset_check(asset="clean_purchases", additional_deps=["raw_transactions"])
def rules_drop_little(stores: ResourceParam[Stores]) -> AssetCheckResult:
    """No rule takes away much of the lines or of the money; one that does may be meant for another shop."""
    found, limit = stores.dropped(), stores.settings.many_dropped
    much = [each for each in found if each.share > limit]
    return AssetCheckResult(
        passed=not much,
        severity=AssetCheckSeverity.WARN,
        description="; ".join(f"{each.rule}: {each.share:.2%}" for each in much) or "No rule does.",
        metadata={f"share: {each.rule}": each.share for each in found} | {"warns_above": limit},
    )


@asset_check(asset="segmentation_model", blocking=True)
def champion_is_usable(stores: ResourceParam[Stores]) -> AssetCheckResult:
    """The champion loads and was fitted on today's features."""
    model = stores.models.champion()
    return AssetCheckResult(passed=model is not None, metadata={"model_version": model.version})


@asset_check(asset="clusters")
def few_doubtful_assignments(stores: ResourceParam[Stores]) -> AssetCheckResult:
    """Few customers are between clusters; many mean that the model no longer fits its customers."""
    confidence = stores.lake.read("clusters")["confidence"]
    share = float((confidence < DOUBTFUL).sum()) / max(len(confidence), 1)
    return AssetCheckResult(
        passed=share <= MANY_DOUBTFUL,
        severity=AssetCheckSeverity.WARN,
        metadata={"share_doubtful": share, "warns_above": MANY_DOUBTFUL},
    )


@asset_check(asset="clusters", additional_deps=["customer_features"])
def customers_have_not_drifted(stores: ResourceParam[Stores]) -> AssetCheckResult:
    """Customers still look like those the model was fitted on; whether to refit is for a person to say.

    The metadata hold the population stability index of every feature and the share of doubtful assignments.
    """
    from insiders_assets.segmentation import drift
    from insiders_assets.segmentation.drift import SHIFTED

    features = stores.lake.read("customer_features")
    assignments = features.select("customer_id").join(
        stores.lake.read("clusters"), on="customer_id", how="left", maintain_order="left"
    )
    found = drift(stores.models.champion(), features, assignments)
    cure = " Refit when it suits: insiders refit." if found.warnings else ""
    return AssetCheckResult(
        passed=not found.warnings,
        severity=AssetCheckSeverity.WARN,
        description="; ".join(found.warnings) + "." + cure if found.warnings else "Nothing has shifted.",
        metadata={f"stability_index_{name}": value for name, value in found.psi.items()}
        | {"share_doubtful": found.doubtful, "warns_above": SHIFTED},
    )


@asset_check(asset="refreshes")
def border_drift(stores: ResourceParam[Stores]) -> AssetCheckResult:
    """Customers above the Insider border hold about as much of all value as it was drawn to cover.

    The metadata hold the share and the border that would restore it; nothing moves by itself, a refit draws it anew.
    """
    row = stores.lake.read("refreshes").to_dicts()[-1]
    share, border = row["share_of_value_above_border"], row["insider_border"]
    if not str(row["selection"]).startswith("value:") or border is None:
        return AssetCheckResult(passed=True, description="Tiers are not cut by value.")
    asked = stores.settings.insider_coverage
    return AssetCheckResult(
        passed=abs(share - asked) <= DRIFTED,
        severity=AssetCheckSeverity.WARN,
        metadata={
            "share_of_value_above_border": share,
            "asked": asked,
            "border": border,
            "border_that_would_restore_it": row["restoring_border"] or border,
            "warns_beyond": DRIFTED,
        },
    )


@asset_check(asset="members", blocking=True)
def members_are_identified_insiders(stores: ResourceParam[Stores]) -> AssetCheckResult:
    """Nobody anonymous and nobody from another tier is on the list, and nobody on it is missing from ``insiders``."""
    insiders = stores.lake.read("insiders")
    listed = set(stores.lake.read("members")["customer_id"])
    flagged = insiders.filter(insiders["is_member"])
    strangers = flagged.filter((flagged["tier"] != "insider") | ~flagged["is_identified"]).height
    unequal = len(listed ^ set(flagged["customer_id"]))
    return AssetCheckResult(
        passed=strangers == 0 and unequal == 0,
        metadata={"not_identified_insiders": strangers, "in_one_table_only": unequal},
    )


@asset_check(asset="insider_report")
def report_equals_warehouse(stores: ResourceParam[Stores]) -> AssetCheckResult:
    """The report people read and the tables BI tools read are of the same refresh, with as many members."""
    name = stores.publication.latest()
    members = (stores.publication.latest_report() or {}).get("members")
    latest = stores.warehouse.latest_refresh() or {}
    return AssetCheckResult(
        passed=name is not None and (name, members) == (latest.get("refresh_id"), latest.get("members")),
        metadata={"report": str(name), "warehouse": str(latest.get("refresh_id"))},
    )


CHECKS = [
    *(contract_checks(name, tables) for name, tables in TOGETHER.items()),
    no_row_lost,
    few_rows_rejected,
    rules_drop_little,
    champion_is_usable,
    few_doubtful_assignments,
    customers_have_not_drifted,
    border_drift,
    members_are_identified_insiders,
    report_equals_warehouse,
]
