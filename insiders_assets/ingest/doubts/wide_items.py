"""Several items of an order in one row, each in columns of its own: only those of one item would be read."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.mapping.header_aliases import normalise
from insiders_assets.ingest.mapping.header_words import notions
from insiders_assets.ingest.questions.question import Answer, Question

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

_NUMBER = re.compile(r"\d+")
LEAST = 2
"""Things that are said of each item, such as its price and its quantity."""


def _items(names: tuple[str, ...]) -> dict[str, list[str]]:
    """Return the columns of each item by its number; nothing unless several items have the same ones."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for name in names:
        if len(numbers := _NUMBER.findall(name)) == 1:
            found[str(int(numbers[0]))][normalise(_NUMBER.sub(" # ", name))] = name
    shared = [set(each) for each in found.values()]
    if len(shared) < LEAST:
        return {}
    common = set.intersection(*sorted(shared, key=len)[-2:])
    about = [notions(each.replace("#", ""))[0] for each in common]
    if len(common) < LEAST or not any({"price", "total", "quantity"} & each for each in about):
        return {}
    return {number: list(each.values()) for number, each in found.items() if common & set(each)}


def _watches(header: Header) -> tuple[int, ...]:
    if not (items := _items(header.names)):
        return ()
    ours = {header.names[at] for at in header.plan.columns.values()}
    taken = [number for number, names in items.items() if ours & set(names)]
    beside = {name for names in items.values() for name in names}
    return tuple(at for at in header.free if taken and header.names[at] in beside)


def _asks(survey: Survey, header: Header) -> Iterator[Question]:
    filled = [header.names[at] for at in _watches(header) if survey.text(at).null_count() < survey.rows]
    if not filled:
        return
    answer = Answer("first", {"answers": {f"wide_items: {filled[0]}": "first"}})
    yield Question("wide_items", "money", (filled[0],), (answer,), None, arguments={"columns": len(filled)})


WIDE_ITEMS = Detector("items side by side", _watches, _asks)
