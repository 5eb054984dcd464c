"""Records in JSON: one object per line, one array of objects, or orders that hold their lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from insiders_assets.ingest.parsing.numbers import unmistakable
from insiders_assets.ingest.refusal import RefusedExportError, it_has
from insiders_assets.language.message import Message, message

NO_OBJECT = message("row.json")
DISCOUNTS = ("discount_allocations", "discountallocations")
REFUNDS = ("refunds", "returns")
LINE_IDS = ("line_item_id", "lineItemId", "order_item_id", "orderItemId", "line_id", "lineId")
"""What arrays of discounts of a line and of refunds of an order are called, and the id of the line in those."""
BEGINNING = 1 << 16
"""Characters of an array in which its first object has to begin."""


def parsed(text: str) -> Any:
    """Return what JSON text holds, its numbers as they are written."""
    return json.loads(text, parse_float=unmistakable, parse_int=str)


def array_of(text: str, rows: str | None) -> Iterator[dict[str, Any] | Message]:
    """Yield the objects of a JSON array one by one, so that only one is unpacked at a time.

    Args:
        text: The whole document: an array, or an object with an array of objects in it.
        rows: The dotted path of that array; the only one there is if None.

    Yields:
        Each object, or what is wrong with an element that is none.

    Raises:
        ExportError: There is no array of objects, several of them, or the text breaks off.
    """
    decoder = json.JSONDecoder(parse_float=unmistakable, parse_int=str)
    text = text.lstrip("\ufeff \t\r\n")
    if not text.startswith("["):
        yield from _inside(text, rows)
        return
    at = _skipped(text, 1)
    while at < len(text) and text[at] != "]":
        try:
            found, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            raise RefusedExportError("export.json", str(error)) from None
        yield found if isinstance(found, dict) else NO_OBJECT
        at = _skipped(text, at)
        if at < len(text) and text[at] == ",":
            at = _skipped(text, at + 1)
    if at >= len(text):
        raise RefusedExportError("export.json.endless")


def _skipped(text: str, at: int) -> int:
    """Return the next place that holds no blank."""
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _inside(text: str, rows: str | None) -> Iterator[dict[str, Any] | Message]:
    try:
        whole = parsed(text)
    except (ValueError, RecursionError) as error:
        raise RefusedExportError("export.json", str(error)) from None
    found = dict(arrays(whole))
    if rows is None and len(found) == 1:
        rows = next(iter(found))
    if rows is None or rows not in found:
        if not rows:
            raise RefusedExportError("export.json.orders", it_has(list(found)))
        raise RefusedExportError("export.json.rows", it_has(list(found)), path=rows)
    yield from (each if isinstance(each, dict) else NO_OBJECT for each in found[rows])


def arrays(value: Any, path: str = "") -> Iterator[tuple[str, list[Any]]]:
    """Return the arrays of objects in nested objects, by dotted path.

    Arrays inside arrays are parts of their elements.
    """
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from arrays(inner, f"{path}.{key}" if path else key)
    elif is_objects(value):
        yield path, value


def is_objects(value: Any) -> bool:
    """Return whether a value is an array with an object in it."""
    return isinstance(value, list) and any(isinstance(each, dict) for each in value)


def flat(record: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return a record with the keys of nested objects joined by dots; arrays stay as they are."""
    found: dict[str, Any] = {}
    for key, value in record.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            found |= flat(value, f"{name}.")
        else:
            found[name] = value
    return found


def lines_of(record: dict[str, Any], lines: str | None) -> list[dict[str, Any]]:
    """Return the lines of an order, each with the order's own fields; the record itself where it holds none.

    Args:
        record: A flat record.
        lines: The path of the array that holds the lines; None if records are lines themselves.
    """
    if lines is None or lines not in record:
        return [record]
    own = {key: value for key, value in record.items() if not is_objects(value)}
    own.pop(lines, None)
    inner = record[lines] if isinstance(record[lines], list) else []
    back = pieces_back(record, lines)
    return [own | _line(line, f"{lines}.", back) for line in inner if isinstance(line, dict)] or [own]


def _line(line: dict[str, Any], prefix: str, back: dict[str, float] | None) -> dict[str, Any]:
    """Return a line, flat, with the sum of its discounts and the pieces of it that came back."""
    found = flat(line, prefix) | {
        f"{prefix}{key}.amount": f"{off:.2f}"
        for key, value in line.items()
        if (off := _off(key, value)) is not None
    }
    if back is not None:
        found.setdefault(f"{prefix}refunded_quantity", f"{back.get(str(line.get('id')), 0.0):g}")
    return found


def _off(key: str, value: Any) -> float | None:
    """Return what an array of discounts of a line adds up to; None if it is no such array."""
    if not isinstance(value, list) or not key.casefold().startswith(DISCOUNTS):
        return None
    amounts: list[Any] = [each.get("amount") for each in value if isinstance(each, dict)]
    try:
        return sum((float(amount) for amount in amounts), 0.0)
    except (TypeError, ValueError):
        return None


def pieces_back(record: dict[str, Any], lines: str) -> dict[str, float] | None:
    """Return how many pieces of each line an order's array of refunds says came back; None if it has no such array.

    Args:
        record: A flat record.
        lines: The path of the array that holds the lines.
    """
    arrays_of = [
        value for key, value in record.items()
        if key != lines and isinstance(value, list) and key.rsplit(".")[-1].casefold() in REFUNDS
    ]  # fmt: skip
    if not arrays_of:
        return None
    found: dict[str, float] = {}
    for each in _objects(arrays_of):
        line = next((each[key] for key in LINE_IDS if each.get(key) is not None), None)
        try:
            pieces = float(each.get("quantity") or 0)
        except (TypeError, ValueError):
            continue
        if line is not None:
            found[str(line)] = found.get(str(line), 0.0) + pieces
    return found


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in nested arrays and objects that has a line's id, or else those inside it."""
    if isinstance(value, list):
        for each in value:
            yield from _objects(each)
    elif isinstance(value, dict):
        if any(key in value for key in LINE_IDS):
            yield value
        else:
            for each in value.values():
                yield from _objects(each)


def line_path(records: list[dict[str, Any]], wanted: str | None) -> str | None:
    """Return the path of the array that holds the lines of orders, or None if there is none.

    Args:
        records: The first flat records.
        wanted: The path that the mapping names.

    Raises:
        ExportError: There is no such array.
    """
    found: dict[str, set[str]] = {}
    for record in records:
        for key, value in record.items():
            if is_objects(value):
                keys = {name for each in value if isinstance(each, dict) for name in flat(each)}
                found.setdefault(key, set()).update(keys)
    if wanted is not None:
        if wanted not in found:
            raise RefusedExportError("export.json.no_lines", it_has(list(found)), path=wanted)
        return wanted
    counted = {key for key, names in found.items() if any(_counts(name) for name in names)}
    if len(counted) > 1:
        raise RefusedExportError("export.json.lines", sorted(counted))
    return next(iter(counted), None)


def _counts(name: str) -> bool:
    from insiders_assets.ingest.mapping.header_words import notions

    return "quantity" in notions(name)[0]
