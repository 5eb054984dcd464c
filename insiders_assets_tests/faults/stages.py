"""What readers may see while a customer is forgotten: each store changes by itself, and each all at once."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from typing import Any

from insiders_assets_tests.faults import looking


def between_stages(words: Sequence[str], tables: Sequence[str]) -> list[looking.Look]:
    """Run ``insiders forget`` in this process, and look after each of its stages.

    Args:
        words: The command.
        tables: The lake's tables.

    Raises:
        RuntimeError: It does not end well, or has other stages.
    """
    from insiders_assets.cli import forget, main
    from insiders_assets.storage.warehouse import Warehouse

    states: list[looking.Look] = []

    def then_look(stage: Callable[..., Any]) -> Callable[..., Any]:
        def looked(*given: Any, **named: Any) -> Any:
            found = stage(*given, **named)
            states.append(looking.state(tables))
            return found

        return looked

    stages = (
        (forget.Forgetting, "__call__"), (forget, "forget_in_tables"), (forget, "execute"),
        (Warehouse, "purge"), (forget, "redact_reports"),
    )  # fmt: skip
    for where, name in stages:
        setattr(where, name, then_look(getattr(where, name)))
    sys.argv = ["insiders", *words]
    try:
        with redirect_stdout(io.StringIO()):
            main()
    except SystemExit as end:
        if end.code:
            raise RuntimeError(f"insiders {' '.join(words)} ended with {end.code}") from None
    expected = (
        len(stages) + 1
    )  # tables are taken care of twice: the lake's, and those of a refresh that is held
    if len(states) != expected:
        raise RuntimeError(f"{len(states)} looks between {expected} stages")
    return states
