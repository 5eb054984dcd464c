"""Commands that show, make and look after what a refresh needs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from insiders_assets.cli.option_types import Home, Json, Landing

commands = typer.Typer()


@commands.command("settings", short_help="Every setting: value, origin and meaning.")
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


@commands.command(short_help="Write realistic exports of a shop that does not exist.")
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


@commands.command(short_help="The refreshes whose tables are kept.")
def refreshes(home: Home = None, as_json: Json = False) -> None:
    """List the refreshes whose tables are kept: name, as-of date, when, rows, members and root hash."""
    from insiders_assets.cli.options import given
    from insiders_assets.cli.refreshes import list_refreshes

    list_refreshes(given(home=home), as_json=as_json)


@commands.command(short_help="What differs between two refreshes.")
def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="The earlier refresh, or latest.")],
    after: Annotated[str, typer.Argument(metavar="B", help="The later one, or latest.")],
    home: Home = None,
    table: Annotated[
        str, typer.Option(help="Any table that is published, such as insiders.", metavar="NAME")
    ] = "members",
    as_json: Json = False,
) -> None:
    """Show which rows of a table were added, removed and changed from one refresh to another."""
    from insiders_assets.cli.options import given
    from insiders_assets.cli.refreshes import show_difference

    show_difference(given(home=home), before, after, table, as_json=as_json)


@commands.command(short_help="Whether what is kept of refreshes is whole.")
def verify(
    refresh_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="One refresh, or latest; all unless given.")
    ] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Compare everything that a refresh is made of with the checksums of what was written; name what is not."""
    from insiders_assets.cli.options import given
    from insiders_assets.cli.refreshes import verify as compare

    compare(given(home=home), refresh_id, as_json=as_json)


@commands.command(short_help="Copy a home, history included, and compare.")
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


@commands.command(short_help="Look at what a refresh needs; say what to fix.")
def doctor(landing: Landing = None, home: Home = None, as_json: Json = False) -> None:
    """Look at settings, rights, clock, space, versions and connections, and say what to fix."""
    from insiders_assets.cli.doctor import report
    from insiders_assets.cli.options import given

    report(given(landing=landing, home=home), as_json=as_json)


@commands.command(short_help="Make the warehouse's tables, or bring them up to date.")
def upgrade(home: Home = None) -> None:
    """Make the warehouse's tables, or bring them up to date; what a database's owner does for a writer who may not."""
    from insiders_assets.cli.options import given
    from insiders_assets.storage.stores import Stores

    warehouse = Stores(given(home=home)).warehouse
    warehouse.prepare()
    typer.echo(f"{warehouse.place} is up to date")
