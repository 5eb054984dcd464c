"""Small files that are read together come out as each does alone: the same transactions, rejected rows and counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from insiders_assets.ingest import IngestRules
from insiders_assets.ingest.rules import FileRules
from insiders_assets.storage import file_reader, incremental_ingest, small_files
from insiders_assets.storage.conservation import unbalanced
from insiders_assets.storage.landing import open_landing
from insiders_assets.storage.transactions import TransactionStore

HEAD = "invoice_no,stock_code,description,quantity,invoice_date,unit_price,customer_id,country"


def row(number: int, **changes: str) -> str:
    cells = {
        "invoice": f"5{number:05}",
        "code": "85123A",
        "description": '"LAMP, RED"' if number % 3 else "LAMP",
        "quantity": str(1 + number % 7),
        "date": f"2025-11-{1 + number % 28:02} 10:{number % 60:02}:00",
        "price": "2.55",
        "customer": "17850",
        "country": "France",
    }
    return ",".join((cells | changes).values())


def text(*rows: str, head: str = HEAD, end: str = "\n") -> bytes:
    return (end.join((head, *rows)) + end).encode()


PLAIN = {f"day-{day:02}.csv": text(*(row(day * 10 + at) for at in range(8))) for day in range(12)}

ODD = {
    "again.csv": PLAIN["day-03.csv"],
    "blank-line.csv": text(row(200), "", row(201)),
    "bom.csv": b"\xef\xbb\xbf" + text(row(205)),
    "carriage.csv": text(row(210), row(211), end="\r\n"),
    "carriage-in-text.csv": text(row(215, description='"A\rB"'), row(216)),
    "comma-price.csv": text(row(220, price='"1,25"'), row(221, price='"3,5"')),
    "dates.csv": text(row(225, date="13/11/2025 10:00"), row(226, date="14/11/2025 10:00")),
    "dates-only.csv": text(row(230, date="2025-11-03"), row(231, date="2025-11-04")),
    "duplicates.csv": text(row(235), row(235), row(236)),
    "empty.csv": b"",
    "faulty.csv": text(*(row(240 + at) for at in range(40)), row(290, quantity="many")),
    "header-only.csv": text(),
    "latin-1.csv": text(row(300, description="CAFÉ")).decode().encode("latin-1"),
    "no-end.csv": text(row(305), row(306)).rstrip(b"\n"),
    "nul.csv": text(*(row(310 + at) for at in range(30)), row(340, description="A\0B")),
    "open-quote.csv": text(row(345), row(346, description='"never closed')),
    "other-columns.csv": text("1,2", head="a,b"),
    "points.csv": text(*(row(412 + at, price="12.990") for at in range(8))),
    "points-decimal-later.csv": text(
        *(row(420 + at, price="12.990") for at in range(40)), row(470, price="2.55")
    ),
    "quote-in-text.csv": text(row(350, description='12" RULER'), row(351)),
    "short-row.csv": text(*(row(355 + at) for at in range(40)), "1,2,3"),
    "single-quotes.csv": text("'1','2'," + row(400), row(401)),
    "tails.csv": text(row(405, customer="17850.0"), row(406)),
    "two-lines.csv": text(row(410, description='"A\nB"'), row(411)),
    "utf-8.csv": text(row(415, description="CAFÉ"), row(416)),
    "zz-dos-end.csv": text(row(420)) + b"\x1a",
}


def ingested(home: Path, landing: Path, rules: IngestRules) -> tuple[TransactionStore, dict[str, bytes]]:
    store = TransactionStore(home)
    store.ingest(open_landing(str(landing)), rules)
    assert not unbalanced(store)
    return store, {
        str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()
    }


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    folder = tmp_path / "landing"
    folder.mkdir()
    return folder


def put(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).write_bytes(content)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on, every file is read alone."""
    monkeypatch.setattr(incremental_ingest, "groups", lambda names, _: ([name] for name in names))


@pytest.mark.parametrize(
    "odd", [[], *([name] for name in ODD), list(ODD)], ids=lambda odd: "+".join(odd[:1]) or "none"
)
def test_files_read_together_leave_the_bytes_that_each_alone_leaves(
    odd: list[str], landing: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    put(landing, PLAIN | {name: ODD[name] for name in odd})
    _, together = ingested(tmp_path / "together", landing, IngestRules())
    request.getfixturevalue("alone")
    _, single = ingested(tmp_path / "single", landing, IngestRules())
    assert together == single


@pytest.mark.parametrize(
    "common",
    [FileRules(duplicate_rows="reject"), FileRules(decimal="comma"), FileRules(date_order="month_first")],
)
def test_rules_hold_for_files_read_together(
    common: FileRules, landing: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    put(landing, PLAIN | ODD)
    _, together = ingested(tmp_path / "together", landing, IngestRules(common))
    request.getfixturevalue("alone")
    _, single = ingested(tmp_path / "single", landing, IngestRules(common))
    assert together == single


def test_plain_files_are_read_together_and_only_the_odd_one_among_them_alone(
    landing: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(landing, PLAIN | {"faulty.csv": ODD["faulty.csv"]})
    read, read_file = [], file_reader.read_file
    monkeypatch.setattr(
        file_reader, "read_file", lambda path, *rest: read.append(path.name) or read_file(path, *rest)
    )
    store, _ = ingested(tmp_path / "home", landing, IngestRules())
    assert read == ["faulty.csv"]
    assert store.rejected()["source_line"].to_list() == [42]


def test_a_line_of_a_file_read_together_is_its_own_line(landing: Path, tmp_path: Path) -> None:
    put(landing, PLAIN)
    store, _ = ingested(tmp_path / "home", landing, IngestRules())
    lines = store.read().group_by("source_file", maintain_order=True).agg("source_line").rows()
    assert lines == [(name, list(range(2, 10))) for name in sorted(PLAIN)]


def test_groups_are_bounded_by_bytes_and_number_and_leave_large_files_alone() -> None:
    from insiders_assets.storage.landing import FileSignature

    sizes = [10] * 250 + [small_files.LARGEST + 1] + [small_files.LARGEST] * 5
    listing = {f"{at:03}": FileSignature(size, "") for at, size in enumerate(sizes)}
    found = list(small_files.groups(list(listing), listing))
    assert sorted(name for group in found for name in group) == list(listing)
    assert [len(group) for group in found] == [100, 100, 1, 53, 2]
