"""``docs/reliability.md``, written from the results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from insiders_assets_tests.faults.record import PAGE, RESULTS, table

HEAD = """\
# Reliability

What happens when something goes wrong, tried for real. `make faults` writes this page; a short form of it is part of
`make test`. One part alone, which replaces its own results only: `make faults FAULTS="--only kills"`.

*Survived* means that everything is as it would be without the fault: right after it, or after the next run where there
is one. *Lost rows* are rows of exports, counted by another reader than the platform's, that are neither a transaction
nor in quarantine. A *torn read* is a look at something missing, empty, partial or mixed by readers that look all the
while: at every row of every table in SQL in one transaction, at the five files of the latest report, by the pointer and
by path, and at every table of the lake. What may be seen is known beforehand, to the byte: the state before, and that
of an undisturbed run.

Three things that readers should know. The lake's tables are replaced one by one: each is whole at any time, while
those of one refresh *together* are in SQL and in the reports. `lake/raw_transactions.parquet` is a folder: the manifest
beside it says which parts are current, and who goes by the folder alone can meet parts of two ingests while one is at
work. Who reads several files by `reports/latest/` compares them with the checksums in `report.json`
([report.md](report.md)); the readers here do so.
"""

FAMILIES = {
    "kills": (
        "Killed runs",
        """\
A command is killed where it opens, renames or removes a file, sends a statement, commits, or writes an object: at
a boundary of as many kinds as there is time for; and at moments drawn by chance over the work it does. Then the same
command runs again. Lake and quarantine must be the bytes of an undisturbed run, the warehouse the same rows, the four
files of the report the same bytes, and nothing half-written may be left in the home or among temporary files.""",
    ),
    "kills_in_the_cloud": (
        "Killed runs, on S3 and PostgreSQL",
        """\
The same, against real servers on this machine. One kill of a refit showed that a command given at once was refused:
the server had not yet noticed that the holder of the lock was gone. Commands now wait for it, and the refit's kills
were made again.""",
    ),
    "forgets": (
        "A customer is forgotten",
        """\
A member is forgotten while new exports wait; the command is killed, and given again. Readers look all the while. Each
store changes by itself, so they may also see what lies between the stages of an undisturbed `insiders forget`: parsed
exports without the customer, then tables, then the refresh, history and old reports. Each of these states is whole.""",
    ),
    "held": (
        "A refresh is held",
        """\
A refresh that is strange beside the published one is held; `insiders release` publishes it, `insiders discard` takes it
away. The refresh is killed at boundaries of as many kinds as there is time for, the other two at every boundary, and
the command is given again. Readers look at what is held, too: its record, and each table that the record names.""",
    ),
    "machine": (
        "The machine",
        """\
A small file system of its own that fills up or is read-only; rights that are taken away, before or during
a run; a wrong clock; several commands in the same moment.""",
    ),
    "services": (
        "Servers",
        """\
PostgreSQL is stopped as a crash stops it. S3 is reached through a proxy that fails: with errors, slowly, with
answers or uploads that are cut short, and with answers that never arrive though the request was carried out.
A look that PostgreSQL does not answer within ten seconds saw nothing: it is counted as unanswered, not as torn.""",
    ),
    "sequences": (
        "Whatever comes, in any order",
        """\
Sequences of steps drawn by chance (hypothesis): a file is dropped, replaced or removed; `insiders run`, `refit` or
`forget`, to the end or killed on the way; another selection policy or list of those who opted out; another clock. After
every step the latest report is whole, members are identified Insiders, and no row of history is changed or gone but
those of the forgotten. After every command that ends well, all rows and units of the exports are accounted for, every
table of the lake is the one in the warehouse, the report says what the warehouse says, nobody who is forgotten is back
and nobody who opted out is a member. Lost rows make a sequence fail.""",
    ),
    "pairs": (
        "Killed, and killed again",
        """\
A refit is killed at a boundary of its writes, then `insiders forget` at one of its own, which is given again. Each kind
of boundary of either comes at least once; which goes with which is drawn by chance. The invariants of the sequences
above hold after each.""",
    ),
    "storms": (
        "Storms of files",
        """\
The sensor is driven tick by tick on a Dagster instance; each run it asks for is made, in a process of its own, while
files go on arriving: in any order, some twice under other names, some replaced, some in sub-folders, some slowly.""",
    ),
    "unsteady": (
        "Unsteady exports, and two daemons",
        """\
Files that change while they are read, and very many at once: after one more run every row and unit of the exports is
accounted for, counted by another reader. Two daemons share one history, as they must not: no two runs may be at work
together, and each day's report must be right.""",
    ),
    "soak": (
        "A year of days",
        """\
What `deploy/` starts (code server, daemon, PostgreSQL, S3), with a sensor that looks every second and as many days of
a year as there is time for. After every refresh: rows read, day, members, the number of refreshes in SQL and in the
report, and no run that failed; then all that could leak is measured. Growth is the median slope from the refresh told
below on, when caches are full and the oldest reports and runs are deleted (`INSIDERS_REPORTS_KEPT` and
`INSIDERS_RUNS_KEPT`, here set to fewer than usual). What grows with the exports themselves goes on growing: a part of
the lake for each file, a row of the warehouse for each refresh.""",
    ),
    "retention": (
        "What is kept",
        """\
The year's days again while far fewer reports and runs are kept, so that the oldest are deleted for most of the time.
PostgreSQL gives the room of deleted rows to others once a fifth of a table is dead, and that of an index later still:
until then Dagster's history grows as if nothing were deleted.""",
    ),
    "flipped_bits": (
        "Flipped bits",
        """\
A single bit of a file is flipped, as a disk does it: neither its size nor its time of change tells of it. Every kind of
file that is read again has its turn: parts of transactions and of the quarantine, their manifest, tables, history,
models and which of them assigns, corrected rows, the forgotten, the record of the last refresh and of one that is held
with its tables, what destinations acknowledged, whom a refresh was told, tokens, the format of the home, reports, and
checksums. *Survived* means that its reader named the file, or read what was written.""",
    ),
    "starts": (
        "Starts, killed in pairs and triples",
        """\
A command is killed at any boundary between its beginning and the first export that it reads; the next, which finds what
that one left, too; and, of three, the one after. The start that follows must come to its first export within its time;
after ten pairs and triples in one home a run must end well, and everything must be as an undisturbed run leaves it.
*Tried* counts pairs and triples; the kills are told below.""",
    ),
    "hollow": (
        "Files that ask for far more than they are",
        """\
Workbooks with a value in their last cell, a false number of texts or a false size, and parquet
files of millions of rows in a few kilobytes, all in one landing zone beside exports that must be read.""",
    ),
    "content": (
        "Hostile content",
        """\
Mappings, settings, files that people keep in a home, models and requests to the dashboard, each made from a good one by
cutting, repeating and replacing; archives that unpack to far more than they are; a line without an end, of the size
told below.""",
    ),
}


USUAL = ("date", "seed", "minutes", "commit")


def _told(value: Any) -> str:
    return (
        ", ".join(f"{number:,} {key}" for key, number in value.items())
        if isinstance(value, dict)
        else str(value)
    )


def write_page(results: Path = RESULTS, page: Path = PAGE) -> None:
    """Write the page from what was measured."""
    found: dict[str, Any] = json.loads(results.read_text()) if results.exists() else {}
    parts = [HEAD]
    for family, (title, text) in FAMILIES.items():
        if family in found:
            facts = found[family]["facts"]
            more = "".join(f" {key}: {_told(value)}." for key, value in facts.items() if key not in USUAL)
            of = f" of commit {facts['commit']}" if facts.get("commit") else ""
            measured = (
                f"*Measured {facts['date']}{of}, seed {facts['seed']}, in {facts['minutes']} minutes.{more}*"
            )
            parts.append(f"## {title}\n\n{text}\n\n{table(found[family]['outcomes'])}\n\n{measured}\n")
    page.write_text("\n".join(parts), encoding="utf-8")
