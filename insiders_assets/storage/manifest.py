"""The manifest of parsed exports: which parts are current, and what became of every file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from insiders_assets.checksums import is_whole
from insiders_assets.errors import InsidersError
from insiders_assets.storage.atomic_write import write_noted
from insiders_assets.storage.landing import MAPPING, FileSignature

if TYPE_CHECKING:
    from insiders_assets.places import Place

FORMAT = 1


@dataclass(frozen=True)
class Part:
    """A parquet file.

    Attributes:
        path: Its path relative to its folder.
        rows: Its rows.
        size: Its bytes.
        checksum: Their SHA-256, in hex; empty in homes of before.
    """

    path: str
    rows: int
    size: int
    checksum: str = ""

    @property
    def month(self) -> str:
        """The month that its transactions are of, such as ``2026-01``."""
        return self.path.partition("/")[0].removeprefix("invoice_month=")


@dataclass
class ParsedExport:
    """One export (a file, or a member of an archive) and what became of it.

    Attributes:
        name: The export's name in ``source_file``.
        content: Hash of the bytes of its file.
        rows_read: Its rows.
        rows_transactions: Rows that became transactions.
        rows_quarantined: Rows that did not.
        set_aside: Why the whole export was set aside, or empty.
        duplicates: Rows that repeat an earlier row of the export exactly.
        form: What was found out about its form.
        rows_added: Returns made of rows that were sold and given back; they are transactions beside those rows.
        excluded: Rows that a rule of the mapping leaves out: how many, and what they amount to, by rule.
        money: What its transactions amount to, sold and returned.
        cheap: As much of it as stands on lines whose price is hardly one.
        notes: What the user should know of how it was read.
        days: The first and the last day of its transactions, those of repeated orders included, since 1970.
        parts: Its transactions, in the order of the export.
        rejected: Its rejected rows.
    """

    name: str
    content: str = ""
    rows_read: int = 0
    rows_transactions: int = 0
    rows_quarantined: int = 0
    set_aside: str = ""
    duplicates: int = 0
    form: dict[str, Any] = field(default_factory=dict)
    rows_added: int = 0
    excluded: dict[str, dict[str, float]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    money: float = 0.0
    cheap: float = 0.0
    days: list[int] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    rejected: list[Part] = field(default_factory=list)

    @property
    def rows_excluded(self) -> int:
        """Rows that a rule leaves out."""
        return int(sum(found["rows"] for found in self.excluded.values()))


@dataclass
class ParsedFile:
    """A file of the landing zone as it was when it was parsed.

    Attributes:
        signature: What it looked like from outside.
        content: Hash of its bytes.
        rules: Digest of the rules it was read by.
        same_as: The file that has the same content and counts in its place, or empty.
        exports: The exports in it; none if it does not count.
        earlier: Exports it held before its content changed, where those are to be kept.
        gone: Whether it is no longer there, and its rows are kept.
        compared: Other exports that its orders were compared with, with their contents, by name.
    """

    signature: FileSignature
    content: str
    rules: str
    same_as: str = ""
    exports: list[ParsedExport] = field(default_factory=list)
    earlier: list[ParsedExport] = field(default_factory=list)
    gone: bool = False
    compared: dict[str, str] = field(default_factory=dict)

    def all_exports(self) -> list[ParsedExport]:
        """Return its exports, the earlier ones first."""
        return [*self.earlier, *self.exports]


@dataclass
class Manifest:
    """What is in the landing zone, and what became of it.

    Attributes:
        files: Every file by its name.
        mapping: What the mapping file looked like, or None if there was none.
        cleaning: Cleaning rules that mappings override, by the name of the export they hold for.
    """

    files: dict[str, ParsedFile] = field(default_factory=dict)
    mapping: FileSignature | None = None
    cleaning: dict[str, dict[str, Any]] = field(default_factory=dict)

    def exports(self) -> Iterator[tuple[ParsedFile, ParsedExport]]:
        """Yield every export that counts, sorted by name."""
        for name in sorted(self.files):
            for export in self.files[name].all_exports():
                yield self.files[name], export

    def cheap(self) -> float:
        """Return the share of all money that stands on lines whose price is hardly one."""
        exports = [export for _, export in self.exports()]
        money = sum(export.money for export in exports)
        return sum(export.cheap for export in exports) / money if money else 0.0

    def excluded(self) -> dict[str, dict[str, float]]:
        """Return rows that rules of mappings leave out of all exports: how many, and what they amount to, by rule.

        Customers are counted where a rule leaves out lines of one export: those of several may be the same people.
        """
        found: dict[str, dict[str, float]] = {}
        for _, export in self.exports():
            for rule, out in export.excluded.items():
                if rule not in found:
                    found[rule] = dict(out)
                    continue
                found[rule].pop("customers", None)
                for key in found[rule]:
                    found[rule][key] += out[key]
        return found

    def digest(self) -> str:
        """Return a hash of what the transactions follow from: contents and rules, whatever the files are called."""
        facts = sorted(
            [file.rules, *(f"{export.content} {export.rows_transactions}" for export in file.all_exports())]
            for file in self.files.values()
            if file.all_exports()
        )
        rules = sorted(json.dumps(rules, sort_keys=True) for rules in self.cleaning.values())
        return hashlib.sha256(json.dumps([facts, rules]).encode()).hexdigest()[:16]

    def listing(self) -> dict[str, FileSignature]:
        """Return the files that were there, and the mapping, with their signatures, sorted by name."""
        found = {name: file.signature for name, file in self.files.items() if not file.gone}
        if self.mapping:
            found[MAPPING] = self.mapping
        return dict(sorted(found.items()))

    def write(self, path: Place) -> None:
        """Replace the manifest at ``path``, all at once."""
        head = {"format": FORMAT, "mapping": self.mapping, "cleaning": self.cleaning}
        files = ",\n".join(f"{_dump(name)}: {_dump(file)}" for name, file in sorted(self.files.items()))
        write_noted(path, f'{_dump(head)[:-1]}, "files": {{\n{files}\n}}}}\n')

    @classmethod
    def read(cls, path: Place) -> Manifest | None:
        """Return the manifest at ``path``, or None if there is none that is whole and that this version can read."""
        if not is_whole(path):
            return None
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            if found["format"] != FORMAT:
                return None
            mapping = FileSignature(**found["mapping"]) if found["mapping"] else None
            files = {name: _file(entry) for name, entry in found["files"].items()}
            return cls(files, mapping, found["cleaning"])
        except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError):
            return None


def to_read_again(manifest: Manifest, month: str) -> Manifest:
    """Return the manifest with every file that holds transactions of a month marked as one to be read again.

    Raises:
        InsidersError: There is no such file.
    """
    holding = {
        name
        for name, file in manifest.files.items()
        if any(part.month == month for export in file.exports for part in export.parts)
    }
    if not holding:
        raise InsidersError(
            f"no export holds a transaction of {month}", where="month", hint="choose another month"
        )
    files = {
        name: replace(file, rules="") if name in holding and not file.gone else file
        for name, file in manifest.files.items()
    }
    return replace(manifest, files=files)


def _dump(value: Any) -> str:
    return json.dumps(value, default=vars)


def _file(entry: dict[str, Any]) -> ParsedFile:
    exports = {key: [_export(export) for export in entry[key]] for key in ("exports", "earlier")}
    return ParsedFile(**entry | exports | {"signature": FileSignature(**entry["signature"])})


def _export(entry: dict[str, Any]) -> ParsedExport:
    return ParsedExport(
        **entry | {key: [Part(**part) for part in entry[key]] for key in ("parts", "rejected")}
    )
