"""Files and sheets whose name says that nothing in them was sold: returns, quotes, abandoned carts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.doubts.refunds import gives
from insiders_assets.ingest.doubts.return_marks import is_a_mark
from insiders_assets.ingest.doubts.status_names import kind_of
from insiders_assets.ingest.mapping.columns import FLAG
from insiders_assets.ingest.mapping.header_aliases import normalise
from insiders_assets.ingest.mapping.suggestive_names import Tells, meaning_of
from insiders_assets.ingest.questions.question import Answer, Question, Seen

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey


def _telling(header: Header) -> tuple[str, Tells] | None:
    """Return the name that says something, and what. Of several sheets that are read, each speaks for itself."""
    names = [header.sheet] if not header.is_alone else [header.sheet, header.file.rpartition("/")[2]]
    return next(((name, tells) for name in names if name and (tells := meaning_of(name))), None)


def _watches(header: Header) -> tuple[int, ...]:
    order = header.plan.columns.get("invoice_no")
    if (
        order is None
        or _telling(header) is None
        or any(_tells_itself(header.names[at]) for at in header.free)
    ):
        return ()
    return (order,)


def _tells_itself(column: str) -> bool:
    """Return whether a column says line by line what came back or was not sold.

    What the file is called matters less.
    """
    return bool(kind_of(column) or gives(column) or is_a_mark(column))


def _asks(survey: Survey, header: Header) -> Iterator[Question]:
    if not (found := _telling(header)) or not survey.rows:
        return
    name, tells = found
    key, at = f"file_name: {name}", header.plan.columns["invoice_no"]
    order = header.names[at]
    money = survey.money.fill_null(0.0)
    back = ((survey.quantity < 0) | (money < 0)).fill_null(value=False)
    rules = header.mapping.exclude if header.mapping else ()
    if (tells == "returns" and (back.any() or FLAG in header.plan.columns)) or any(
        rule.filled and normalise(rule.column) == normalise(order) for rule in rules
    ):
        return
    lines_of = {"column": order, "filled": True}
    answers = [Answer("return", {"returns": lines_of})] if tells == "returns" else []
    answers.append(Answer("exclude", {"exclude": [lines_of]}))
    if header.sheet == name and not header.is_alone:
        answers = []  # a mapping speaks of all sheets of a workbook
    answers.append(Answer("sold", {"answers": {key: "sold"}}))
    seen = (Seen(name, survey.rows, round(float(money.sum()), 2)),)
    yield Question(
        "file_name", "returns" if tells == "returns" else "status", (name,), tuple(answers),
        answers[0].name if len(answers) > 1 else None, seen, {"tells": tells},
    )  # fmt: skip


FILE_NAMES = Detector("names of files", _watches, _asks)
