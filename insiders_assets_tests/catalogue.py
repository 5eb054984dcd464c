"""Every text of the product that people read, as written in its code, templates and contracts.

``python -m insiders_assets_tests.catalogue`` brings the catalogues up to date: new texts come in empty, to be
translated, and texts that nobody uses any more go. It prints what is not translated yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from insiders_assets.contracts.customers import FEATURES
from insiders_assets.contracts.messages import without_facts
from insiders_assets.contracts.programme import MEMBERS
from insiders_assets.language import DEFAULT, LANGUAGES
from insiders_assets.language.slots import PLACE, Counted
from insiders_assets.language.texts import SUBJECTS
from insiders_assets.storage.warehouse import OF_CUSTOMERS

PACKAGE = Path(__file__).parents[1] / "insiders_assets"
CATALOGUES = PACKAGE / "language" / "catalogues"
MESSAGES = PACKAGE / "language" / "texts"
"""Where messages are, whose texts are taken from what the files declare."""

ROOMS = ("cli", "language", "presentation", "report", "dashboard")
"""The parts of the package that speak to people in their language."""

SHOWN = {*without_facts(MEMBERS.names), *(column.name for column in FEATURES)}
"""Columns whose meaning the spreadsheet explains."""

KEYWORDS: dict[str, Any] = {"text": None, "mark": None, "plural": (1, 2), "_": None, "ngettext": (1, 2)}


def template() -> Catalog:
    """The catalogue that a translation fills: texts in the order of the code that shows them."""
    catalogue = Catalog(project="insiders-assets", charset="utf-8")
    for room in ROOMS:
        found = sorted(path for path in (PACKAGE / room).rglob("*.py") if path.parent != MESSAGES)
        _add(catalogue, found, "python")
        _add(catalogue, sorted((PACKAGE / room).rglob("templates/*.html")), babel_extract)
    for column in (*MEMBERS.columns, *FEATURES):
        if column.name in SHOWN:
            catalogue.add(column.meaning)
    for table in OF_CUSTOMERS.values():
        catalogue.add(table.meaning)
        for column in table.columns:
            catalogue.add(column.meaning)
    _add_messages(catalogue)
    return catalogue


def _add_messages(catalogue: Catalog) -> None:
    """Add what tables can say: the texts of messages and what they count, where there is a word in them."""
    for subject in SUBJECTS:
        place = Path(subject.__file__ or "").relative_to(PACKAGE.parent).as_posix()
        for text in subject.TEXTS.values():
            counted = [slot for slot in text.slots.values() if isinstance(slot, Counted)]
            forms = [(text.english, text.many), *((slot.one, slot.many) for slot in counted)]
            for one, many in forms:
                if re.search(r"[^\W\d_]", PLACE.sub("", one)):
                    catalogue.add((one, many) if many else one, locations=[(place, 0)])


def _add(catalogue: Catalog, paths: Iterable[Path], method: Any) -> None:
    for path in paths:
        for _, message, _, _ in extract_from_file(method, str(path), keywords=KEYWORDS):
            catalogue.add(message, locations=[(path.relative_to(PACKAGE.parent).as_posix(), 0)])


def read_catalogue(name: str) -> Catalog:
    """A language's catalogue."""
    with (CATALOGUES / f"{name}.po").open("rb") as file:
        return read_po(file, locale=name)


def untranslated(language: str) -> list[Message]:
    """The texts of the product that a language's catalogue lacks, or lacks a form of."""
    done = {
        message.id
        for message in read_catalogue(language)
        if message.string and not message.fuzzy and (isinstance(message.string, str) or all(message.string))
    }
    return [message for message in template() if message.id and message.id not in done]


def update(language: str) -> list[str]:
    """Bring one language's catalogue up to date; the texts that nobody has translated yet."""
    path = CATALOGUES / f"{language}.po"
    catalogue = read_catalogue(language)
    catalogue.update(template(), no_fuzzy_matching=True, update_header_comment=False)
    catalogue.obsolete.clear()
    if language == DEFAULT:  # English is what texts are written in: kept is what pages say better
        for message in [message for message in catalogue if message.id and not any(message.string or "")]:
            catalogue.delete(message.id)
        save(catalogue, path)
        return []
    save(catalogue, path)
    forms = {message.id: message.string for message in catalogue if message.id}
    return [
        text if isinstance(text, str) else text[0]
        for text, told in forms.items()
        if not told or not (isinstance(told, str) or all(told))
    ]


def save(catalogue: Catalog, path: Path) -> None:
    """Write a catalogue with a header that says only what reading it needs, so that it changes when texts do."""
    header = (
        f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Language: {catalogue.locale}\\n"\n'
        f'"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    )
    with path.open("wb") as file:
        file.write(header.encode())
        write_po(file, catalogue, width=110, omit_header=True, include_lineno=False)


if __name__ == "__main__":
    for name in LANGUAGES:
        for text in update(name):
            print(f"{name}: not translated yet: {text}")
