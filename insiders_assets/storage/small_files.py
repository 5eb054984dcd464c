"""Small files of one ingest that are read together: which ones, and what becomes of those that go together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from insiders_assets.ingest.batch_reader import LARGEST, Layout, asks_for_more, read_together, taken

if TYPE_CHECKING:
    from pathlib import Path

    from insiders_assets.ingest.row_counter import Sink
    from insiders_assets.ingest.rules import FileRules
    from insiders_assets.ingest.stats import Outcome
    from insiders_assets.storage.landing import FileSignature

TOGETHER = 4 << 20
"""Bytes of files read together: enough for what a reading costs by itself to be little beside them."""
MOST = 100
"""Files read together at most, so that progress is seen."""


@dataclass(frozen=True)
class SmallFile:
    """A small file at hand.

    Attributes:
        name: Its name in the landing zone.
        path: Where it can be read.
        text: Its bytes.
        content: Their hash.
    """

    name: str
    path: Path
    text: bytes
    content: str


def groups(names: Sequence[str], listing: Mapping[str, FileSignature]) -> Iterator[list[str]]:
    """Names in groups that are read in one go; a file that is not small is alone."""
    group: list[str] = []
    size = 0
    for name in names:
        own = listing[name].size
        if own > LARGEST:
            yield [name]
            continue
        if group and (size + own > TOGETHER or len(group) == MOST):
            yield group
            group, size = [], 0
        group.append(name)
        size += own
    if group:
        yield group


class SmallFiles:
    """Reads small files together where they mean the same together as alone.

    Args:
        rules: How a file is read, by its name.
    """

    def __init__(self, rules: Callable[[str], FileRules]) -> None:
        self._rules = rules
        self._layouts: dict[tuple[bytes, str], Layout | None] = {}

    def read(self, files: Sequence[SmallFile], sinks: Callable[[SmallFile], Sink]) -> dict[str, Outcome]:
        """Return what became of the files that could be read together, by name; the others have to be read alone.

        Args:
            files: The files.
            sinks: Gives the sink of a file.
        """
        alike: dict[int, tuple[Layout, list[SmallFile]]] = {}
        for file in files:
            layout = self._layout(file)
            if layout and layout.fits(file.text):
                alike.setdefault(id(layout), (layout, []))[1].append(file)
        outcomes = {}
        for layout, group in alike.values():
            if len(group) == 1:
                continue
            frames = read_together([file.text for file in group], layout)
            for file, frame in zip(group, frames, strict=True):
                rules = self._rules(file.name)
                if frame is not None and not asks_for_more(frame, rules):
                    outcomes[file.name] = taken(frame, file.text, layout, rules, sinks(file))
        return outcomes

    def _layout(self, file: SmallFile) -> Layout | None:
        rules = self._rules(file.name)
        key = file.text[: file.text.find(b"\n") + 1], rules.digest()
        if key not in self._layouts:
            self._layouts[key] = Layout.of(file.path, file.text, rules)
        return self._layouts[key]
