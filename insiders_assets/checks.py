"""Asset checks: the business rules that no table may break, and what only a person can judge, as warnings.

That every table keeps its contract is checked where it is written (``assets.declaration``).
"""

from dagster import AssetCheckResult, AssetCheckSeverity, ResourceParam, asset_check

from insiders_assets.assets.external import PUBLICATION
from insiders_assets.assets.segmentation import DOUBTFUL
from insiders_assets.storage.stores import Stores

MANY_DOUBTFUL = 0.1
MANY_REJECTED = 0.01
DRIFTED = 0.03
"""Share of value by which the Insider border may miss what it was drawn to cover."""


@asset_check(asset="raw_transactions", blocking=True)
def no_row_lost(stores: ResourceParam[Stores]) -> AssetCheckResult:
    """Rows read are transactions plus quarantined rows, file by file."""
    from insiders_assets.storage.conservation import unbalanced

    unequal = unbalanced(stores.transactions)
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
    hint = " Refit when it suits: insiders refit." if found.warnings else ""
    return AssetCheckResult(
        passed=not found.warnings,
        severity=AssetCheckSeverity.WARN,
        description="; ".join(found.warnings) + "." + hint if found.warnings else "Nothing has shifted.",
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


@asset_check(asset=PUBLICATION)
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
