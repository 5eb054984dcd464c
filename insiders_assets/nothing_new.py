"""What ``insiders run`` said when nothing was new, said again while everything it had looked at is as it was.

Whether anything is new is found out by what reads exports, models and the warehouse, and importing it takes longer than
looking. So the answer is kept in the home beside a fingerprint of all that it followed from, and more: the command,
settings and version, the day, every file of the landing zone and of the home but for parts of transactions, which their
manifest names. Any difference, and any doubt, means that the whole way is gone. Only the standard library is imported.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from insiders_assets import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FILE = "nothing_new.json"
SMALL = 1 << 16
"""Bytes up to which a file of the home is compared by its content: the records that others hang on are all smaller."""
TOLD = ("INSIDERS_", "DAGSTER_", "LC_", "LANG", "TZ")
"""What variables begin with that decide what is said."""
_OURS = ("dagster", "quarantine", "refreshes", FILE, "insiders.db-shm", ".lock", ".beside.lock")
"""What is in a home and decides nothing, or changes when it is looked at."""


def fingerprint(words: Sequence[str]) -> str | None:
    """Return a hash of everything that the answer to a command may follow from, or None if that is not all at hand.

    Args:
        words: The command, without the program's name.
    """
    variables = {
        name: value for name, value in sorted(os.environ.items()) if value and name.upper().startswith(TOLD)
    }
    options = _options(words)
    if options is None or sys.stdout.isatty():
        return None
    settings = {name.upper(): value for name, value in variables.items()} | options
    home = settings.get("INSIDERS_HOME", "data")
    landing = settings.get("INSIDERS_LANDING") or f"{home.rstrip('/')}/landing"
    if "INSIDERS_DATABASE_URL" in settings or "://" in home + landing:
        return None
    named = [
        Path(value) for name, value in settings.items() if name not in ("INSIDERS_HOME", "INSIDERS_LANDING")
    ]
    try:
        facts = [
            [__version__, sys.version, str(Path.cwd()), time.strftime("%Y-%m-%d"), list(words), variables],
            [_look(path) for path in named if len(str(path)) < 1000 and path.is_file()],
            sorted(_files(Path(landing), "")),
            sorted(_of_home(Path(home), Path(landing))),
        ]
    except OSError:
        return None
    return hashlib.sha256(json.dumps(facts).encode("utf-8", "surrogateescape")).hexdigest()


def said_again(words: Sequence[str]) -> bool:
    """Say what was said before, if it still stands; whether it does."""
    if (place := _place(words)) is None:
        return False
    try:
        kept = json.loads(place.read_text(encoding="utf-8"))
        if kept["seal"] != _seal(kept["seen"], kept["said"]) or kept["seen"] != fingerprint(words):
            return False
        with (place.parent / ".lock").open("rb") as lock:  # whoever holds it is about to change something
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (OSError, ValueError, KeyError, TypeError):
        return False
    sys.stdout.write(kept["said"])
    sys.stdout.flush()
    return True


def keep(words: Sequence[str], seen: str | None, said: str) -> None:
    """Keep what was said, if all is still as it was seen before anything was looked at.

    Args:
        words: The command.
        seen: Its fingerprint of then.
        said: What it said on standard output.
    """
    from insiders_assets.unfinished import replacement

    place = _place(words)
    if place is None or seen is None or seen != fingerprint(words):
        return
    with suppress(OSError), replacement(place) as temporary:
        temporary.write_text(
            json.dumps({"seen": seen, "said": said, "seal": _seal(seen, said)}), encoding="utf-8"
        )


def _options(words: Sequence[str]) -> dict[str, str] | None:
    """Return the places that a plain ``insiders run`` names; None for any other command."""
    if not words or words[0] != "run":
        return None
    found: dict[str, str] = {}
    rest = iter(words[1:])
    for word in rest:
        name, equals, value = word.partition("=")
        if name in ("--home", "--landing"):
            value = value if equals else next(rest, "")
            if not value:
                return None
            found[f"INSIDERS_{name[2:].upper()}"] = value
        elif word not in ("--json", "--answers"):
            return None
    return found


def _place(words: Sequence[str]) -> Path | None:
    """Return where the answer to a command is kept."""
    options = _options(words)
    if options is None:
        return None
    found = {name.upper(): value for name, value in os.environ.items() if value} | options
    home = found.get("INSIDERS_HOME", "data")
    return None if "://" in home else Path(home) / FILE


def _of_home(home: Path, landing: Path) -> Iterator[list[str | int]]:
    """Yield what is in a home, small files by their content."""
    for entry in os.scandir(home):
        if entry.name in _OURS or os.path.realpath(entry.path) == os.path.realpath(landing):
            continue
        if entry.name == "insiders.db-wal":
            yield [entry.name, entry.stat().st_size]
        elif entry.name == "reports":
            latest = Path(entry.path, "latest")
            yield [entry.name, str(latest.readlink()) if latest.is_symlink() else ""]
            yield from _files(latest, "reports/")
        elif entry.is_dir():
            yield from _files(Path(entry.path), f"{entry.name}/", content=True)
        else:
            yield _look(Path(entry.path), content=True)


def _files(folder: Path, prefix: str, *, content: bool = False) -> Iterator[list[str | int]]:
    """Yield every file below a folder."""
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            if entry.name != "raw_transactions.parquet":
                yield from _files(Path(entry.path), f"{prefix}{entry.name}/", content=content)
        else:
            yield [prefix, *_look(Path(entry.path), content=content)]


def _look(path: Path, *, content: bool = False) -> list[str | int]:
    """Return what a file looks like from outside; of a small one also what it holds, if that is asked for."""
    status = path.stat()
    found: list[str | int] = [path.name, status.st_size, status.st_mtime_ns, status.st_mode, status.st_ino]
    if content and status.st_size <= SMALL:
        found.append(hashlib.sha256(path.read_bytes()).hexdigest())
    return found


def _seal(seen: str, said: str) -> str:
    """Return a checksum of what is kept: a flipped bit is never said."""
    return hashlib.sha256(f"{seen}\n{said}".encode()).hexdigest()
