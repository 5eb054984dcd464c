"""Customer ids written in one way by rules that a file gives reason for, or a mapping asks for by ``unify_ids``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Literal, get_args

import polars as pl

Form = Literal["marks", "points", "first_address", "tag", "case", "punctuation", "phone", "prefix"]
"""``marks``: a spreadsheet's apostrophe in front, commas between thousands and a decimal comma; ``points``: points or
blanks between thousands, and ``#`` in front; ``first_address``: the first of several e-mail addresses; ``tag``: no tag
between ``+`` and ``@``; ``case``: lower case; ``punctuation``: no hyphens, points, slashes or blanks beside letters;
``phone``: the digits of a telephone number, with its country's code but without ``+`` or ``00``; ``prefix``: no letters
in front of numbers.
"""
FORMS: tuple[Form, ...] = get_args(Form)

MARKED = r"^(?:['’`´]+\w|\d{1,3}(?:,\d{3})+$|\d+,00?$)"
"""What an id looks like that has marks."""
POINTED = r"^\d{1,3}(?:[.'’ \u00a0\u202f]\d{3})+$"
"""What a number looks like that has points or blanks between thousands."""
PREFIXED = r"^(?i)([a-z]{1,12}[-_ .#:/]*)(\d+)$"
"""A number with letters in front."""
TAGGED = r"^([^\s+@]+)\+[^\s@]*(@[^\s@]+)$"
"""An address with a tag, which reaches the one without."""
PHONE = r"^(?:\+|00)?\s?\(?\d[\d\s().\-/]{6,22}\d$"
"""What a telephone number looks like."""
_THOUSANDS = r"^\d{1,3}(?:,\d{3})+$"
_SEVERAL = r"^\s*([^\s;,|/<>]+@[^\s;,|/<>]+?)\s*[;,|/\s]+.*@.*$"


def written_by(ids: pl.Series, form: Form) -> pl.Series:
    """Return ids as a form writes them.

    Args:
        ids: Customer ids, text.
        form: The form.
    """
    text = pl.col("id")
    made: pl.Expr
    if form == "marks":
        bare = text.str.replace(r"^['’`´]+(\w)", "$1").str.replace(r"^(\d+),00?$", "$1")
        made = pl.when(bare.str.contains(_THOUSANDS)).then(bare.str.replace_all(",", "", literal=True))
        made = made.otherwise(bare)
    elif form == "points":
        bare = text.str.replace(r"^[#№]\s*(\w)", "$1")
        made = pl.when(text.str.contains(POINTED)).then(text.str.replace_all(r"\D", "")).otherwise(bare)
    elif form == "prefix":
        made = text.str.replace(PREFIXED, "$2")
    elif form == "phone":
        digits = text.str.replace_all(r"\(0\)|\D", "").str.replace(r"^00", "")
        made = pl.when(text.str.contains(PHONE)).then(digits).otherwise(text)
    elif form == "tag":
        made = text.str.replace(TAGGED, "$1$2")
    elif form == "first_address":
        made = text.str.replace(_SEVERAL, "$1")
    else:
        made = text.str.to_lowercase()
        if form == "punctuation":
            bare = made.str.replace_all(r"[-_ /.]+([a-z])", "$1").str.replace_all(r"([a-z])[-_ /.]+", "$1")
            made = pl.when(text.str.contains("@", literal=True)).then(text).otherwise(bare)
    return ids.to_frame("id").select(made).to_series().alias(ids.name)


def with_one_form(column: pl.Series, forms: Collection[Form], counts: Counter[str]) -> pl.Series:
    """Return customer ids with all of some forms applied, in their order.

    Args:
        column: The ids.
        forms: The forms.
        counts: Takes in how many values each changes.
    """
    for form in FORMS:
        if form in forms:
            new = written_by(column, form)
            counts[form] += int((new != column).fill_null(value=False).sum())
            column = new
    return column
