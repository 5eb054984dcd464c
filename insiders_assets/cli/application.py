"""The application that commands are added to, and its own options."""

from __future__ import annotations

from typing import Annotated

import typer

from insiders_assets import __version__

app = typer.Typer(
    name="insiders",
    help="Pick an e-commerce company's loyalty members from raw transaction exports.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


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
