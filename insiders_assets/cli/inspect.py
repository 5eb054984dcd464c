"""``insiders inspect``: what a file looks like, what a mapping for it could be, and what would be rejected."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from insiders_assets.cli.answering import answering, question_facts, settled_facts
from insiders_assets.cli.beside import Neighbours
from insiders_assets.cli.inspection_output import ending, print_inspection
from insiders_assets.cli.telling import currency_of
from insiders_assets.errors import InsidersError, UsageError
from insiders_assets.ingest.inspection.findings import Inspection
from insiders_assets.ingest.inspection.inference import pattern_of
from insiders_assets.ingest.inspection.inspection import inspect
from insiders_assets.ingest.mapping.mapping_file import with_mapping
from insiders_assets.ingest.mapping.schema import read_mappings
from insiders_assets.ingest.rules import IngestRules
from insiders_assets.storage.landing.folder import is_of_system, no_file, printable
from insiders_assets.storage.stores import Stores

if TYPE_CHECKING:
    from insiders_assets.settings import Settings


def inspect_file(
    settings: Settings,
    file: str,
    *,
    write: bool,
    pattern: str | None,
    as_json: bool,
    answers: Sequence[str] = (),
) -> None:
    """Look at a file and print what was found; write the mapping if asked to.

    Args:
        settings: Where the landing zone is and which rules hold.
        file: A path, or the name of a file in the landing zone.
        write: Put a proposed mapping into the landing zone's mapping file.
        pattern: Pattern of file names the mapping is for; the file's own name if None.
        as_json: Print one JSON object instead of text.
        answers: Answers to its questions, such as ``3=exclude``.

    Raises:
        UsageError: There is no such file or no landing zone to write to, the mapping file cannot be added to, or an
            answer is none to a question of the file.
        InsidersError: The file, or an export in it, would be set aside whole.
    """
    stores = Stores(settings)
    rules, text = IngestRules.from_settings(settings), stores.landing.mapping_text()
    place = stores.landing.mapping_place()
    if write and "://" not in place and not Path(place).parent.is_dir():
        raise UsageError(
            "is not there, so no mapping can be written into it",
            where=str(Path(place).parent),
            hint="name the landing zone by --landing, or the home it is in by --home",
        )
    if text is not None:
        rules = replace(rules, mappings=read_mappings(text, place))
    with _located(stores, file) as (path, name):
        by = answering(answers, ask=write and not as_json)
        neighbours = Neighbours(stores, path, name, rules)
        with neighbours.beside() as beside:
            found = inspect(path, name, neighbours.joined(), pattern or pattern_of(name), by, beside)
    if pattern and found.mapping and found.proposed and not found.mapping.fits(name):
        raise UsageError(
            "does not fit the file itself", where=f"--files {pattern}", hint=f"let it fit {name}"
        )
    wrote = False
    if write and found.proposed and found.mapping:
        new = with_mapping(text, found.mapping, name, place)
        stores.landing.write_mapping(new)
        wrote = True
    if as_json:
        typer.echo(json.dumps(_facts(found) | {"written": place if wrote else None}, ensure_ascii=False))
    else:
        print_inspection(found)
        typer.echo(ending(found, place, wrote=wrote))
    _require_read(found, name, wrote_to=place if wrote else "")


def _require_read(found: Inspection, name: str, *, wrote_to: str) -> None:
    """End with an error if a refresh would set something of the file aside, as is said above in full."""
    aside = [export for export in found.exports if export.outcome.set_aside]
    if not aside:
        return
    if found.questions and aside[0].outcome.set_aside.startswith("leaves question"):
        what = "would be set aside whole while a question about it is open"
        hint = "answer it with --answer 1=… and --write"
    elif wrote_to:
        what, hint = "would be set aside whole with this mapping", f"correct it in {wrote_to}"
    elif found.mapping:
        what, hint = "would be set aside whole with this mapping", "correct the mapping, or the file"
    else:
        what, hint = f"would be set aside whole: {aside[0].outcome.set_aside}", ""  # which says what to do
    raise InsidersError(what, where="/".join(filter(None, (name, aside[0].name))), hint=hint)


@contextmanager
def _located(stores: Stores, file: str) -> Iterator[tuple[Path, str]]:
    """Where a file can be read, and its name in the landing zone."""
    path = Path(file)
    if os.path.isfile(path) and not (path.is_symlink() and is_of_system(file)):  # noqa: PTH113 - it hears of no error
        yield path, _name(stores, path)
        return
    listed = False
    with suppress(InsidersError):
        listed = file in stores.landing.listing()
    if listed:
        with stores.landing.fetch(file) as fetched:
            yield fetched, file
        return
    raise UsageError(_missed(path), where=file, hint="name a file to look at")


def _missed(path: Path) -> str:
    """Return why a path is no file that can be looked at."""
    try:
        status = path.stat()
    except ValueError as error:
        return f"is no name of a file ({error})"
    except OSError as error:
        if os.path.islink(path):  # noqa: PTH114 - it hears of no error
            return f"is a link that leads nowhere ({error.strerror})"
        return (
            "is not there" if isinstance(error, FileNotFoundError) else f"cannot be opened ({error.strerror})"
        )
    return (
        "is a folder, not an export" if stat.S_ISDIR(status.st_mode) else f"{no_file(status)}, not an export"
    )


def _name(stores: Stores, path: Path) -> str:
    """Return a file's name as the landing zone would list it."""
    folder = os.path.realpath(stores.settings.landing_zone)
    found = os.path.realpath(path)
    if found.startswith(folder + os.sep):
        return printable(Path(found).relative_to(folder).as_posix())
    return printable(path.name)


def _facts(found: Inspection) -> dict[str, Any]:
    """Return everything found, for a program to read."""
    mapping = found.mapping.model_dump(mode="json", exclude_defaults=True) if found.mapping else None
    exports = [
        {
            "name": export.name,
            "form": export.form | export.outcome.form,
            "columns": [asdict(look) | {"holds": look.holds, "becomes": export.becomes.get(look.name)}
                        for look in export.columns],
            "first_rows": export.rows,
            "rows_read": export.outcome.rows_read,
            "rows_transactions": export.outcome.rows_transactions,
            "rows_quarantined": export.outcome.rows_quarantined,
            "rows_excluded": export.outcome.rows_excluded,
            "excluded": export.outcome.excluded,
            "set_aside": export.outcome.set_aside or None,
            "says": asdict(export.says) | {
                "first": str(export.says.first or ""), "last": str(export.says.last or ""),
                "currency": currency_of(export),
            },
            "rejected": [asdict(fault) for fault in export.faults],
        }
        for export in found.exports
    ]  # fmt: skip
    return {"file": found.name, "mapping": mapping, "proposed": found.proposed,
            "built_in": found.built_in or None, "doubts": found.doubts, "cheap": round(found.cheap, 6),
            "questions": question_facts(found.questions), "settled": settled_facts(found.settled),
            "exports": exports}  # fmt: skip
