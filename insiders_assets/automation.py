"""What runs by itself: the jobs, and the sensor that refreshes when the landing zone has changed."""

from collections.abc import Mapping
from typing import Any

from dagster import (
    AssetSelection,
    DagsterRunStatus,
    DefaultSensorStatus,
    ResourceParam,
    RunRequest,
    RunsFilter,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
    define_asset_job,
    sensor,
)

from insiders_assets.refresh.due import Tick, decide
from insiders_assets.storage.stores import Stores

REFRESHED = AssetSelection.groups("ingest", "features", "segmentation", "programme")

refresh = define_asset_job(
    "refresh",
    selection=REFRESHED,
    description="Ingest what is new, assign by the frozen model, publish. Fits a model only if there is none.",
)

refit = define_asset_job(
    "refit",
    selection=REFRESHED,
    config={"ops": {"segmentation_model": {"config": {"refit": True}}}},
    description="Fit a new model, matched to the old one, then assign by it and publish.",
)

study = define_asset_job(
    "study",
    selection=AssetSelection.groups("research"),
    description="Run the research assets; the next refresh shows what they found.",
)

BY_HAND = "__ASSET_JOB"
"""What Dagster calls a run that somebody starts from the UI by materializing assets."""

ACTIVE = [
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]


@sensor(
    job=refresh,
    name="landing_zone",
    minimum_interval_seconds=10,
    default_status=DefaultSensorStatus.RUNNING,
    description="Refreshes when the landing zone is settled and differs from what the last report shows.",
)
def landing_zone(
    context: SensorEvaluationContext, stores: ResourceParam[Stores]
) -> SensorResult | SkipReason:
    """One tick: list, compare, ask for at most one run."""
    from insiders_assets.errors import InsidersError
    from insiders_assets.refresh.state import fingerprint, last_refresh

    try:
        listing: Mapping[str, Any] = stores.landing.listing()
    except InsidersError as error:
        return SkipReason(str(error))
    state = last_refresh(stores)
    runs = context.instance.get_run_records(RunsFilter(statuses=ACTIVE), limit=50)
    active = any(record.dagster_run.job_name in {refresh.name, refit.name, BY_HAND} for record in runs)
    ask, tick, why_not = decide(
        fingerprint(listing), state.landing if state else None, Tick.read(context.cursor), active=active
    )
    if not listing:
        return SkipReason("The landing zone is empty.")
    if not ask:
        context.update_cursor(tick.written())
        return SkipReason(why_not)
    return SensorResult(
        run_requests=[
            RunRequest(tags={"insiders/landing": tick.asked, "insiders/attempt": str(tick.attempts)})
        ],
        cursor=tick.written(),
    )
