"""Messages in every row of a table: their English text and their arguments, made column by column.

A million customers take seconds that way. The texts are those of every other message, so that a column says what
:class:`insiders_assets.language.writer.Plain` says of each row's code and arguments.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from insiders_assets.language.message import Message
from insiders_assets.language.slots import PLACE, Counted, Kind, Text
from insiders_assets.language.texts import TEXTS
from insiders_assets.language.writer import PLAIN


@dataclass(frozen=True)
class Argument:
    """An argument in every row.

    Attributes:
        text: As tables write it.
        json: As JSON; None if that is the text without thousands separators.
    """

    text: pl.Expr
    json: pl.Expr | None = None


@dataclass(frozen=True)
class Messages:
    """A message in every row; all three are missing where there is none.

    Attributes:
        code: Its code.
        args: Its arguments as JSON.
        text: What it says in English.
    """

    code: pl.Expr
    args: pl.Expr
    text: pl.Expr

    @property
    def json(self) -> pl.Expr:
        """The message as an argument of another."""
        rest = pl.when(self.args == "{}").then(pl.lit("}")).otherwise("," + self.args.str.slice(1))
        return pl.concat_str(pl.lit('{"code":"'), self.code, pl.lit('"'), rest)

    def named(self, name: str) -> list[pl.Expr]:
        """Return the columns by which a table says it."""
        return [
            self.text.alias(name),
            self.code.alias(f"{name}_code"),
            self.args.alias(f"{name}_args"),
        ]


NOTHING = Messages(*(pl.lit(None, dtype=pl.String) for _ in range(3)))
"""No message in any row."""


def written(digits: pl.Expr) -> Argument:
    """Return a number that is written in English already, thousands separators and all."""
    return Argument(digits)


def counted(noun: Counted, number: pl.Expr) -> Argument:
    """Return whole numbers with their noun."""
    number = number.cast(pl.Int64)
    before, after = (
        pl.when(number == 1).then(pl.lit(one)).otherwise(pl.lit(many))
        for one, many in zip(_literals(noun.one), _literals(noun.many), strict=True)
    )
    return Argument(pl.concat_str(before, whole(number), after), number.cast(pl.String))


def days(value: pl.Expr) -> Argument:
    """Return a column of days."""
    iso = value.dt.to_string("%Y-%m-%d")
    return Argument(iso, pl.concat_str(pl.lit('"'), iso, pl.lit('"')))


def whole(number: pl.Expr) -> pl.Expr:
    """Return a column of whole numbers, not negative, written with thousands separators."""
    digits = number.cast(pl.Int64).cast(pl.String)
    # A comma after every third digit from the right: reversed, grouped, reversed back.
    grouped = digits.str.reverse().str.replace_all(r"(\d{3})", "${1},").str.strip_suffix(",")
    return grouped.str.reverse()


def the_same(message: Message) -> Messages:
    """Return one message for every row."""
    return Messages(pl.lit(message.code), pl.lit(message.arguments), pl.lit(PLAIN.write(message)))


def by(key: str, found: Mapping[object, Message]) -> Messages:
    """Return the message that belongs to each row's ``key``; none where there is none."""

    def look_up(values: Mapping[object, str]) -> pl.Expr:
        if not values:
            return pl.lit(None, dtype=pl.String)
        return pl.col(key).replace_strict(dict(values), default=None, return_dtype=pl.String)

    return Messages(
        look_up({each: message.code for each, message in found.items()}),
        look_up({each: message.arguments for each, message in found.items()}),
        look_up({each: PLAIN.write(message) for each, message in found.items()}),
    )


def when(condition: pl.Expr | str, then: Messages) -> Messages:
    """Return messages where a condition holds, and none elsewhere."""
    return Messages(*(pl.when(condition).then(each) for each in (then.code, then.args, then.text)))


def first(*choices: Messages) -> Messages:
    """Return each row's first message that is there."""
    return Messages(
        pl.coalesce(each.code for each in choices),
        pl.coalesce(each.args for each in choices),
        pl.coalesce(each.text for each in choices),
    )


class Telling:
    """Makes messages in every row of a table. Whatever they are made of is worked out once, in columns of its own.

    Args:
        table: The table.
    """

    def __init__(self, table: pl.DataFrame) -> None:
        self.table = table
        self._kept = 0

    def messages(self, code: str, **arguments: pl.Expr | Argument | Messages) -> Messages:
        """Return the message ``code`` in every row; none where an argument is missing.

        Args:
            code: Which text.
            arguments: What stands in its slots; the whole number itself in a slot that writes it with its noun.
        """
        text, names = TEXTS[code], sorted(arguments)
        if text.many:
            raise TypeError(f"{code} depends on a number as a whole, which columns cannot say")
        given = {name: _argument(text, name, arguments[name]) for name in names}
        texts = dict(zip(names, self._keep(*(given[name].text for name in names)), strict=True))
        parts = [pl.lit("{")]
        for place, name in enumerate(names):
            as_json = given[name].json
            if as_json is None:
                as_json = texts[name].str.replace_all(",", "", literal=True)
            parts += [pl.lit(f'{"," if place else ""}"{name}":'), as_json]
        found, args = self._keep(_filled(text.english, texts), pl.concat_str(*parts, pl.lit("}")))
        return Messages(pl.when(found.is_not_null()).then(pl.lit(code)), args, found)

    def once(self, argument: Argument) -> Argument:
        """Return an argument of several messages, worked out once."""
        return Argument(self._keep(argument.text)[0], argument.json)

    def saying(self, **columns: Messages) -> pl.DataFrame:
        """Return the table with the columns by which it says messages, by name."""
        said = [each for name, messages in columns.items() for each in messages.named(name)]
        table = self.table.with_columns(said)
        return table.drop([name for name in table.columns if name.startswith(_KEPT)])

    def _keep(self, *expressions: pl.Expr) -> list[pl.Expr]:
        names = [f"{_KEPT}{self._kept + place}" for place in range(len(expressions))]
        self._kept += len(names)
        self.table = self.table.with_columns(
            each.alias(name) for each, name in zip(expressions, names, strict=True)
        )
        return [pl.col(name) for name in names]


_KEPT = "_told_"
"""What columns of a table begin with that messages are made of."""


def _argument(text: Text, name: str, value: pl.Expr | Argument | Messages) -> Argument:
    slot = text.slots[name]
    if isinstance(slot, Counted) and isinstance(value, pl.Expr):
        return counted(slot, value)
    if isinstance(value, pl.Expr):
        raise TypeError(f"slot {name} needs to know how its number is written")
    lowered = value.text.str.to_lowercase() if slot is Kind.LOWER else value.text
    return Argument(lowered, value.json)


def _literals(english: str) -> list[str]:
    """Return what stands around the slots of a text."""
    return [literal.replace("%%", "%") for literal in PLACE.split(english)[::2]]


def _filled(english: str, texts: Mapping[str, pl.Expr]) -> pl.Expr:
    """Return a text with its slots filled."""
    before, *literals = _literals(english)
    parts = [pl.lit(before)]
    for name, literal in zip(PLACE.findall(english), literals, strict=True):
        parts += [texts[name], pl.lit(literal)]
    return pl.concat_str(*parts)
