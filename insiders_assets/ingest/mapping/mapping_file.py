"""Adding a mapping to the text of a mapping file, which is the user's: what it says of other files stays as it is."""

from __future__ import annotations

from insiders_assets.errors import UsageError
from insiders_assets.ingest.mapping.schema import Mapping, Mappings, read_mappings, written

HEAD = "# How the exports of other shops are read: docs/exports.md. The first mapping that fits a file's name holds.\n"


def with_mapping(text: str | None, mapping: Mapping, name: str, where: str) -> str:
    """Return the text of a mapping file with a mapping that holds for the file called ``name``.

    It takes the place of the entry that the file is read by now, if that is for the same files; comments in that entry
    then stand above the new one. Otherwise it is put in front of every other entry that fits the file.

    Args:
        text: The file as it is, or None if there is none.
        mapping: What is added.
        name: A file that it must hold for.
        where: The file's place, for messages.

    Returns:
        The new text; the old one if it says the same already.

    Raises:
        UsageError: It is no mapping file, or is written so that nothing can be added without rewriting it.
    """
    if not (text or "").strip():
        return HEAD + written(Mappings(exports=(mapping,)))
    old = text or ""
    before = read_mappings(old, where)
    if before.of(name) == mapping:
        return old
    at = next((at for at, each in enumerate(before.exports) if each.fits(name)), len(before.exports))
    same = at < len(before.exports) and before.exports[at].files == mapping.files
    found = _inserted(old, mapping, at, replacing=same)
    expected = (*before.exports[:at], mapping, *before.exports[at + same :])
    if found is None or read_mappings(found, where).exports != expected:
        raise UsageError(
            "is written in a way that nothing can be added to without rewriting it",
            where=where,
            hint="add the proposed mapping by hand, before any other that fits the file",
        )
    return found


def _inserted(text: str, mapping: Mapping, at: int, *, replacing: bool) -> str | None:
    """Return the text with a mapping put in front of the entry at a place, or in its place, or after the last.

    Returns:
        The text; None if that cannot be done.
    """
    import yaml

    text = text if text.endswith("\n") else text + "\n"
    root = yaml.compose(text)
    if root is None:
        return text.rstrip("\n") + "\n" + written(Mappings(exports=(mapping,)))
    entries = next((value for key, value in root.value if key.value == "exports"), None)
    if entries is None or not entries.value or entries.flow_style:
        return _in_place_of_nothing(text, entries, mapping)
    lines = text.splitlines(keepends=True)
    column = entries.start_mark.column
    item = "".join(" " * column + line for line in _item(mapping).splitlines(keepends=True))
    if at < len(entries.value):
        line = entries.value[at].start_mark.line
    else:
        line = _line_after(lines, entries.end_mark.line, column)
    after = line
    if replacing:
        last = (
            entries.end_mark.line if at + 1 == len(entries.value) else entries.value[at + 1].start_mark.line
        )
        after = _line_after(lines, last, column)
        item = "".join([*(each for each in lines[line:after] if each.lstrip().startswith("#")), item])
    return "".join([*lines[:line], item, *lines[after:]])


def _in_place_of_nothing(text: str, entries: object, mapping: Mapping) -> str | None:
    """Return the text of a file with no mapping in it yet."""
    if entries is None:
        return None
    start, end = entries.start_mark, entries.end_mark  # type: ignore[attr-defined]
    if entries.value:  # type: ignore[attr-defined]
        return None
    return text[: start.index].rstrip(" ") + "\n" + _item(mapping) + text[end.index :].lstrip(" \n")


def _line_after(lines: list[str], end: int, column: int) -> int:
    """Return the line after the last one of the list, which may end above blank lines and comments."""
    while end > 0 and (not lines[end - 1].strip() or _is_comment(lines[end - 1], column)):
        end -= 1
    return end


def _is_comment(line: str, column: int) -> bool:
    return line.lstrip().startswith("#") and len(line) - len(line.lstrip()) <= column


def _item(mapping: Mapping) -> str:
    """Return a mapping as an entry of the list."""
    return written(Mappings(exports=(mapping,))).split("\n", 1)[1]
