"""When people are alerted: a run failed, a check did not pass, a refresh is held, the report has become stale.

How they are alerted is decided in ``alerts``.
"""

from datetime import UTC, datetime, timedelta

from dagster import (
    DagsterEventType,
    DagsterInstance,
    DagsterRun,
    DagsterRunStatus,
    DefaultSensorStatus,
    ResourceParam,
    RunFailureSensorContext,
    RunsFilter,
    RunStatusSensorContext,
    SensorEvaluationContext,
    SkipReason,
    run_failure_sensor,
    run_status_sensor,
    sensor,
)

from insiders_assets.alerts import Alert, logger, tell
from insiders_assets.assets.deliveries import ANSWER
from insiders_assets.assets.publishing import RELEASED
from insiders_assets.storage.stores import Stores

ON = DefaultSensorStatus.RUNNING


@run_failure_sensor(
    name="alert_on_failure",
    default_status=ON,
    description="Tells people when a run has failed, of a refresh once until one succeeds; what was published stays.",
)
def on_failure(context: RunFailureSensorContext, stores: ResourceParam[Stores]) -> None:
    """One alert per outage, with the first cause in one line: a refresh is tried again until it succeeds."""
    if _is_tried_again(context.instance, context.dagster_run):
        return
    first = next(iter(context.get_step_failure_events()), None)
    failure = (first.step_failure_data if first else context.failure_event.job_failure_data).error
    while failure and failure.cause:
        failure = failure.cause
    cause = (failure.message if failure else context.failure_event.message or "no reason given").strip()
    run = context.dagster_run
    _tell(
        stores,
        Alert(
            f"{run.job_name} failed",
            f"{cause.splitlines()[0]}\nRun {run.run_id}, step {first.step_key if first else 'none'}. What was "
            "published before stays as it is. docs/operations.md has the likeliest causes and their cure.",
        ),
    )


@run_status_sensor(
    run_status=DagsterRunStatus.SUCCESS,
    name="alert_on_checks",
    default_status=ON,
    description="Tells people when a run has gone through and a check that blocks nothing did not pass.",
)
def on_checks(context: RunStatusSensorContext, stores: ResourceParam[Stores]) -> None:
    """One alert per run, naming every check that did not pass; a refresh that is held has one of its own."""
    from insiders_assets.deliveries.due import news
    from insiders_assets.refresh.held import held

    found = context.instance.all_logs(
        context.dagster_run.run_id, of_type=DagsterEventType.ASSET_CHECK_EVALUATION
    )
    missed = [
        evaluation
        for entry in found
        if entry.dagster_event and not (evaluation := entry.dagster_event.asset_check_evaluation_data).passed
    ]
    if any(one.check_name == RELEASED for one in missed) and (waiting := held(stores)):
        _tell(stores, Alert("a refresh is held", waiting.line()))
        missed = [one for one in missed if one.check_name != RELEASED]
    if silent := [one for one in missed if one.check_name == ANSWER]:
        since = {name: str(value.value) for one in silent for name, value in one.metadata.items()}
        if recent := news(stores.home, since):
            lines = [f"{name}: {line}" for name, line in recent.items()]
            lines.append("The refresh stands; what waits is sent as soon as it is answered.")
            _tell(stores, Alert("a destination does not answer", "\n".join(lines)))
        missed = [one for one in missed if one.check_name != ANSWER]
    if not missed:
        return
    lines = [
        f"{one.asset_key.to_user_string()}.{one.check_name}: "
        + ", ".join(f"{name} {value.value}" for name, value in one.metadata.items())
        for one in missed
    ]
    title = f"{len(lines)} check(s) of {context.dagster_run.job_name} did not pass"
    _tell(stores, Alert(title, "\n".join(lines)))


@sensor(
    name="alert_on_stale_report",
    minimum_interval_seconds=600,
    default_status=ON,
    description="Tells people, once a report, that it has grown older than INSIDERS_STALE_AFTER_HOURS.",
)
def on_stale(context: SensorEvaluationContext, stores: ResourceParam[Stores]) -> SkipReason:
    """The cursor holds the refresh that people were alerted to last."""
    latest = stores.warehouse.latest_refresh()
    if latest is None:
        return SkipReason("Nothing is published yet.")
    name, hours = latest["refresh_id"], stores.settings.stale_after_hours
    age = datetime.now(UTC).replace(tzinfo=None) - latest["published_at"]
    if age < timedelta(hours=hours):
        return SkipReason(f"The latest report is {age.total_seconds() / 3600:.1f} hours old.")
    if context.cursor != name:
        days = age.total_seconds() / 86400
        _tell(
            stores,
            Alert(
                "the report is stale",
                f"The latest, {name}, was published {days:.1f} days ago. Either no export has arrived, or refreshes "
                "fail: look at the sensor landing_zone and the last runs.",
            ),
        )
        context.update_cursor(name)
    return SkipReason(f"The latest report is stale; people were alerted to {name}.")


def _is_tried_again(instance: DagsterInstance, run: DagsterRun) -> bool:
    """Return whether the refresh before a run had failed, too, to which people were alerted."""
    if run.job_name not in ("refresh", "deliver"):
        return False
    ended = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE]
    record = instance.get_run_record_by_id(run.run_id)
    found = instance.get_run_records(RunsFilter(job_name=run.job_name, statuses=ended), limit=20)
    before = [
        one.dagster_run
        for one in found
        if (record is None or one.storage_id < record.storage_id)
        and _location(one.dagster_run) == _location(run)
    ]
    return bool(before) and before[0].status is DagsterRunStatus.FAILURE


def _location(run: DagsterRun) -> str | None:
    """Return what the run's code location is called.

    The rest of where it is served changes with each start of a service.
    """
    return run.remote_job_origin.location_name if run.remote_job_origin else None


def _tell(stores: Stores, alert: Alert) -> None:
    for failed in tell(stores.settings, alert):
        logger.warning(failed)  # by the log of the process: a sensor's own is no JSON


SENSORS = [on_failure, on_checks, on_stale]
