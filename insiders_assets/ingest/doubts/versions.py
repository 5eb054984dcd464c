"""One line in several versions, as a database that keeps what it changes exports it: each counts again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.ingest.doubts.codes import are_changes
from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.doubts.status_names import is_of_changes, kind_of
from insiders_assets.ingest.doubts.status_words import words_of
from insiders_assets.ingest.mapping.header_aliases import normalise
from insiders_assets.ingest.mapping.header_words import notions
from insiders_assets.ingest.mapping.versions import age
from insiders_assets.ingest.questions.question import Answer, Question, Seen

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

_VERSIONS = words_of(
    "version versions versao versione versie versionsnummer revision revisao revisione revisie rev lsn scn snapshot"
)
_WRITTEN = words_of(
    "updated update modified changed changes synced loaded ingested extracted exported snapshot effective "
    "aktualisiert geaendert geandert atualizado atualizada alterado modificado modificada actualizado actualizada "
    "modifie modifiee maj aggiornato modificato gewijzigd bijgewerkt"
)
_MOMENT = words_of("at on date datum time timestamp ts em el le il op am when data fecha heure hora zeit")
_OTHERS = words_of("app software os browser api model schema template price prices product item sku customer")
_LINE = ["order", "line", "is_back"]
LEAST = 2
"""Lines in several versions from which they are asked about."""


def _tells(name: str) -> bool:
    words = set(normalise(name).split())
    if words & _OTHERS:
        return False
    if words == {"ts", "ms"} or words == {"source", "ts", "ms"}:  # as captured changes have it
        return True
    moment = words & _WRITTEN and (words & _MOMENT or len(words) == 1 or {"last", "valid"} & words)
    return bool(words & _VERSIONS or moment or {"valid", "from"} <= words or _is_of_rows(name))


def _is_of_rows(name: str) -> bool:
    """Return whether a column says what a database did to a row."""
    return is_of_changes(name) and kind_of(name) == "kind"


def _numbers_lines(name: str) -> bool:
    """Return whether a column may number the lines of an order, whatever becomes of them."""
    about = notions(name)[0]
    return "id" in about and ("line" in about or "item" in normalise(name).split())


def _watches(header: Header) -> tuple[int, ...]:
    if not {"invoice_no", "stock_code"} <= header.plan.columns.keys():
        return ()
    found = [at for at in header.free if _tells(header.names[at])]
    lines = [at for at in header.free if _numbers_lines(header.names[at])]
    return tuple(sorted({*found, *lines})) if found else ()


def _asks(survey: Survey, header: Header) -> Iterator[Question]:
    watched = [at for at in _watches(header) if survey.has(at)]
    orders, codes = survey.ours("invoice_no"), survey.ours("stock_code")
    if orders is None or codes is None:
        return
    numbers = [at for at in watched if _numbers_lines(header.names[at]) and not _tells(header.names[at])]
    line = next((at for at in numbers if survey.text(at).null_count() == 0), None)
    lines = pl.DataFrame(
        {
            "order": orders,
            "line": codes if line is None else survey.text(line),
            "money": survey.money.fill_null(0.0),
        }
    ).with_columns(
        kept=survey.kept, is_back=((survey.quantity < 0) | (survey.money < 0)).fill_null(value=False)
    )
    found = [
        asked for at in watched if at not in numbers and (asked := _question(survey, header, at, line, lines))
    ]
    # One whose values tell which row is the newest says more than one that does not.
    yield from [*(asked for asked in found if asked.proposed), *found][:1]


def _question(
    survey: Survey, header: Header, at: int, line: int | None, lines: pl.DataFrame
) -> Question | None:
    """Return the question that a column leaves open in which lines of one order and product differ."""
    name, text = header.names[at], survey.text(at)
    if _said(header, name):
        return None
    if _is_of_rows(name) and not are_changes(text.drop_nulls().unique().to_list()):
        return None
    known = (
        lines.with_row_index("at")
        .with_columns(version=text, age=age(text))
        .filter("kept")
        .drop_nulls(["order", "line"])
    )
    several = pl.col("version").n_unique().over(_LINE) > 1
    again = known.filter(several)
    count = again.select(_LINE).n_unique()
    if count < LEAST:
        return None
    # Where nothing orders versions, the file's order does.
    by = "age" if not again["age"].null_count() else "at"
    last = (pl.col(by) == pl.col(by).max()).over(_LINE)
    older = again.filter(~last)
    if not older.height:
        return None
    rule: dict[str, Any] = {"column": name, "older": True} | (
        {} if line is None else {"line": header.names[line]}
    )
    key = Question("versions", "money", (name,), ()).key
    answers = [Answer("newest", {"exclude": [rule]})] if by == "age" else []
    answers.append(Answer("all", {"answers": {key: "all"}}))
    seen = (Seen(str(older["version"][0] or ""), older.height, round(float(older["money"].sum()), 2)),)
    return Question(
        "versions", "money", (name,), tuple(answers), "newest" if by == "age" else None, seen,
        {"lines": count, "rows": older.height},
    )  # fmt: skip


def _said(header: Header, name: str) -> bool:
    """Return whether a mapping leaves out what a column tells of."""
    rules = header.mapping.exclude if header.mapping else ()
    return any(normalise(rule.column) == normalise(name) for rule in rules)


VERSIONS = Detector("versions", _watches, _asks)
