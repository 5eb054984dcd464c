"""Which columns of an export hold what a transaction is made of."""

from __future__ import annotations

from insiders_assets.errors import ExportError
from insiders_assets.ingest.names import FIELDS, MANDATORY, recognise


def plan(header: tuple[str, ...]) -> dict[str, int]:
    """Which position of an export holds which of our columns.

    Raises:
        ExportError: A mandatory column is missing, or two columns have the same name.
    """
    found = recognise(header)
    named = [name for name in header if name]
    missing = [name for name in MANDATORY if name not in found]
    if len(missing) == len(MANDATORY):
        raise ExportError(
            f"is no export of transactions: its first line names none of the columns looked for ({_list(named)})",
            cure="take it away, or map its columns",
        )
    if missing:
        raise ExportError(
            f"column {_list(missing)} is missing; it has {_list(named)}", cure="export it with that column"
        )
    for name, positions in found.items():
        if len(positions) > 1:
            raise ExportError(
                f"has {len(positions)} columns for {name} ({_list([header[at] for at in positions])})",
                cure="leave one of them out, or map its columns",
            )
    return {name: found[name][0] for name in FIELDS if name in found}


def _list(names: list[str]) -> str:
    shown = ", ".join(name[:40] for name in names[:12])
    return shown + (f" and {len(names) - 12} more" if len(names) > 12 else "")
