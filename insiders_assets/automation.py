"""What runs by itself: the jobs, and the sensor that refreshes when the landing zone has changed."""

import time
from collections.abc import Mapping
from typing import Any

from dagster import (
    AssetSelection,
    DagsterInvalidDefinitionError,
    DefaultScheduleStatus,
    DefaultSensorStatus,
    OpExecutionContext,
    ResourceParam,
    RunRequest,
    ScheduleDefinition,
    ScheduleEvaluationContext,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
    config_mapping,
    define_asset_job,
    job,
    op,
    schedule,
    sensor,
)

from insiders_assets.assets.declaration import POOL
from insiders_assets.errors import UsageError
from insiders_assets.refresh.due import Tick, decide
from insiders_assets.run_ends import going_on, is_refreshing
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


@config_mapping(config_schema={"month": str})
def read_again(given: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the month that somebody names in the launchpad into the config of the step that reads exports."""
    return {"ops": {"exports": {"config": {"again": given["month"]}}}}


month = define_asset_job(
    "month",
    selection=REFRESHED,
    config=read_again,
    description="Read the exports that hold rows of one month again, then refresh. Config: month: 2026-01",
)

study = define_asset_job(
    "study",
    selection=AssetSelection.groups("research"),
    description="Run the research assets; the next refresh shows what they found.",
)

deliver = define_asset_job(
    "deliver",
    selection=AssetSelection.groups("deliveries"),
    description="Bring every destination of deliveries.yaml to where its audience is; what is published is read alone.",
)


@op
def tell_again(context: OpExecutionContext, stores: ResourceParam[Stores]) -> None:
    """Tell whoever has not acknowledged the latest refresh of it once more."""
    from insiders_assets.deliveries.announcing import announce as tell

    for problem in tell(stores):
        context.log.warning("the refresh is published, but %s", problem)


@job
def announce() -> None:
    """Tell other programs of the latest refresh, those who have not acknowledged it (INSIDERS_PUBLISHED_WEBHOOKS)."""
    tell_again()


@op(pool=POOL, config_schema={"refresh_id": str})
def release_held(context: OpExecutionContext, stores: ResourceParam[Stores]) -> None:
    """Publish the refresh that is held."""
    from insiders_assets.deliveries.announcing import announce as tell
    from insiders_assets.refresh.held import release

    release(stores, context.op_config["refresh_id"])
    context.log.info("released %s", context.op_config["refresh_id"])
    for problem in tell(stores):
        context.log.warning("the refresh is published, but %s", problem)


@op(pool=POOL, config_schema={"refresh_id": str})
def discard_held(context: OpExecutionContext, stores: ResourceParam[Stores]) -> None:
    """Take the refresh that is held away; what is published stays."""
    from insiders_assets.refresh.held import discard

    discard(stores, context.op_config["refresh_id"])
    context.log.info("discarded %s", context.op_config["refresh_id"])


@config_mapping(config_schema={"refresh_id": str})
def which_to_release(given: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the refresh that somebody names in the launchpad into the config of the step."""
    return {"ops": {"release_held": {"config": {"refresh_id": given["refresh_id"]}}}}


@config_mapping(config_schema={"refresh_id": str})
def which_to_discard(given: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the refresh that somebody names in the launchpad into the config of the step."""
    return {"ops": {"discard_held": {"config": {"refresh_id": given["refresh_id"]}}}}


@job(config=which_to_release)
def release() -> None:
    """Publish a refresh that is held. Config: refresh_id: 2026-01-31-1a2b3c4d."""
    release_held()


@job(config=which_to_discard)
def discard() -> None:
    """Take a refresh that is held away; what is published stays. Config: refresh_id: 2026-01-31-1a2b3c4d."""
    discard_held()


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
    from insiders_assets.refresh.held import waits
    from insiders_assets.refresh.state import fingerprint, is_whole, last_refresh

    before = Tick.read(context.cursor)
    try:
        listing: Mapping[str, Any] = stores.landing.listing()
        state, waiting = last_refresh(stores), waits(stores)
        published = state.landing if state and is_whole(stores) else None
        if waiting:
            published = waiting.state.landing
        if before.has_failed:
            stores.warehouse.latest_refresh()
        active = is_refreshing(context.instance, stores, _location(context))
    except InsidersError as error:
        context.update_cursor(before.without_answer().written())
        return SkipReason(str(error))
    ask, tick, why_not = decide(fingerprint(listing), published, before, active=active, moment=time.time())
    if not listing:
        return SkipReason("The landing zone is empty.")
    if not ask:
        context.update_cursor(tick.written())
        return SkipReason(waiting.line() if waiting and fingerprint(listing) == published else why_not)
    return SensorResult(
        run_requests=[
            RunRequest(
                tags={"insiders/landing": tick.asked, "insiders/attempt": str(tick.attempts)},
                run_config=_logging(stores),
            )
        ],
        cursor=tick.written(),
    )


@sensor(
    job=deliver,
    name="deliveries",
    minimum_interval_seconds=30,
    default_status=DefaultSensorStatus.RUNNING,
    description="Delivers after each release, after a change of what is configured, and again what waits.",
)
def deliveries(context: SensorEvaluationContext, stores: ResourceParam[Stores]) -> SensorResult | SkipReason:
    """One tick: nothing without a deliveries.yaml; the cursor holds what was asked for last."""
    from insiders_assets.deliveries.configuration import FILE
    from insiders_assets.errors import InsidersError
    from insiders_assets.places import is_kept

    try:
        if not is_kept(stores.home / FILE):  # before anything is loaded for it
            return SkipReason("No destination is configured.")
        from insiders_assets.deliveries.due import Tick, decide

        tick, why_not = decide(stores, Tick.read(context.cursor), time.time())
        runs = going_on(context.instance, stores, _location(context)) if tick else []
    except InsidersError as error:
        return SkipReason(str(error))
    if tick is None:
        return SkipReason(why_not)
    if any(run.job_name == deliver.name for run in runs):
        return SkipReason("A delivery is queued or running.")
    return SensorResult(run_requests=[RunRequest(run_config=_logging(stores))], cursor=tick.written())


@sensor(
    job_name=announce.name,  # by its name: Dagster warns of a beta of its own where a sensor has a job of steps
    name="announcements",
    minimum_interval_seconds=30,
    default_status=DefaultSensorStatus.RUNNING,
    description="Tells other programs of the latest refresh again, as long as they have not acknowledged it.",
)
def announcements(
    context: SensorEvaluationContext, stores: ResourceParam[Stores]
) -> SensorResult | SkipReason:
    """One tick: nothing without an address; the cursor holds what was tried last."""
    from insiders_assets.errors import InsidersError

    if not stores.settings.published_webhooks:  # before anything is loaded for it
        return SkipReason("Nobody is to be notified of refreshes.")
    from insiders_assets.deliveries.announcing import again
    from insiders_assets.deliveries.due import Tick

    try:
        ask, tick, why_not = again(stores, Tick.read(context.cursor), time.time())
        runs = going_on(context.instance, stores, _location(context)) if ask else []
    except InsidersError as error:
        return SkipReason(str(error))
    if not ask:
        context.update_cursor(tick.written())
        return SkipReason(why_not)
    if any(run.job_name == announce.name for run in runs):
        return SkipReason("A run is telling them.")
    return SensorResult(run_requests=[RunRequest(run_config=_logging(stores))], cursor=tick.written())


def backstop(cron: str) -> ScheduleDefinition:
    """Return a schedule that asks for a refresh if one is due: for what the sensor was off for.

    Args:
        cron: When it looks, in UTC.

    Raises:
        UsageError: It is no cron line.
    """

    def look(context: ScheduleEvaluationContext, stores: ResourceParam[Stores]) -> RunRequest | SkipReason:
        from insiders_assets.errors import InsidersError
        from insiders_assets.refresh.held import waits
        from insiders_assets.refresh.state import is_current

        try:
            if not stores.landing.listing():
                return SkipReason("The landing zone is empty.")
            if is_current(stores):
                return SkipReason("The published report already shows what is in the landing zone.")
            if waiting := waits(stores):
                return SkipReason(waiting.line())
            if is_refreshing(context.instance, stores, _location(context)):
                return SkipReason("A refresh is queued or running.")
        except InsidersError as error:
            return SkipReason(str(error))
        return RunRequest(tags={"insiders/asked_by": "backstop"}, run_config=_logging(stores))

    made = schedule(
        job=refresh,
        name="backstop",
        cron_schedule=cron,
        default_status=DefaultScheduleStatus.RUNNING,
        description="Asks for a refresh if the last report does not follow from what is in the landing zone.",
    )
    try:
        return made(look)
    except DagsterInvalidDefinitionError:
        raise UsageError(
            f"{cron!r} is no cron line",
            where="INSIDERS_BACKSTOP",
            hint="write one such as 30 5 * * *, or off",
        ) from None


def _location(context: SensorEvaluationContext | ScheduleEvaluationContext) -> str | None:
    """Return what the code location is called, as far as it is known."""
    origin = getattr(context, "code_location_origin", None)
    return origin.location_name if origin else None


def _logging(stores: Stores) -> dict[str, Any]:
    """Run config that puts the definitions' logger in the place of Dagster's own, where there is one."""
    return {"loggers": {"console": {"config": {}}}} if stores.settings.log_format == "json" else {}
