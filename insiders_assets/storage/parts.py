"""Writing what is read from one export as parquet parts: one per month, in the order of the export."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import polars as pl

from insiders_assets import checksums
from insiders_assets.contracts.transactions import RAW_TRANSACTIONS
from insiders_assets.days import day_of
from insiders_assets.errors import InsidersError
from insiders_assets.storage.atomic_write import replacing
from insiders_assets.storage.manifest import Part

if TYPE_CHECKING:
    from insiders_assets.places import Place

FLUSH = 1_000_000
"""Transactions held in memory before they are written: some 150 MB. Fixed, so that the parts are always the same."""
FLUSH_REJECTED, FLUSH_REJECTED_BYTES = 100_000, 64 << 20
"""Rejected rows held in memory before they are written, and the bytes of them."""
FORM: dict[str, Any] = {"compression": "zstd", "row_group_size": 250_000}


class PartWriter:
    """Takes in one export's transactions and rejected rows and writes them as parts nobody reads yet.

    Args:
        transactions: The folder of transaction parts.
        quarantine: The folder of rejected parts.
        name: The export's name, for ``source_file``.
        identity: A name for its parts that no other content, name or rules share.

    Attributes:
        days: The first and the last day of its transactions, since 1970; none without a transaction.
    """

    def __init__(self, transactions: Place, quarantine: Place, name: str, identity: str) -> None:
        self._folders = transactions, quarantine
        self._name, self._identity = name, identity
        self._held: list[pl.DataFrame] = []
        self._held_rejected: list[pl.DataFrame] = []
        self._rejected_bytes = 0
        self._flushes = 0
        self.parts: list[Part] = []
        self.rejected_parts: list[Part] = []
        self.days: list[int] = []

    def transactions(self, frame: pl.DataFrame) -> None:
        """Take in transactions: all columns of the contract but the file."""
        self._held.append(frame)
        if sum(held.height for held in self._held) >= FLUSH:
            self._flush()

    def rejected(self, frame: pl.DataFrame) -> None:
        """Take in rejected rows: all columns of the contract but the file and when it arrived."""
        self._held_rejected.append(frame)
        self._rejected_bytes += int(frame["row_text"].str.len_bytes().sum() or 0)
        rows = sum(held.height for held in self._held_rejected)
        if rows >= FLUSH_REJECTED or self._rejected_bytes >= FLUSH_REJECTED_BYTES:
            self._flush_rejected()

    def discard(self) -> None:
        """Forget everything taken in so far and take it off the disk."""
        for folder, parts in zip(self._folders, (self.parts, self.rejected_parts), strict=True):
            for part in parts:
                (folder / part.path).unlink(missing_ok=True)
            parts.clear()
        self._held, self._held_rejected, self._flushes, self._rejected_bytes = [], [], 0, 0
        self.days = []

    def close(self) -> None:
        """Write what is still held."""
        self._flush()
        self._flush_rejected()

    def _flush(self) -> None:
        self.parts += [_write(part) for part in self._unwritten()]

    def _flush_rejected(self) -> None:
        self.rejected_parts += [_write(part) for part in self._unwritten_rejected()]

    def _unwritten(self) -> list[_Unwritten]:
        """Return the transactions held, which are held no longer."""
        if not self._held:
            return []
        frame = pl.concat(self._held) if len(self._held) > 1 else self._held[0].clone()
        name = pl.Series("source_file", [self._name], dtype=pl.String)
        frame.insert_column(RAW_TRANSACTIONS.names.index("source_file"), name.new_from_index(0, frame.height))
        self._held = []
        day = frame["invoice_day"]
        known = [*self.days, int(cast(int, day.min())), int(cast(int, day.max()))]
        self.days = [min(known), max(known)]
        suffix = f".{self._flushes}" if self._flushes else ""
        self._flushes += 1
        return [
            _Unwritten(
                self._folders[0],
                f"invoice_month={month:%Y-%m}/{self._identity}{suffix}.parquet",
                part.rechunk(),
            )
            for month, part in _by_month(frame)
        ]

    def _unwritten_rejected(self) -> list[_Unwritten]:
        if not self._held_rejected:
            return []
        frame = pl.concat(self._held_rejected)
        self._held_rejected, self._rejected_bytes = [], 0
        suffix = f".{len(self.rejected_parts)}" if self.rejected_parts else ""
        return [_Unwritten(self._folders[1], f"{self._identity}{suffix}.parquet", frame)]

    @staticmethod
    def close_together(writers: Sequence[PartWriter]) -> None:
        """Write what several small exports still hold: their transactions are encoded in one go.

        Args:
            writers: Their writers; what they hold has to fit into memory a second time.
        """
        held = [(writer, part) for writer in writers for part in writer._unwritten()]
        encoded = [io.BytesIO() for _ in held]
        pl.collect_all(
            [
                part.frame.lazy().sink_parquet(buffer, lazy=True, **FORM)
                for (_, part), buffer in zip(held, encoded, strict=True)
            ]
        )
        for (writer, part), buffer in zip(held, encoded, strict=True):
            with _placing(part) as temporary:
                with temporary.open("rb+") as file:
                    file.write(buffer.getbuffer())
                checksum = checksums.digest(temporary)
            writer.parts.append(Part(part.path, part.frame.height, buffer.tell(), checksum))
        for writer in writers:
            writer.close()


class _Unwritten(NamedTuple):
    """A part on its way.

    Attributes:
        folder: The folder of all parts.
        path: Where it goes in there.
        frame: Its rows.
    """

    folder: Place
    path: str
    frame: pl.DataFrame


def _by_month(frame: pl.DataFrame) -> list[tuple[date, pl.DataFrame]]:
    """Return the transactions of each month, months in order, rows in theirs."""
    day = frame["invoice_day"]
    first, last = (day_of(int(cast(int, end))) for end in (day.min(), day.max()))
    if first.replace(day=1) == last.replace(day=1):
        return [(first, frame)]
    if day.is_sorted():
        return _sorted_by_month(frame, day, first, last)
    month = frame["invoice_date"].dt.truncate("1mo")
    groups = frame.with_columns(month=month).partition_by("month", as_dict=True, include_key=False)
    return sorted(((cast(date, key), part) for (key,), part in groups.items()), key=lambda group: group[0])


def _sorted_by_month(
    frame: pl.DataFrame, day: pl.Series, first: date, last: date
) -> list[tuple[date, pl.DataFrame]]:
    """Return the same where rows are in the order of their days, as they nearly always are: nothing is copied."""
    months = pl.date_range(first.replace(day=1), last.replace(day=1), "1mo", eager=True)
    begins = day.search_sorted(months.dt.epoch("d").cast(pl.Int32)).to_list()
    groups = zip(months, begins, [*begins[1:], frame.height], strict=True)
    return [(month, frame[begin:end]) for month, begin, end in groups if end > begin]


def _write(part: _Unwritten) -> Part:
    with _placing(part) as temporary:
        part.frame.write_parquet(temporary, **FORM)
        size, checksum = temporary.stat().st_size, checksums.digest(temporary)
    return Part(part.path, part.frame.height, size, checksum)


def is_whole(folder: Place, part: Part) -> bool:
    """Return whether a part that is there is what was written."""
    path = folder / part.path
    return not (part.checksum and isinstance(path, Path)) or checksums.digest(path) == part.checksum


def whole(folder: Place, part: Part) -> Place:
    """Return where a part is that is what was written, or is not there, which its reader says.

    Raises:
        DamagedError: It is damaged.
    """
    path = folder / part.path
    with suppress(FileNotFoundError):
        if not is_whole(folder, part):
            hint = "read its export again: insiders run --force"
            raise checksums.DamagedError(checksums.DAMAGED, where=str(path), hint=hint)
    return path


@contextmanager
def _placing(part: _Unwritten) -> Iterator[Path]:
    """An empty file that becomes a part if the block succeeds; a full disk is one line."""
    place = part.folder / part.path
    try:
        with replacing(place) as temporary:
            yield temporary
    except OSError as error:
        raise InsidersError(
            f"cannot be written ({error.strerror or error})",
            where=str(place),
            hint="make room there, or choose another --home",
        ) from None
