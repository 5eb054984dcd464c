"""Exports as a shop would drop them in a landing zone: one CSV file a month, or a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl

from insiders_assets.errors import UsageError
from insiders_assets.progress import report
from insiders_assets.simulation.calendar import Calendar, month_start
from insiders_assets.simulation.catalogue import Catalogue
from insiders_assets.simulation.customers import COUNTRIES, FIRST_ID, RETURNING_ONLY, Population
from insiders_assets.simulation.draws import drawn, mixed
from insiders_assets.simulation.faults import faulty_row, is_faulty
from insiders_assets.simulation.invoices import Invoices, cancellations, purchases, without_unseen
from insiders_assets.simulation.lines import EXTRAS, lines_of
from insiders_assets.unfinished import replacement

HEADER = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)
_FIRST_INVOICE = 500_001
_BATCH = 6_000
"""Invoices made at a time, some 150,000 lines: they bound the memory, and do not change a byte."""


def simulate(
    customers: int,
    out: Path,
    *,
    seed: int = 42,
    start: date = date(2024, 12, 1),
    months: int = 12,
    lines: float = 1.0,
    every: Literal["month", "day"] = "month",
) -> list[Path]:
    """Write the exports of a shop that does not exist.

    The same arguments give the same bytes on any machine. Memory depends on ``customers`` alone, at some hundred bytes
    each, not on the number of rows.

    Args:
        customers: Customers with a purchase, anonymous invoices (24 %) among them; some 95 rows each in a year.
        out: The folder to write to; it is made if need be, and files of the same names are replaced.
        seed: Names the shop: its customers, its catalogue, everything.
        start: The first month is the one with this day.
        months: How many months.
        lines: What the number of lines on an invoice is multiplied by; less makes exports of many customers small.
        every: Whether a file holds a month (``2024-12.csv``) or a day (``2024-12-01.csv``).

    Returns:
        The files, in order of time.

    Raises:
        UsageError: An argument is out of range, or ``out`` can't be written.
    """
    for name, value in (("customers", customers), ("months", months), ("lines", lines)):
        if value <= 0:
            raise UsageError(f"must be more than 0, not {value}", where=f"simulate, {name}")
    calendar = Calendar.of(start, months)
    shop = mixed(np.full(1, seed % 2**64, dtype=np.uint64))
    catalogue = Catalogue.of(drawn(shop, 1)[0], calendar)
    people = Population.of(customers, drawn(shop, 2)[0], calendar, lines)
    writer = _Writer(people, catalogue, calendar)
    files = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        for month, invoices in enumerate(_by_month(people, calendar)):
            report("simulating", month, months)
            text = month_start(calendar.start, month).strftime("%Y-%m")
            if every == "month":
                files.append(writer.write(invoices, out / f"{text}.csv"))
                continue
            days, begins = np.unique(invoices.day, return_index=True)
            for day, mine in zip(days.tolist(), np.split(np.arange(len(invoices)), begins[1:]), strict=True):
                name = f"{calendar.start + timedelta(day)}.csv"
                files.append(writer.write(invoices.take(mine), out / name))
        report("simulating", months, months)
    except OSError as error:
        raise UsageError(
            f"can't write the exports: {error.strerror or error}",
            where=str(out),
            hint="choose another folder",
        ) from None
    return files


def _by_month(people: Population, calendar: Calendar) -> Iterator[Invoices]:
    """Return the invoices of each month in the order of their numbers.

    Only cancellations to come are kept in between.
    """
    due: Invoices | None = None
    for month in range(calendar.months):
        bought = purchases(people, calendar, month)
        returned = cancellations(people, calendar, bought)
        due = returned if due is None else due.joined(returned)
        now = due.day < calendar.month(month)[1]
        yield without_unseen(people, bought).joined(due.take(now)).in_order()
        due = due.take(~now)


class _Writer:
    """Turns invoices into text; numbers them as they come."""

    def __init__(self, people: Population, catalogue: Catalogue, calendar: Calendar) -> None:
        self.people, self.catalogue, self.calendar = people, catalogue, calendar
        self.codes = pl.Series([*catalogue.codes, *(code for code, _ in EXTRAS)])
        self.names = pl.Series([*catalogue.names, *(name for _, name in EXTRAS)])
        self.countries = pl.Series([name for name, _ in COUNTRIES])
        self.days = pl.Series([str(calendar.start + timedelta(day)) for day in range(calendar.days)])
        self.next_invoice = _FIRST_INVOICE
        self.faults = 0

    def write(self, invoices: Invoices, file: Path) -> Path:
        """Write ``invoices`` as one export; it appears under its name when it is whole."""
        dirty: list[tuple[str | None, ...]] = []
        with replacement(file) as partial, partial.open("wb") as handle:
            handle.write((",".join(HEADER) + "\n").encode())
            for begin in range(0, len(invoices), _BATCH):
                rows, faulty = self._rows(invoices.take(slice(begin, begin + _BATCH)))
                rows.write_csv(handle, include_header=False, float_precision=2)
                dirty += rows.filter(faulty).rows()
            for number, row in enumerate(dirty, start=self.faults):
                handle.write(faulty_row(row, number).encode())
            self.faults += len(dirty)
        return file

    def _rows(self, invoices: Invoices) -> tuple[pl.DataFrame, pl.Series]:
        heads = self._heads(invoices)
        lines = lines_of(invoices, self.people, self.catalogue)
        product = pl.Series(lines.product)
        on = heads[lines.invoice]
        name = self.names.gather(product)
        counted = pl.Series((lines.pence == 0) & (lines.quantity < 0))
        # Stock-taking seldom writes down what it counted.
        unnamed = counted & pl.Series(lines.key % np.uint64(5) < np.uint64(3))
        rows = pl.DataFrame(
            [
                on["InvoiceNo"],
                self.codes.gather(product).alias("StockCode"),
                pl.select(pl.when(~unnamed).then(name)).to_series().alias("Description"),
                pl.Series("Quantity", lines.quantity),
                on["InvoiceDate"],
                pl.Series("UnitPrice", lines.pence / 100),
                on["CustomerID"],
                on["Country"],
            ]
        )
        return rows, pl.Series(is_faulty(lines.key))

    def _heads(self, invoices: Invoices) -> pl.DataFrame:
        """Return what all lines of an invoice share, as text."""
        number = np.arange(self.next_invoice, self.next_invoice + len(invoices))
        self.next_invoice += len(invoices)
        kind = self.people.kind[invoices.who]
        returning = kind == RETURNING_ONLY
        place = pl.Series(invoices.who)
        return pl.DataFrame(
            {
                "number": number, "cancels": invoices.cancels, "who": place + FIRST_ID,
                "known": (invoices.who < self.people.identified) | returning,
                "day": self.days.gather(invoices.day), "minute": invoices.minute,
                "Country": self.countries.gather(self.people.country[invoices.who]),
            }
        ).select(
            InvoiceNo=pl.when("cancels").then(pl.format("C{}", "number")).otherwise(pl.format("{}", "number")),
            InvoiceDate=pl.format(
                "{} {}:{}:00",
                "day",
                (pl.col("minute") // 60).cast(pl.String).str.zfill(2),
                (pl.col("minute") % 60).cast(pl.String).str.zfill(2),
            ),
            CustomerID=pl.when("known").then(pl.col("who").cast(pl.String)),
            Country=pl.col("Country"),
        )  # fmt: skip
