"""``insiders run`` and ``insiders refit``: one job in this process, then the answers."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, redirect_stdout
from typing import TYPE_CHECKING, Any

import typer

from insiders_assets import errors, nothing_new, progress
from insiders_assets.cli import rejected_files
from insiders_assets.cli.console import showing_progress
from insiders_assets.cli.gc_tuning import collect_rarely
from insiders_assets.cli.outcome import page, print_outcome
from insiders_assets.cli.preload import TO_FIT, TO_REPORT, import_ahead
from insiders_assets.errors import InsidersError
from insiders_assets.out_of_memory import TOO_LITTLE_MEMORY, is_memory_error
from insiders_assets.places import S3Path
from insiders_assets.refresh.another_home import require_own, take_over
from insiders_assets.refresh.experimenting import require_experiments
from insiders_assets.refresh.held import discard, held, release, tidy_up, waits
from insiders_assets.refresh.recovery import model_put_back, recovered
from insiders_assets.refresh.state import is_current
from insiders_assets.storage.atomic_write import home_unwritable, unwritable_by_text
from insiders_assets.storage.home_format import require_format
from insiders_assets.storage.stores import Stores
from insiders_assets.storage.upkeep import kept_up
from insiders_assets.storage.writers import LOCK
from insiders_assets.storage.writers import alone as alone_in_home

if TYPE_CHECKING:
    from dagster import DagsterEvent, ExecuteInProcessResult

    from insiders_assets.settings import Settings


def refresh(settings: Settings, *, job: str, force: bool, as_json: bool, whole_answers: bool = False) -> None:
    """Run a job unless nothing is new, and print what came of it.

    Args:
        settings: Where things lie and which rules hold.
        job: ``refresh`` or ``refit``.
        force: Run even though nothing is new, and carry nothing over from the refresh before.
        as_json: Print one JSON object instead of text.
        whole_answers: Print every answer in full rather than its headline.

    Raises:
        InsidersError: The job failed; everything published is as it was.
    """
    words = sys.argv[1:]
    seen = nothing_new.fingerprint(words)
    stores = Stores(settings)
    stores.landing.listing()
    with alone(stores):
        lines = [line for line in (*kept_up(stores), model_put_back(stores)) if line]
        for line in lines:
            typer.echo(f"insiders: {line}", err=True)
        if lost := recovered(stores):
            typer.echo(f"insiders: {lost}", err=True)
        if force and job == "refresh":
            take_over(stores)
        require_own(stores, stores.warehouse.latest_refresh())
        tidy_up(stores)
        current = not force and not lost and is_current(stores)
        if not force and not lost and not current:
            current = waits(stores) is not None
        if not current:
            if force:
                stores.carried.clear()
            stores.warehouse.latest_refresh()  # a warehouse that cannot be opened is said before any work,
            stores.engine.require()  # and so is an engine that cannot start
            require_experiments(stores)
            fits = job == "refit" or stores.champion_version() is None
            import_ahead([*(TO_FIT if fits else ()), *TO_REPORT])
            with showing_progress(quiet=as_json):
                execute(stores, job)
    report, strange = stores.publication.latest_report() or {}, held(stores)
    if strange:
        typer.echo(f"insiders: {strange.line()}", err=True)
    with redirect_stdout(io.StringIO()) if seen else nullcontext(None) as answer:
        if as_json:
            said = {
                "report": str(page(stores)),
                "nothing_new": current,
                "held": strange and strange.for_programs(),
                "set_aside": rejected_files.facts(stores),
            }
            typer.echo(json.dumps(report | said))
        else:
            print_outcome(stores, report, current=current, whole_answers=whole_answers)
    if answer:
        typer.echo(answer.getvalue(), nl=False)
        if current and not (lines or strange):
            nothing_new.keep(words, seen, answer.getvalue())


@contextmanager
def alone(stores: Stores) -> Iterator[None]:
    """Hold the home's lock: two commands never write in one home together, and none beside a run of the daemon.

    Raises:
        InsidersError: Another command holds it, or a run; or the home cannot be written.
    """
    home = stores.home
    with ExitStack() as held_alone:
        try:
            held_alone.enter_context(alone_in_home(stores))
        except OSError as error:
            raise home_unwritable(home, error) from None
        require_format(stores)
        try:
            yield
        except Exception:
            if isinstance(home, S3Path) or (home / LOCK).exists():
                raise
            raise InsidersError(
                "was removed while a command was at work in it",
                where=str(home),
                hint="put it back from a backup, or run again: exports that are still there are read anew",
            ) from None


def decide(settings: Settings, refresh_id: str, *, released: bool) -> None:
    """Release or discard the refresh that is held, and print what came of it.

    Args:
        settings: Where things lie.
        refresh_id: The refresh's name.
        released: Whether it is published, or else taken away.

    Raises:
        UsageError: No refresh of that name is held.
        InsidersError: The daemon has a run of its own, or something cannot be read or written.
    """
    from insiders_assets.cli.write_lock import take_turn
    from insiders_assets.run_ends import quiet

    stores = Stores(settings)
    with alone(stores), _clear_history_errors(stores), _instance(stores) as instance:
        take_turn(instance, quiet=quiet(settings))
        (release if released else discard)(stores, refresh_id)
        if released:
            from insiders_assets.deliveries.announcing import announce

            for problem in announce(stores):
                typer.echo(f"insiders: {refresh_id} is published, but {problem}", err=True)
    if released:
        typer.echo(f"{refresh_id} is published.")
    else:
        typer.echo(f"{refresh_id} is discarded; {stores.publication.latest()} stays published.")


def execute(stores: Stores, job: str, assets: Sequence[str] | None = None) -> ExecuteInProcessResult:
    """Run a job in this process.

    Args:
        stores: Where things lie.
        job: The job's name.
        assets: The job's assets to run, or None for all.

    Raises:
        InsidersError: The job failed, or the daemon has a run of its own.
    """
    from dagster import AssetKey

    from insiders_assets.cli.history import written_at_ease
    from insiders_assets.cli.ui import dagster_folder
    from insiders_assets.cli.write_lock import COMMAND, announced_wait, take_turn
    from insiders_assets.definitions import build_defs
    from insiders_assets.run_ends import quiet

    collect_rarely()
    definition = build_defs(stores.settings).resolve_job_def(job)
    history = written_at_ease(dagster_folder(stores.settings))
    with _clear_history_errors(stores), history, _instance(stores) as instance:
        # Dagster logs every event; the progress lines say what a person needs.
        logging.getLogger("dagster").setLevel(logging.CRITICAL)
        progress.report("starting")
        take_turn(instance, quiet=quiet(stores.settings))
        with announced_wait(instance):
            result = definition.execute_in_process(
                instance=instance,
                asset_selection=[AssetKey(name) for name in assets] if assets else None,
                raise_on_error=False,
                tags=COMMAND,
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            )
    if not result.success:
        raise _reason(result)
    return result


@contextmanager
def _clear_history_errors(stores: Stores) -> Iterator[None]:
    """Say in one line that Dagster's history cannot be kept: what a step does is said by the step itself."""
    from sqlalchemy.exc import DBAPIError

    from insiders_assets.cli.history import unusable
    from insiders_assets.cli.ui import dagster_folder

    try:
        yield
    except (DBAPIError, OSError) as error:
        raise unusable(error, dagster_folder(stores.settings)) from None


def _instance(stores: Stores) -> Any:
    """Return the instance of ``insiders ui``, without copying standard output, which slows a terminal."""
    from dagster import DagsterInstance

    from insiders_assets.cli.ui import dagster_home

    quiet = {
        "compute_logs": {
            "module": "dagster.core.storage.noop_compute_log_manager",
            "class": "NoOpComputeLogManager",
        },
        "telemetry": {"enabled": False},
    }
    # The one public way to an instance of a folder with overrides; in a folder that is given, nothing is temporary.
    return DagsterInstance.local_temp(str(dagster_home(stores.settings)), overrides=quiet)


def _reason(result: ExecuteInProcessResult) -> InsidersError:
    """Return the first failure of a run as one line."""
    for event in result.all_events:
        if event.is_step_failure:
            return _step_failure(event)
    return InsidersError("the run failed before any step", hint="look at it with: insiders ui")


def _step_failure(event: DagsterEvent) -> InsidersError:
    failure = event.step_failure_data.error
    while failure and failure.cause:
        failure = failure.cause
    if failure is None:
        return InsidersError("failed", where=f"step {event.step_key}", hint="look at it with: insiders ui")
    name = failure.cls_name or "Error"
    text = failure.message.strip().removeprefix(f"insiders_assets.errors.{name}: ").removeprefix(f"{name}: ")
    kind = getattr(errors, name, None)
    if isinstance(kind, type) and issubclass(kind, InsidersError):
        found = InsidersError(text)
        found.exit_code = kind.exit_code
        return found
    if line := unwritable_by_text(text):
        return InsidersError(line)
    if is_memory_error(name, text):
        return InsidersError(TOO_LITTLE_MEMORY, where=f"step {event.step_key}")
    return InsidersError(
        f"{name}: {text}", where=f"step {event.step_key}", hint="look at it with: insiders ui"
    )
