"""Kinds: what most members of a cluster are, said by the model's named axes; the names are made of nothing else.

A word is given to a cluster only if at least :data:`MOST` of its identified customers are what it says: above the
median of all identified customers, or not above it. Where two clusters would be called alike, the one whose members lie
beyond the quarter point is called *very* so, if as many of them do. A name that a cluster already has is kept for as
long as it is true.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from insiders_assets.language.message import Message, message
from insiders_assets.language.texts import TEXTS

MOST = 0.6
"""Share of a cluster's customers who must be what a word of its name says."""


@dataclass(frozen=True)
class Axis:
    """One thing that kinds are told apart by.

    Attributes:
        name: What the model calls it.
        feature: The feature it is read from.
        high: What customers above the median are.
        low: What the others are.
    """

    name: str
    feature: str
    high: str
    low: str


AXES = (
    Axis("how_often", "total_purchases", "often", "seldom"),
    Axis("how_much", "avg_ticket", "big", "small"),
    Axis("how_dear", "avg_line_value", "dear", "cheap"),
)
"""How often they buy, how much at a time, and how dear the items are; a model without named axes uses all."""

MIXED = "In between"
"""What a cluster is called of which no word is true of enough members."""

ALL = "All customers"
"""What the only cluster is called."""

Words = dict[int, dict[str, str]]
"""By cluster, the word on each axis that is true of it."""


def kind_words(customers: pl.DataFrame, axes: Sequence[str] = ()) -> Words:
    """Return what at least :data:`MOST` of each cluster's customers are, by axis.

    Args:
        customers: Customers with features, ``cluster`` and ``is_identified``; the identified ones are measured, or
            all if none is.
        axes: The model's axes by name; all there are if it names none.
    """
    return _words(customers, axes, (0.5, 0.5))


def name_kinds(
    customers: pl.DataFrame,
    order: Sequence[int],
    axes: Sequence[str] = (),
    names_before: Mapping[int, str] | None = None,
    kept: Collection[str] = (),
) -> dict[int, str]:
    """Return a unique name for every cluster.

    Args:
        customers: As for :func:`kind_words`.
        order: Clusters, highest mean revenue first.
        axes: The model's axes by name.
        names_before: The names that clusters already have.
        kept: Names that settings call clusters by, in any case: who has one keeps it.
    """
    if len(order) == 1:
        return {order[0]: ALL}
    plain, strong = kind_words(customers, axes), _words(customers, axes, (0.25, 0.75))
    called = {name.casefold() for name in kept}
    names: dict[int, str] = {}
    for cluster in order:
        before = (names_before or {}).get(cluster, "")
        held = before.casefold() in called or _holds(before, plain[cluster], strong[cluster])
        if before and held and before not in names.values():
            names[cluster] = before
    alike = Counter(_name(plain[cluster]) for cluster in order)
    for cluster in order:
        if cluster in names:
            continue
        name = _name(plain[cluster])
        if alike[name] > 1 or name in names.values():
            name = _name(plain[cluster] | {axis: f"very {word}" for axis, word in strong[cluster].items()})
        names[cluster] = name if name not in names.values() else f"{name} ({cluster})"
    return names


def called(name: str) -> Message:
    """Return a name as the message that says it: its words where it is made of those of kinds, or else as it is.

    Names are kept from refresh to refresh and given in settings, so that the name itself is what is remembered.
    """
    if name == ALL:
        return message("name.all")
    words, _, number = name.removesuffix(")").partition(" (")
    kinds = [
        "name.mixed" if word == MIXED.casefold() else f"word.{word.replace(' ', '_')}"
        for word in words.casefold().split(", ")
    ]
    if not set(kinds) <= TEXTS.keys() or (number and not number.isdecimal()):
        return message("name.given", name=name)
    labels = [message(kind) for kind in kinds]
    return (
        message("name.numbered", words=labels, number=int(number))
        if number
        else message("name", words=labels)
    )


def _words(customers: pl.DataFrame, axes: Sequence[str], borders: tuple[float, float]) -> Words:
    known = customers.filter("is_identified") if customers["is_identified"].any() else customers
    found: Words = {cluster: {} for cluster in customers["cluster"].unique().sort().to_list()}
    for axis in (axis for axis in AXES if not axes or axis.name in axes):
        values = known[axis.feature].cast(pl.Float64)
        if values.n_unique() < 2:
            continue
        if borders[0] == borders[1]:
            low = high = parted_at(values)
            below = pl.col(axis.feature) <= low
        else:
            low, high = (float(values.quantile(border) or 0.0) for border in borders)
            below = pl.col(axis.feature) < low
        shares = known.group_by("cluster").agg(high=(pl.col(axis.feature) > high).mean(), low=below.mean())
        for cluster, above, under in shares.select("cluster", "high", "low").iter_rows():
            if above >= MOST:
                found[cluster][axis.name] = axis.high
            elif under >= MOST:
                found[cluster][axis.name] = axis.low
    return found


def parted_at(values: pl.Series) -> float:
    """Return the value that halves others as evenly as can be.

    The median, or the next below it if too many equal it.
    """
    median = float(values.median() or 0.0)  # type: ignore[arg-type]
    lower = values.filter(values < median)
    even = (values > median).sum() >= len(lower)
    return median if even else float(lower.max())  # type: ignore[arg-type]


def _name(words: Mapping[str, str]) -> str:
    name = ", ".join(words[axis.name] for axis in AXES if axis.name in words) or MIXED
    return name[0].upper() + name[1:]


def _holds(name: str, plain: Mapping[str, str], strong: Mapping[str, str]) -> bool:
    """Return whether every word of a name is still true of enough members, and it is a name made of such words."""
    true = {*plain.values(), *(f"very {word}" for word in strong.values())}
    words = {word.casefold() for word in name.partition(" (")[0].split(", ")}
    return bool(words) and words <= true and len(words) >= len(plain)
