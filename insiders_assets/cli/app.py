"""Every command and its options; what a command does lies in the modules beside this one."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from insiders_assets import __version__
from insiders_assets.cli.stopping import end_when_asked
from insiders_assets.errors import InsidersError, UsageError

app = typer.Typer(
    name="insiders",
    help="Pick an e-commerce company's loyalty members from raw transaction exports.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Landing = Annotated[
    str | None, typer.Option(help="Where exports arrive.", metavar="LOC", show_default="<home>/landing")
]
Home = Annotated[
    str | None, typer.Option(help="Where everything is kept.", metavar="LOC", show_default="data")
]


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day such as 2025-12-31") from None


AsOf = Annotated[
    date | None,
    typer.Option(
        "--as-of",
        parser=_day,
        metavar="DATE",
        help="The day to look back from.",
        show_default="newest date in the data",
    ),
]
Answers = Annotated[
    bool, typer.Option("--answers", help="Print every answer in full rather than its headline.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output, nothing else.")]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"insiders {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command(short_help="Ingest what is new and refresh everything.")
def run(
    landing: Landing = None,
    home: Home = None,
    as_of: AsOf = None,
    force: Annotated[bool, typer.Option("--force", help="Refresh even though nothing is new.")] = False,
    answers: Answers = False,
    as_json: Json = False,
) -> None:
    """Ingest what is new and refresh everything; fits a model only if there is none."""
    from insiders_assets.cli.options import given_to_run
    from insiders_assets.cli.run import refresh

    settings = given_to_run(landing=landing, home=home, as_of=as_of)
    refresh(settings, job="refresh", force=force, as_json=as_json, whole_answers=answers)


@app.command(short_help="Fit a new model, matched to the old one, and refresh.")
def refit(
    landing: Landing = None,
    home: Home = None,
    as_of: AsOf = None,
    answers: Answers = False,
    as_json: Json = False,
) -> None:
    """Fit a new model, matched to the old one, then refresh everything with it."""
    from insiders_assets.cli.options import given_to_run
    from insiders_assets.cli.run import refresh

    settings = given_to_run(landing=landing, home=home, as_of=as_of)
    refresh(settings, job="refit", force=True, as_json=as_json, whole_answers=answers)


RefreshId = Annotated[str, typer.Argument(metavar="ID", help="The refresh's name, as insiders run says it.")]


@app.command(short_help="Publish a refresh that is held.")
def release(refresh_id: RefreshId, home: Home = None) -> None:
    """Publish a refresh that is held because it is strange beside the one before."""
    from insiders_assets.cli.options import given
    from insiders_assets.cli.run import decide

    decide(given(home=home), refresh_id, released=True)


@app.command(short_help="Take a refresh that is held away.")
def discard(refresh_id: RefreshId, home: Home = None) -> None:
    """Take a refresh that is held away; what is published stays, and the same exports do not bring it back."""
    from insiders_assets.cli.options import given
    from insiders_assets.cli.run import decide

    decide(given(home=home), refresh_id, released=False)


@app.command(short_help="Run the research on what the last run left.")
def study(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="One study; all of them unless given. feature_profile, data_space_study, clusterer_study, "
            "recipe_trials, stability_study, churn_study, original_cycles or selection_backtest.",
        ),
    ] = None,
    landing: Landing = None,
    home: Home = None,
) -> None:
    """Run the research assets on what the last run left in the lake; the next refresh shows what they found."""
    from insiders_assets.cli.options import given_to_run
    from insiders_assets.cli.study import run_study

    run_study(given_to_run(landing=landing, home=home), name)


@app.command(short_help="Show what a file looks like and propose a mapping.")
def inspect(
    file: Annotated[str, typer.Argument(help="An export: a file, or its name in the landing zone.")],
    landing: Landing = None,
    home: Home = None,
    write: Annotated[
        bool, typer.Option("--write", help="Add the proposed mapping to the landing zone's mapping.yaml.")
    ] = False,
    files: Annotated[
        str | None,
        typer.Option(
            metavar="PATTERN",
            help="Files the mapping is for, such as 'shop-*.csv'.",
            show_default="this file",
        ),
    ] = None,
    answer: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NUMBER=ANSWER", help="An answer to one of its questions, such as 3=exclude; repeatable."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what a file looks like, propose a mapping for it, and count what would be rejected and why."""
    from insiders_assets.cli.inspect import inspect_file
    from insiders_assets.cli.options import given

    settings = given(landing=landing, home=home)
    inspect_file(settings, file, write=write, pattern=files, as_json=as_json, answers=answer or ())


@app.command(short_help="Write rejected rows into a sheet; take mended ones back.")
def replay(
    sheet: Annotated[
        str | None,
        typer.Argument(
            metavar="[SHEET]", help="The mended rows.", show_default="<home>/quarantine/to_mend.csv"
        ),
    ] = None,
    landing: Landing = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Write rejected rows into a sheet; once they are mended there, take them back in and refresh."""
    from insiders_assets.cli.options import given_to_run
    from insiders_assets.cli.replay import replay as take_back_in

    take_back_in(given_to_run(landing=landing, home=home), sheet, as_json=as_json)


@app.command(short_help="Remove customers from everything that is kept.")
def forget(
    customers: Annotated[list[str], typer.Argument(metavar="CUSTOMER_ID...", help="Who is forgotten.")],
    landing: Landing = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Remove customers from everything that is kept, for good: a re-dropped export does not bring them back."""
    from insiders_assets.cli.forget import forget as forget_customers
    from insiders_assets.cli.options import given_to_run

    forget_customers(given_to_run(landing=landing, home=home), customers, as_json=as_json)


@app.command(short_help="Who is in a segment, counted or as a list.")
def segment(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One segment; all of them unless given.")
    ] = None,
    home: Home = None,
    out: Annotated[
        Path | None, typer.Option(help="Write the segment's customers to this CSV file.", metavar="FILE")
    ] = None,
    as_json: Json = False,
) -> None:
    """Count who is in a segment, or in each; those of <home>/segments.yaml join the built-in ones."""
    from insiders_assets.cli.options import given
    from insiders_assets.cli.segment import show_segments

    show_segments(given(home=home), name, out, as_json=as_json)


@app.command(short_help="Everything that is kept of a customer.")
def about(
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER_ID", help="Who asks.")],
    landing: Landing = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Show everything that is kept of a customer, as `insiders forget` would remove it; changes nothing."""
    from insiders_assets.cli.about import about as show
    from insiders_assets.cli.options import given

    show(given(landing=landing, home=home), customer, as_json=as_json)


@app.command("settings", short_help="Every setting: value, origin and meaning.")
def show_settings(
    landing: Landing = None,
    home: Home = None,
    only_set: Annotated[
        bool, typer.Option("--set", help="Only those that are not left at their default.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show every setting: its value, where it comes from, whether it can change a result, and what it means."""
    from insiders_assets.cli.configuration import show_settings as show
    from insiders_assets.cli.options import given

    options = {"landing": landing, "home": home}
    show(given(**options), options, only_set=only_set, as_json=as_json)


@app.command(short_help="Write realistic exports of a shop that does not exist.")
def simulate(
    customers: Annotated[
        int,
        typer.Option(
            min=1, help="How many customers to make up; a quarter are anonymous invoices.", metavar="N"
        ),
    ],
    out: Annotated[Path, typer.Option(help="Where to write the exports.", metavar="DIR")],
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same bytes.", metavar="S")] = 42,
) -> None:
    """Write realistic exports of a shop that does not exist, of any size."""
    from insiders_assets.cli.console import showing_progress
    from insiders_assets.simulation import simulate as make

    with showing_progress():
        before = {path.name for path in out.iterdir()} if out.is_dir() else set()
        written = make(customers, out, seed=seed)
    replaced = sum(path.name in before for path in written)
    typer.echo(
        f"{len(written)} exports in {out}" + (f", of which {replaced} replaced others" if replaced else "")
    )


@app.command(short_help="Dagster's UI and daemon, with the sensor on.")
def ui(
    landing: Landing = None,
    home: Home = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 3000,
) -> None:
    """Dagster's UI and daemon, with the sensor on: a file dropped in the landing zone refreshes the report."""
    from insiders_assets.cli.options import given_to_run
    from insiders_assets.cli.ui import serve

    serve(given_to_run(landing=landing, home=home), host=host, port=port)


@app.command("code-server", short_help="Dagster's code server, for production.")
def code_server(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 4000,
) -> None:
    """Dagster's code server over gRPC, which webserver and daemon ask; it refuses a port that another listens on."""
    from insiders_assets.cli.code_server import serve

    serve(host, port)


@app.command(short_help="The live dashboard over the warehouse.")
def dashboard(
    home: Home = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8500,
) -> None:
    """The live dashboard: reads the warehouse only, and follows each refresh by itself."""
    from insiders_assets.cli.options import given
    from insiders_assets.dashboard import serve

    serve(given(home=home), host=host, port=port, say=typer.echo)


@app.command(short_help="Copy a home, history included, and compare.")
def migrate(
    to: Annotated[str, typer.Option(help="The new home: a folder or s3://bucket/prefix.", metavar="LOC")],
    home: Home = None,
    only_compare: Annotated[
        bool, typer.Option("--compare", help="Copy nothing, only compare what was copied before.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Copy a home, history included, and compare; INSIDERS_TO_DATABASE_URL names the new home's database."""
    from insiders_assets.cli.migrate import migrate as move
    from insiders_assets.cli.options import given

    move(given(home=home), to, only_compare=only_compare, as_json=as_json)


@app.command(short_help="Look at what a refresh needs; say what to mend.")
def doctor(landing: Landing = None, home: Home = None, as_json: Json = False) -> None:
    """Look at settings, rights, clock, space, versions and connections, and say what to mend."""
    from insiders_assets.cli.doctor import report
    from insiders_assets.cli.options import given

    report(given(landing=landing, home=home), as_json=as_json)


@app.command(short_help="Make the warehouse's tables, or bring them up to date.")
def upgrade(home: Home = None) -> None:
    """Make the warehouse's tables, or bring them up to date; what a database's owner does for a writer who may not."""
    from insiders_assets.cli.options import given
    from insiders_assets.storage.stores import Stores

    warehouse = Stores(given(home=home)).warehouse
    warehouse.prepare()
    typer.echo(f"{warehouse.place} is up to date")


SERVING = (["ui"], ["dashboard"])
"""Commands that serve until they are stopped, and know how to."""


def main() -> None:
    """Run a command; end with 0 when done, 1 when a run or check failed, 2 on bad usage or settings."""
    if sys.argv[1:2] not in SERVING:
        end_when_asked()
    try:
        app(standalone_mode=True)
    except InsidersError as error:
        sys.stderr.write(f"insiders: {error}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write("insiders: stopped\n")
        sys.exit(130)


__all__ = ["UsageError", "app", "main"]
