"""Catalogues: what each text says in a language, as gettext looks it up."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel.support import Translations

CATALOGUES = Path(__file__).parent / "catalogues"


@lru_cache
def translations(language: str) -> Translations:
    """Return the catalogue of a language: ``pt_BR.po`` has every text, ``en.po`` those that pages say better."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
    from babel.support import Translations

    with (CATALOGUES / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)
