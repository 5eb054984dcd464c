"""A page of a table: found by its key, whatever is before it, in one read-only transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from insiders_assets.api import cursor
from insiders_assets.api.problem import Problem
from insiders_assets.api.windows import windows
from insiders_assets.storage.warehouse.schema import PER_CUSTOMER, key_of

if TYPE_CHECKING:
    import sqlalchemy as sa

    from insiders_assets.api.sources import Source
    from insiders_assets.api.wanted import Filter, Wanted
    from insiders_assets.storage.warehouse.reading import View


@dataclass(frozen=True)
class Page:
    """Some rows of a table.

    Attributes:
        fields: Names of the columns; those that an older version published without are left out.
        rows: Values in that order.
        next: The cursor of the next page; None after the last, and where a key may not be shown.
    """

    fields: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    next: str | None


def page(view: View, source: Source, wanted: Wanted, *, smallest: int = 0, personal: bool = True) -> Page:
    """Return a page of a table, in the order of its key.

    Args:
        view: The refresh and the transaction.
        source: The table.
        wanted: Which rows and columns.
        smallest: People that a list has at least which is given out.
        personal: Whether the key of people may be seen, which a cursor holds.

    Raises:
        Problem: The table is not published yet, the cursor is not of these rows or of an older refresh, or the list is
            of too few people.
    """
    import sqlalchemy as sa

    there = _there(view, source)
    table = _table(source, there)
    conditions = [_condition(table, source, each, there) for each in wanted.filters]
    _require_many(view, source, table, conditions, smallest)
    fields = tuple(name for name in wanted.fields if name in there)
    query = sa.select(*(table.c[name] for name in dict.fromkeys((*fields, *source.key)))).where(*conditions)
    after = cursor.read(wanted.cursor, view, source, wanted.asked) if wanted.cursor else ()
    if source.key:
        key = [table.c[name] for name in source.key]
        if after:
            query = query.where(sa.tuple_(*key) > sa.tuple_(*after), key[0] >= after[0])
        query = query.order_by(*key).limit(wanted.limit + 1)
        for window in windows(view.connection, source, key, after):
            found = _rows(view, query if window is None else query.where(window))
            if len(found) > wanted.limit:
                break
    else:
        found = _rows(view, query.order_by(*table.c).offset(after[0] if after else 0).limit(wanted.limit + 1))
    rows, more = found[: wanted.limit], len(found) > wanted.limit
    hidden = not personal and any(source.column(name).personal for name in source.key)
    if not more or hidden:
        end = None
    elif source.key:
        names = list(dict.fromkeys((*fields, *source.key)))
        end = tuple(rows[-1][names.index(name)] for name in source.key)
    else:
        end = ((after[0] if after else 0) + wanted.limit,)
    next_cursor = cursor.Cursor(cursor.moment_of(view), wanted.asked, end).written() if end else None
    return Page(fields, [row[: len(fields)] for row in rows], next_cursor)


def _rows(view: View, query: sa.Select[Any]) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in view.connection.execute(query)]


def _there(view: View, source: Source) -> set[str]:
    """Return the columns that are published."""
    import sqlalchemy as sa

    if not view.has(source.name):
        raise Problem(404, f"{source.name} is not published yet: the next refresh publishes it")
    return {column["name"] for column in sa.inspect(view.connection).get_columns(source.name)}


def _table(source: Source, there: set[str]) -> sa.TableClause:
    import sqlalchemy as sa

    types: dict[str, Any] = {
        "str": sa.Text, "int64": sa.BigInteger, "int32": sa.Integer, "float64": sa.Double, "bool": sa.Boolean,
        "date": sa.Date, "datetime": sa.DateTime,
    }  # fmt: skip
    columns = [
        sa.column(column.name, types[column.dtype]())
        for column in source.contract.columns
        if column.name in there
    ]
    return sa.table(source.name, *columns)


def _condition(
    table: sa.TableClause, source: Source, each: Filter, there: set[str]
) -> sa.ColumnElement[bool]:
    if each.column not in there:
        raise Problem(400, f"{source.name} is published without {each.column} yet: the next refresh has it")
    column, value = table.c[each.column], each.value
    match each.operator:
        case ">=":
            return column >= value
        case ">":
            return column > value
        case "<=":
            return column <= value
        case "<":
            return column < value
    return column == value


def _require_many(
    view: View, source: Source, table: sa.TableClause, conditions: list[sa.ColumnElement[bool]], smallest: int
) -> None:
    """Refuse a list of fewer people than may leave the house."""
    if smallest < 1 or not source.contract.personal:
        return
    import sqlalchemy as sa

    who = next(column.name for column in source.contract.columns if column.personal)
    people = sa.select(table.c[who]).where(*conditions)
    # A row each where the key is the person; otherwise somebody may stand in many rows.
    one_each = source.name in PER_CUSTOMER and key_of(source.contract) == (who,)
    some = (people if one_each else people.distinct()).limit(smallest).subquery()
    if view.rows(sa.select(sa.func.count().label("people")).select_from(some))[0]["people"] < smallest:
        raise Problem(
            403,
            f"lists of fewer than {smallest} customers stay in the house (INSIDERS_SMALLEST_CELL): choose more of them",
        )
