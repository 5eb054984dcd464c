"""What the settings of every room are made of."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator
from pydantic_settings import NoDecode

T = TypeVar("T")

OPERATIONAL = "operational"
"""Marks a setting that changes how the platform works and never a result."""

Operational = Annotated[T, OPERATIONAL]


def _split(value: Any) -> Any:
    """Read ``a, b`` as two words: a list in an environment variable needs no JSON."""
    return (
        tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value
    )


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
