"""Commands that refresh, and what goes into a refresh."""

from __future__ import annotations

from typing import Annotated

import typer

from insiders_assets.cli.option_types import Answers, AsOf, Home, Json, Landing, RefreshId

commands = typer.Typer()


@commands.command(short_help="Ingest what is new and refresh everything.")
def run(
    landing: Landing = None,
    home: Home = None,
    as_of: AsOf = None,
    force: Annotated[
        bool, typer.Option("--force", help="Refresh even though nothing is new, and make every row anew.")
    ] = False,
    answers: Answers = False,
    as_json: Json = False,
) -> None:
    """Ingest what is new and refresh everything; fits a model only if there is none."""
    from insiders_assets.cli.options import given_to_run
    from insiders_assets.cli.run import refresh

    settings = given_to_run(landing=landing, home=home, as_of=as_of)
    refresh(settings, job="refresh", force=force, as_json=as_json, whole_answers=answers)


@commands.command(short_help="Fit a new model, matched to the old one, and refresh.")
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


@commands.command(short_help="Publish a refresh that is held.")
def release(refresh_id: RefreshId, home: Home = None) -> None:
    """Publish a refresh that is held because it is strange beside the one before."""
    from insiders_assets.cli.options import given
    from insiders_assets.cli.run import decide

    decide(given(home=home), refresh_id, released=True)


@commands.command(short_help="Take a refresh that is held away.")
def discard(refresh_id: RefreshId, home: Home = None) -> None:
    """Take a refresh that is held away; what is published stays, and the same exports do not bring it back."""
    from insiders_assets.cli.options import given
    from insiders_assets.cli.run import decide

    decide(given(home=home), refresh_id, released=False)


@commands.command(short_help="Run the research on what the last run left.")
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


@commands.command(short_help="Show what a file looks like and propose a mapping.")
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


@commands.command(short_help="Write rejected rows into a sheet; take corrected ones back.")
def replay(
    sheet: Annotated[
        str | None,
        typer.Argument(
            metavar="[SHEET]", help="The corrected rows.", show_default="<home>/quarantine/to_mend.csv"
        ),
    ] = None,
    landing: Landing = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Write rejected rows into a sheet; once they are corrected there, take them back in and refresh."""
    from insiders_assets.cli.options import given_to_run
    from insiders_assets.cli.replay import replay as take_back_in

    take_back_in(given_to_run(landing=landing, home=home), sheet, as_json=as_json)
