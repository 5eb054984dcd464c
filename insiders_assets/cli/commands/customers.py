"""Commands about customers: who is in a segment, who is delivered, what is kept of somebody, and who is forgotten."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from insiders_assets.cli.option_types import Home, Json, Landing

commands = typer.Typer()


@commands.command(short_help="Remove customers from everything that is kept.")
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


@commands.command(short_help="Who is in a segment, counted or as a list.")
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


@commands.command(short_help="What experiments have brought, or how to plan one.")
def experiments(
    home: Home = None,
    plan: Annotated[
        str | None,
        typer.Option(help="Plan one with the customers of this segment, or members.", metavar="SEGMENT"),
    ] = None,
    lift: Annotated[float, typer.Option(help="The lift that is to be seen, as a fraction.")] = 0.1,
    outcome: Annotated[
        str, typer.Option(help="What it is about: revenue, orders, margin or return_visits.")
    ] = "revenue",
    as_json: Json = False,
) -> None:
    """Tell what the experiments of <home>/experiments.yaml have brought, or which share and weeks would show a lift."""
    from insiders_assets.cli.experiments import plan_experiment, show_experiments
    from insiders_assets.cli.options import given

    settings = given(home=home)
    if plan is None:
        show_experiments(settings, as_json=as_json)
    else:
        plan_experiment(settings, plan, lift=lift, outcome=outcome, as_json=as_json)


@commands.command(short_help="Send audiences to where messages are sent from.")
def deliver(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One delivery; all of them unless given.")
    ] = None,
    home: Home = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be sent; send nothing.")
    ] = False,
    retry: Annotated[bool, typer.Option("--retry", help="Send what was refused again.")] = False,
    anew: Annotated[
        bool, typer.Option("--anew", help="Send everything, as if nothing had been acknowledged.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Send the audiences of <home>/deliveries.yaml to their destinations: what changed since what each acknowledged."""
    from insiders_assets.cli.deliver import deliver_audiences
    from insiders_assets.cli.options import given

    deliver_audiences(given(home=home), name, dry_run=dry_run, retry=retry, anew=anew, as_json=as_json)


@commands.command(short_help="Who is the same person as whom, and who may be.")
def aliases(
    home: Home = None,
    propose: Annotated[
        Path | None,
        typer.Option(help="Propose ids that share an address in this CSV file.", metavar="CONTACTS"),
    ] = None,
) -> None:
    """Show what <home>/aliases.csv says, or propose lines for it: customer_id, the id it is the same as, and why."""
    from insiders_assets.cli.aliases import propose_aliases, show_aliases
    from insiders_assets.cli.options import given

    settings = given(home=home)
    show_aliases(settings) if propose is None else propose_aliases(settings, propose)


@commands.command(short_help="Everything that is kept of a customer.")
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
