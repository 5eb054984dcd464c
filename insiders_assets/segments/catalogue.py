"""The segments there are: those that every home has, and those of its ``segments.yaml``."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from insiders_assets.errors import UsageError
from insiders_assets.language.message import message
from insiders_assets.language.writer import PLAIN
from insiders_assets.places import is_kept
from insiders_assets.segments.rule import Rule
from insiders_assets.segments.segment import Segment
from insiders_assets.yaml_files import YamlText, load_yaml

if TYPE_CHECKING:
    from insiders_assets.places import Place

_NAME = re.compile(r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
FILE = "segments.yaml"
_KEYS = {"meaning", "rules"}


def _built_in(name: str, *rules: str) -> Segment:
    meaning = PLAIN.write(message(f"segment.{name}"))
    return Segment(name, meaning, tuple(Rule.parse(rule, name) for rule in rules))


BUILT_IN = (
    _built_in("entered", "change=entered"),
    _built_in("left", "change=left"),
    _built_in("next-to-leave", "leaves_next=true"),
    _built_in("at-risk", "is_member=true", "state=lapsing,lost"),
    _built_in("champions", "is_member=true", "state=active",
              "total_purchases>=6"),
    _built_in("one-step-away", "is_near_miss=true"),
    _built_in("new", "tenure<=30"),
    _built_in("sleeping", "is_member=false", "state=lost"),
)  # fmt: skip


def meaning_code(name: str, meaning: str) -> str | None:
    """Return the message that a segment's meaning is; None where ``segments.yaml`` says it in words of its own."""
    built_in = any(each.name == name and each.meaning == meaning for each in BUILT_IN)
    return f"segment.{name}" if built_in else None


def segments_of(home: Place) -> tuple[Segment, ...]:
    """Return the segments of a home: the built-in ones, and those of its ``segments.yaml`` if there is one.

    Raises:
        UsageError: The file is no YAML, or a segment in it is none.
    """
    path = home / FILE
    return read_segments(path.read_bytes(), str(path)) if is_kept(path) else BUILT_IN


def read_segments(text: str | bytes, where: str) -> tuple[Segment, ...]:
    """Return the segments of a file ``segments.yaml``, after the built-in ones.

    Args:
        text: YAML: names of segments, each with its ``rules`` and, if wanted, its ``meaning``.
        where: The file, for messages.

    Raises:
        UsageError: The file is no YAML, or a segment in it is none; the message names it, its line and what is allowed.
    """
    found = load_yaml(text, where)
    if found is None:
        return BUILT_IN
    if not isinstance(found, dict):
        raise UsageError(
            "holds no segments", where=where, hint="begin each with its name, as docs/programme.md shows"
        )
    file = YamlText(where, text)
    own = tuple(_segment(name, said, file.place) for name, said in found.items())
    return (*BUILT_IN, *own)


def _segment(name: Any, said: Any, place: Callable[..., str]) -> Segment:
    """Return a segment of the file; ``place`` tells where in it something stands."""
    where = place(name)
    taken = {segment.name for segment in BUILT_IN}
    if not isinstance(name, str) or not _NAME.match(name) or name in taken:
        why = "there is a built-in segment of that name" if name in taken else "is no name of a segment"
        raise UsageError(
            f"{name!r}: {why}", where=where, hint="name it in lower case with hyphens, such as big-french"
        )
    if not isinstance(said, dict) or not said.keys() <= _KEYS or not said.get("rules"):
        raise UsageError(
            f"{name}: is no segment", where=where, hint="give it rules: [..] and, if wanted, meaning: .."
        )
    rules = said["rules"]
    if not isinstance(rules, list) or not all(isinstance(rule, str) for rule in rules):
        raise UsageError(
            f"{name}: rules are a list of texts", where=where, hint="write rules: [revenue>=1000, state=lost]"
        )
    meaning = str(said.get("meaning") or ", ".join(rules))
    return Segment(
        name,
        meaning,
        tuple(_rule(rule, partial(place, name, "rules", at)) for at, rule in enumerate(rules)),
    )


def _rule(text: str, place: Callable[[], str]) -> Rule:
    """Return a rule of the file; only if it is none is the file read again to say where it stands."""
    try:
        return Rule.parse(text, "")
    except UsageError:
        return Rule.parse(text, place())
