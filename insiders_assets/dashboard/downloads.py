"""What is given out as files: the list as CSV, streamed, or Excel of bounded length; what is kept of one as JSON."""

from __future__ import annotations

import json
import os
import tempfile
from typing import TYPE_CHECKING, Any, BinaryIO

from insiders_assets.api.values import written
from insiders_assets.contracts.customers import INSIDERS
from insiders_assets.contracts.messages import without_facts
from insiders_assets.dashboard.filters import Filters
from insiders_assets.dashboard.views.kept import ELSEWHERE, all_kept
from insiders_assets.formulas import csv_line, csv_rows
from insiders_assets.presentation.columns import meaning
from insiders_assets.storage.warehouse import tables
from insiders_assets.storage.warehouse.schema import CUSTOMER
from insiders_assets.unfinished import working_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl
    import sqlalchemy as sa
    from starlette.responses import Response

    from insiders_assets.language import Language
    from insiders_assets.storage.warehouse.reading import Reader, View

BATCH = 20_000
EXCEL_ROWS = 100_000
KEPT_ROWS = 10_000
"""Rows of a table about one customer that their file has, at most; it says how many there are."""
PIECE = 1 << 18
"""Bytes of a file sent at a time."""
LEFT_OUT = ("embedding_x", "embedding_y")
"""Columns that mean nothing outside the map."""

COLUMNS = tuple(name for name in without_facts(INSIDERS.names) if name not in LEFT_OUT)


def stream_csv(reader: Reader, filters: Filters) -> Response:
    """Yield the customers chosen as CSV, a batch at a time, whatever their number; formulas are made harmless."""
    from starlette.responses import PlainTextResponse, StreamingResponse

    with reader.view() as view:
        if view is None:
            return PlainTextResponse("Nothing is published yet.\n", status_code=404)
        name = _name(view, "csv")

    def lines() -> Iterator[bytes]:
        with reader.view() as view:
            if view is None:
                return
            yield csv_line(COLUMNS).encode()
            for batch in _batches(view, filters):
                yield csv_rows(batch)

    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=_attached(name))


def too_few(reader: Reader, words: Language, filters: Filters, smallest: int) -> str:
    """Return why the customers chosen are no file that is given out, in a line; empty if they are one.

    Args:
        reader: The warehouse.
        words: The reader's language.
        filters: The choice.
        smallest: Customers that a list has at least which may leave the house.
    """
    if smallest < 1:
        return ""
    import sqlalchemy as sa

    with reader.view() as view:
        if view is None:
            return ""
        some = _query(view, filters).limit(smallest).subquery()
        count = view.rows(sa.select(sa.func.count().label("customers")).select_from(some))[0]["customers"]
    if count >= smallest:
        return ""
    return words.text(
        "Lists of fewer than %(count)s customers stay in the house (INSIDERS_SMALLEST_CELL): choose more of them.",
        count=words.number(smallest),
    )


def excel(reader: Reader, words: Language, filters: Filters) -> Response:
    """Return the customers chosen as an Excel file.

    More than :data:`EXCEL_ROWS` are refused, with CSV as the way out.
    """
    import xlsxwriter
    from starlette.responses import PlainTextResponse, StreamingResponse

    with (
        reader.view() as view,
        working_folder() as folder,
    ):  # where rows wait: what a kill leaves there is swept
        if view is None:
            return PlainTextResponse("Nothing is published yet.\n", status_code=404)
        file = tempfile.TemporaryFile()  # noqa: SIM115 - without a name: it ends with its last reader, however that ends
        options: dict[str, Any] = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
        }
        options |= {"strings_to_numbers": False, "tmpdir": str(folder)}
        row = 0
        try:
            with xlsxwriter.Workbook(file, options) as book:
                sheet = book.add_worksheet(words.text("Customers"))
                sheet.write_row(0, 0, COLUMNS, book.add_format({"bold": True}))
                sheet.freeze_panes(1, 1)
                sheet.set_column(0, len(COLUMNS) - 1, 16)
                for batch in _batches(view, filters, most=EXCEL_ROWS + 1):
                    for values in batch.iter_rows():
                        row += 1
                        _write(sheet, row, values)
        except BaseException:
            file.close()
            raise
    if row > EXCEL_ROWS:
        file.close()
        text = words.text(
            "More than %(count)s customers are too many for Excel; choose fewer, or download the CSV.",
            count=words.number(EXCEL_ROWS),
        )
        return PlainTextResponse(f"{text}\n", status_code=413)
    headers = _attached(_name(view, "xlsx")) | {"Content-Length": str(file.seek(0, os.SEEK_END))}
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return StreamingResponse(_pieces(file), media_type=kind, headers=headers)


def kept_json(reader: Reader, words: Language, customer_id: str) -> Response | None:
    """Return everything that is kept of a customer in the warehouse as JSON; None if no table has a row about them."""
    from starlette.responses import Response

    with reader.view() as view:
        found = all_kept(view, customer_id, KEPT_ROWS) if view else []
        if view is None or not found:
            return None
        content_of = {
            CUSTOMER: customer_id,
            "refresh_id": view.refresh_id,
            "as_of": written(view.as_of),
            "elsewhere": words.text(ELSEWHERE),
            "kept": {
                part.contract.name: {
                    "meaning": words.text(part.contract.meaning),
                    "columns": {each.name: meaning(words, each) for each in part.contract.columns},
                    "count": part.count,
                    "rows": [{name: written(value) for name, value in row.items()} for row in part.rows],
                }
                for part in found
            },
        }
        headers = _attached(f"kept-{view.as_of}.json")  # without the id, which may hold anything
    content = json.dumps(content_of, ensure_ascii=False, allow_nan=False)
    return Response(content, media_type="application/json", headers=headers)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _write(sheet: Any, row: int, values: tuple[Any, ...]) -> None:
    for column, value in enumerate(values):
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value)
        elif isinstance(value, int | float):
            sheet.write_number(row, column, value)
        elif value is not None:
            sheet.write_string(row, column, str(value))


def _batches(view: View, filters: Filters, most: int | None = None) -> Iterator[pl.DataFrame]:
    """Yield the customers chosen, highest revenue first, as frames of the contract's types."""
    import polars as pl

    schema = {name: INSIDERS.polars_schema[name] for name in COLUMNS}
    found = view.connection.execution_options(stream_results=True, yield_per=BATCH).execute(
        _query(view, filters).limit(most)
    )
    for rows in found.partitions():
        columns = zip(*rows, strict=True)
        yield pl.DataFrame(
            [
                pl.Series(name, values, kind)
                for (name, kind), values in zip(schema.items(), columns, strict=True)
            ]
        )


def _query(view: View, filters: Filters) -> sa.Select[Any]:
    import sqlalchemy as sa

    columns = tables()["insiders"].c
    return (
        sa.select(*(columns[name] for name in COLUMNS))
        .where(*filters.of_customers(view.as_of))
        .order_by(columns.revenue.desc(), columns.customer_id)
    )


def _name(view: View, kind: str) -> str:
    return f"insiders-{view.as_of}.{kind}"


def _attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
