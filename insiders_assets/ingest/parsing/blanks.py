"""Which blanks values of a text can have around them: where it can only be the space, none need be looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TAB, _RETURN, _NEWLINE = b"\t", 13, 10
_RARE = (b"\v", b"\f")
_TWO_BYTES = (0x85, 0xA0, 0xAD)
"""What follows 0xC2 in the UTF-8 of a blank: the next line, the space that does not break and the soft hyphen."""
_THREE_BYTES = (b"\xe1", b"\xe2", b"\xe3", b"\xef\xbb")
"""What the UTF-8 of every other blank begins with, and of the mark that files begin with."""


def only_spaces(text: bytes, separator: str) -> bool:
    """Return whether a value of delimited text can begin or end with no other blank than a space.

    Args:
        text: The text in UTF-8; it may say no where the answer is yes, but not the other way round.
        separator: The character between its values.
    """
    if any(blank in text for blank in _RARE) or (_TAB in text and (separator != "\t" or b'"' in text)):
        return False
    if b"\r" not in text and text.isascii():
        return True
    data = np.frombuffer(text, dtype=np.uint8)
    if b"\r" in text and (_after(data, _RETURN) != _NEWLINE).any():
        return False
    if text.isascii():
        return True
    if any(lead in text for lead in _THREE_BYTES):
        return False
    return not np.isin(_after(data, 0xC2), _TWO_BYTES).any()


def _after(data: NDArray[np.uint8], byte: int) -> NDArray[np.uint8]:
    """Return what follows each occurrence of a byte."""
    places = np.flatnonzero(data == byte) + 1
    return data[places[places < len(data)]]
