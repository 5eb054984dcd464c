"""What others make or read: part of the lineage, and never made here."""

from dagster import AssetObservation, AssetSpec

from insiders_assets.assets.declaration import OWNER, PERSONAL

LANDING_ZONE = "landing_zone"
DASHBOARD = "dashboard"
PUBLICATION = "publication"
"""What people and BI tools see, which the dashboard follows."""

SPECS = (
    AssetSpec(
        LANDING_ZONE,
        description="The exports as they arrived; a new observation for each change that a refresh has read.",
        group_name="ingest",
        owners=[OWNER],
        kinds={"csv", "excel", "parquet"},
        tags=PERSONAL,
    ),
    AssetSpec(
        DASHBOARD,
        deps=[PUBLICATION],
        description="The live page over the warehouse's tables, which follows each refresh: insiders dashboard.",
        group_name="programme",
        owners=[OWNER],
        kinds={"dashboard"},
        tags=PERSONAL,
    ),
)


def landing_zone_seen(location: str, files: int, fingerprint: str) -> AssetObservation:
    """Return what a refresh found in the landing zone.

    Args:
        location: Where it is.
        files: How many files lie there.
        fingerprint: A hash of their names and signatures.
    """
    return AssetObservation(
        LANDING_ZONE,
        description=f"{files:,} files",
        metadata={"location": location, "files": files},
        tags={"dagster/data_version": fingerprint},
    )
