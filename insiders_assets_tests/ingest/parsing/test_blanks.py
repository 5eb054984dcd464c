"""Text is said to have spaces only around its values where that is so."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insiders_assets.ingest.parsing.blanks import only_spaces

NEXT_LINE, NO_BREAK, SOFT_HYPHEN, IDEOGRAPHIC, MARK = "\x85", "\xa0", "\xad", "\u3000", "\ufeff"


@pytest.mark.parametrize(
    ("text", "separator", "answer"),
    [
        ("a, b\n", ",", True),
        ("a, b\r\nc,d\r\n", ",", True),
        ("a, b\r\nc\rd\n", ",", False),  # a return that ends no line
        ("a\r\ré\n", ",", False),
        ("é,ß\r\n", ",", True),
        ("é,ß\n", ",", True),
        ("Ã,Å\n", ",", True),  # their second byte alone is no blank
        (f"é{NEXT_LINE}\n", ",", False),
        (f"é{NO_BREAK}\n", ",", False),
        (f"é{SOFT_HYPHEN}\n", ",", False),
        (f"é{IDEOGRAPHIC}\n", ",", False),
        (f"{MARK}é\n", ",", False),
        ("a\v\n", ",", False),
        ("a\f\n", ",", False),
        ("a\tb\n", ",", False),
        ("a\tb\n", "\t", True),
        ('"a"\tb\n', "\t", False),
    ],
)
def test_whether_there_is_another_blank_than_the_space(text, separator, answer):
    assert only_spaces(text.encode(), separator) is answer


LETTERS = st.sampled_from(f"aéÃ, \t\r\n\v\f{NEXT_LINE}{NO_BREAK}{SOFT_HYPHEN}{IDEOGRAPHIC}{MARK}\u2009\u1680")


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.text(LETTERS, max_size=12))
def test_where_it_says_yes_no_value_begins_or_ends_with_another(text):
    text += "\n"  # what is read ends with a line
    if only_spaces(text.encode(), ","):
        lines = text.replace("\r\n", "\n").split("\n")
        values = [value.strip(" ") for line in lines for value in line.split(",")]
        assert values == [value.strip().strip(SOFT_HYPHEN + MARK) for value in values]
