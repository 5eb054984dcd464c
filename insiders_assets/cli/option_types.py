"""Options that several commands share."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import typer

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

RefreshId = Annotated[str, typer.Argument(metavar="ID", help="The refresh's name, as insiders run says it.")]
