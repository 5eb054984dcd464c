"""Columns that say something: an English text for who reads tables, and beside it what it is made of."""

from collections.abc import Iterable

from insiders_assets.contracts.table import Column

CODE, ARGS = "_code", "_args"


def facts(*names: str) -> tuple[Column, ...]:
    """Return the columns that say in codes and arguments what columns of text say in English."""
    return tuple(
        column
        for name in names
        for column in (
            Column(
                f"{name}{CODE}", "str", f"Which message {name} is; empty in tables of an older version.", nullable=True
            ),
            Column(f"{name}{ARGS}", "str", "What stands in that message, as JSON; likewise.", nullable=True),
        )
    )  # fmt: skip


def with_facts(*names: str) -> list[str]:
    """Return columns of text and beside each the columns of its code and arguments."""
    return [f"{name}{end}" for name in names for end in ("", CODE, ARGS)]


def message_columns(names: Iterable[str]) -> list[str]:
    """Return the columns of text, of those called ``names``, beside which code and arguments stand."""
    names = list(names)
    there = set(names)
    return [name for name in names if {f"{name}{CODE}", f"{name}{ARGS}"} <= there]


def without_facts(names: Iterable[str]) -> list[str]:
    """Return the columns for people: ``names`` without codes and arguments."""
    names = list(names)
    hidden = {f"{name}{end}" for name in message_columns(names) for end in (CODE, ARGS)}
    return [name for name in names if name not in hidden]
