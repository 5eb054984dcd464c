"""The reference of all settings: what each is called, may be, is unless given, and means.

``python -m insiders_assets.settings.reference`` prints it; ``make dictionary`` keeps it in the documentation.
"""

from __future__ import annotations

import types
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import ByteSize, SecretStr

from insiders_assets.settings.fields import OPERATIONAL
from insiders_assets.settings.settings import ROOMS

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

OPENING = """\
# Settings

Every setting is an environment variable. Written from the code by `make dictionary`; do not edit. `insiders settings`
shows the values that a command would have, and where each comes from. A setting with *result* in the last column can
change who is chosen or what is reported: after a change of it, the next `insiders run` refreshes everything.
"""

TYPES = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    date: "date",
    SecretStr: "text, secret",
    ByteSize: "amount of memory",
}


def markdown() -> str:
    """Return the reference as a page of Markdown."""
    lines = [OPENING]
    for title, room in ROOMS.items():
        lines += [f"## {title}\n", room.__doc__ or "", ""]
        lines += [
            "| variable | may be | unless given | meaning | changes |",
            "| --- | --- | --- | --- | --- |",
        ]
        lines += [_row(name, field) for name, field in room.model_fields.items()]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _row(name: str, field: FieldInfo) -> str:
    cells = [
        f"`INSIDERS_{name.upper()}`",
        _may_be(field.annotation),
        _default(field.default),
        field.description or "",
        "" if OPERATIONAL in field.metadata else "result",
    ]
    return "| " + " | ".join(cell.replace("|", "\\|").replace("<", "&lt;") for cell in cells) + " |"


def _may_be(annotation: Any) -> str:
    """Return what a value of a type is, in words."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _may_be(parts[0])
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(_may_be(part) for part in parts if part is not type(None)))
    if origin is Literal:
        return ", ".join(f"`{part}`" for part in parts)
    if origin is tuple:
        return "texts, separated by commas"
    return TYPES[annotation]


def _default(value: Any) -> str:
    """Return a default as it would be written into the variable."""
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, tuple):
        value = ",".join(map(str, value))
    if isinstance(value, bool):
        value = str(value).lower()
    return "" if value in (None, "") else f"`{value}`"


if __name__ == "__main__":
    print(markdown(), end="")
