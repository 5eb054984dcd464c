"""Commands that serve until they are stopped."""

from __future__ import annotations

from typing import Annotated

import typer

from insiders_assets.cli.option_types import Home, Json, Landing

commands = typer.Typer()


@commands.command(short_help="Dagster's UI and daemon, with the sensor on.")
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


tokens = typer.Typer(help="Tokens that open the API to programs.", no_args_is_help=True)
commands.add_typer(tokens, name="tokens", short_help="Tokens that open the API to programs.")


@tokens.command("create", short_help="Make a token; it is shown this once.")
def create_token(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whose it is.")],
    home: Home = None,
    days: Annotated[int, typer.Option(help="How many days it is good for.")] = 90,
) -> None:
    """Make a token and print it: only its hash is kept, so that it cannot be shown again."""
    from insiders_assets.cli.options import given
    from insiders_assets.cli.tokens import create

    create(given(home=home), name, days)


@tokens.command("list", short_help="The tokens that there are.")
def list_tokens(home: Home = None, as_json: Json = False) -> None:
    """List the tokens: whose each is, and until when it is good."""
    from insiders_assets.cli.options import given
    from insiders_assets.cli.tokens import show

    show(given(home=home), as_json=as_json)


@tokens.command("revoke", short_help="Let a token open nothing any more.")
def revoke_token(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whose it is.")],
    home: Home = None,
) -> None:
    """Forget a token: whoever has it is refused from then on."""
    from insiders_assets.cli.options import given
    from insiders_assets.cli.tokens import revoke

    revoke(given(home=home), name)


@commands.command("code-server", short_help="Dagster's code server, for production.")
def code_server(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 4000,
) -> None:
    """Dagster's code server over gRPC, which webserver and daemon ask; it refuses a port that another listens on."""
    from insiders_assets.cli.code_server import serve

    serve(host, port)


@commands.command(short_help="The live dashboard over the warehouse.")
def dashboard(
    home: Home = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8500,
) -> None:
    """The live dashboard: reads the warehouse only, and follows each refresh by itself; /api/v1 is for programs."""
    from insiders_assets.cli.options import given
    from insiders_assets.dashboard import serve

    serve(given(home=home), host=host, port=port, say=typer.echo)


@commands.command(short_help="The published tables for assistants (MCP).")
def mcp(home: Home = None) -> None:
    """The published tables for assistants, over the Model Context Protocol on standard input and output; read-only."""
    from insiders_assets.cli.assistants import serve
    from insiders_assets.cli.options import given

    serve(given(home=home))
