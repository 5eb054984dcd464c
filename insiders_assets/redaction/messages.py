"""Taking ids out of what tables say: of a message its arguments, from which its English is written anew.

Only an argument that is the id itself goes: an amount of 786 stays when customer 786 is forgotten; words quoted from
an export go as in prose. A text that no code
stands beside, as in tables of an older version, or that is not what code and arguments say, is redacted as prose.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import polars as pl

from insiders_assets.contracts.messages import ARGS, CODE, message_columns, with_facts
from insiders_assets.language.message import Message
from insiders_assets.language.slots import Kind
from insiders_assets.language.texts import TEXTS
from insiders_assets.language.writer import PLAIN, message_in
from insiders_assets.redaction.redactor import STAND_IN, Redactor

_NAMED = "_named"


def row_without(row: Mapping[str, Any], texts: Collection[str], redactor: Redactor) -> dict[str, Any]:
    """Return a row of a table without the ids.

    Args:
        row: The row, by column.
        texts: Its columns of text.
        redactor: Knows the ids.
    """
    found = dict(row)
    prose = dict.fromkeys(texts)
    for name in message_columns(texts):
        if (original := _original(row, name)) is None:
            continue
        without = _without(original, redactor)
        if without.arguments != original.arguments:
            found |= {name: PLAIN.write(without), f"{name}{ARGS}": without.arguments}
        for column in with_facts(name):
            prose.pop(column)
    for name in prose:
        if found.get(name):
            found[name] = redactor.text(found[name])
    return found


def naming(columns: Collection[str], redactor: Redactor) -> dict[str, pl.Expr]:
    """Return, by column of text, whether a row of a table may name one of the ids in it.

    Args:
        columns: The table's columns of text.
        redactor: Knows the ids.
    """
    ids = sorted(redactor.ids)
    found = {name: pl.col(name).str.contains_any(ids).fill_null(value=False) for name in columns}
    for name in message_columns(columns):
        both = found[name] | found[f"{name}{ARGS}"]
        found |= {name: both, f"{name}{ARGS}": both, f"{name}{CODE}": both}
    return found


def redacted(columns: Collection[str], redactor: Redactor) -> list[pl.Expr]:
    """Return a table's columns of text without the ids.

    Args:
        columns: The table's columns of text.
        redactor: Knows the ids.
    """
    named, facts_of = naming(columns, redactor), message_columns(columns)
    groups = [with_facts(name) for name in facts_of]
    groups += [[name] for name in columns if not any(name in group for group in groups)]
    return [_rewritten(name, group, named[group[0]], redactor) for group in groups for name in group]


def _rewritten(name: str, group: list[str], names: pl.Expr, redactor: Redactor) -> pl.Expr:
    """Return a column of text of which only the few rows that may name an id are looked at one by one."""

    def rewrite(rows: pl.Series) -> pl.Series:
        mask = rows.struct.field(_NAMED)
        values = [row_without(row, group, redactor)[name] for row in rows.filter(mask).to_list()]
        return rows.struct.field(name).scatter(mask.arg_true(), pl.Series(values, dtype=pl.String))

    return pl.struct(*group, names.alias(_NAMED)).map_batches(rewrite, return_dtype=pl.String).alias(name)


def _original(row: Mapping[str, Any], name: str) -> Message | None:
    """Return the message in a row, if it is what the text beside it says."""
    try:
        original = message_in(row, name)
        return original if original and PLAIN.write(original) == row[name] else None
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return None


def _without(message: Message, redactor: Redactor) -> Message:
    """Return a message whose arguments are none of the ids, and what it quotes names none."""

    def clean(value: Any, *, quoted: bool) -> Any:
        if isinstance(value, Message):
            return _without(value, redactor)
        if isinstance(value, list):
            return [clean(each, quoted=quoted) for each in value]
        if not isinstance(value, str):
            return value
        return redactor.text(value) if quoted else STAND_IN if value in redactor.ids else value

    slots = TEXTS[message.code].slots
    return Message(
        message.code,
        {name: clean(value, quoted=slots.get(name) is Kind.QUOTED) for name, value in message.args.items()},
    )
