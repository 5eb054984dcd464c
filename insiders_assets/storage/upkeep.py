"""What a home of a former version lacks, given to it before a refresh: rights for its user alone, and checksums."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from insiders_assets import checksums
from insiders_assets.storage.carried_rows import FOLDER as CARRIED
from insiders_assets.storage.home_format import require_format, say_format
from insiders_assets.storage.parts import is_whole
from insiders_assets.storage.private import tightened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from insiders_assets.storage.stores import Stores


def kept_up(stores: Stores) -> list[str]:
    """Give a home what it lacks; what was done, a line each.

    Raises:
        InsidersError: A newer version of the platform wrote it, or its warehouse.
    """
    require_format(stores)
    lines = [line for line in (tightened(stores.home), _adopted(stores)) if line]
    say_format(stores)
    return lines


def damaged(stores: Stores) -> list[str]:
    """Return everything in a home that is not what was written, by its place; reports say it of themselves."""
    found = [str(path) for path in _read_again(stores) if not checksums.is_whole(path)]
    for folder, part in stores.transactions.parts():
        path = folder / part.path
        if path.exists() and not is_whole(folder, part):
            found.append(str(path))
    return sorted(found)


def _adopted(stores: Stores) -> str:
    count = stores.transactions.adopt() + sum(map(checksums.adopt, _read_again(stores)))
    if not count:
        return ""
    what = "1 file has its checksum" if count == 1 else f"{count:,} files have their checksums"
    return f"{stores.home}: {what} from now on"


def _read_again(stores: Stores) -> Iterator[Path]:
    """Yield what is written to be read again on this machine, but parts: files, and the folders of models."""
    home = stores.home
    if not isinstance(home, Path):
        return
    models = [home / "lake" / "segmentation_model", home / "history" / "segmentation_model"]
    rooms = (home / "lake", home / "held", home / "history")
    tables = (path for room in rooms for path in sorted(room.glob("*.parquet")))
    yield from (path for path in tables if path.is_file())
    yield from sorted((home / "lake" / CARRIED).glob("[!.]*.*"))
    yield from (home / name for name in ("forgotten.json", "format.json"))
    yield from (home / "lake" / name for name in ("refresh.json", "raw_transactions.manifest.json"))
    yield home / "held" / "refresh.json"
    yield models[0] / "latest.json"
    yield from sorted((home / "deliveries").glob("*/*/[!.]*.*"))
    yield from (folder.parent for root in models for folder in sorted(root.glob("[!.]*/card.json")))
