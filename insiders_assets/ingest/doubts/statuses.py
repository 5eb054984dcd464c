"""Orders that did not come about: columns that look like a status, a payment state, a test flag or a cancellation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.ingest.doubts.codes import are_codes, back_codes, but_the_usual, fewer, removed_codes
from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.doubts.documents import unsold_beside_sales
from insiders_assets.ingest.doubts.empty_dates import is_no_date
from insiders_assets.ingest.doubts.refunds import gives
from insiders_assets.ingest.doubts.status_names import (
    is_a_region,
    is_about_shipping,
    is_of_changes,
    is_of_documents,
    is_unsold,
    kind_of,
)
from insiders_assets.ingest.doubts.status_words import NO, YES, group_of
from insiders_assets.ingest.doubts.twins import are_of_other_orders
from insiders_assets.ingest.mapping.columns import FLAG
from insiders_assets.ingest.mapping.entries import Refund, Rule
from insiders_assets.ingest.mapping.header_aliases import normalise
from insiders_assets.ingest.questions.question import Answer, Question, Seen

if TYPE_CHECKING:
    from insiders_assets.ingest.mapping.schema import Mapping
    from insiders_assets.ingest.sniffing.column_survey import Survey

MANY = 60
DIGIT = re.compile("[1-9]")
"""Different values above which a column is no status."""


def _watches(header: Header) -> tuple[int, ...]:
    marked = [header.plan.columns[FLAG]] if FLAG in header.plan.columns else []
    return tuple(at for at in sorted([*header.free, *marked]) if kind_of(header.names[at]))


def _asks(survey: Survey, header: Header) -> Iterator[Question]:
    for at in _watches(header):
        yield from _asked_of(survey, header, at)


def _asked_of(survey: Survey, header: Header, at: int) -> Iterator[Question]:
    """Yield what a column leaves open, a question for each thing that its values may say."""
    name, kind = header.names[at], kind_of(header.names[at])
    seen = seen_values(survey, at)
    if not seen:
        return
    known = spoken_for(header.mapping, name)
    if gives(name) in ("pieces", "cancelled", "amount"):  # looked at with what came back
        return
    if kind in ("cancelled", "archived", "test", "pending"):
        yield from _asked_of_flag(name, kind, seen, known)
    elif kind == "happened":
        yield from _asked_of_the_opposite(name, seen, known)
    elif len(seen) <= MANY:
        yield from _asked_of_words(survey, header, at, seen, known)


def _asked_of_words(
    survey: Survey, header: Header, at: int, seen: list[Seen], known: set[str]
) -> Iterator[Question]:
    """Yield what a column of words, or of codes, leaves open."""
    name, kind = header.names[at], kind_of(header.names[at])
    groups: dict[str, list[Seen]] = {}
    for each in seen:
        groups.setdefault(group_of(each.value) or "unknown", []).append(each)
    if kind == "how":
        groups = {group: [each for each in found if is_unsold(each.value)] for group, found in groups.items()}
        groups = {group: found for group, found in groups.items() if found and group != "unknown"}
        if not groups:
            return
    if kind == "kind" and (unsold := unsold_beside_sales([each.value for each in seen])):
        groups = _moved(groups, unsold)
    recognized = set(groups) - {"unknown"}
    if not recognized:
        groups = _of_codes(name, kind, seen)
    if not groups or (recognized == {"sold"} and kind == "kind"):
        return
    shipping = is_about_shipping(name)
    for group in ("cancelled", "pending", "refunded", "test", "internal", "unknown"):
        if shipping and group in ("pending", "unknown"):
            continue
        if group == "unknown" and kind == "kind" and recognized:
            continue
        if group == "refunded" and marks_returns(header.mapping, name):
            continue
        here = [each for each in groups.get(group, []) if each.value.casefold() not in known]
        if here and not (group == "refunded" and is_stated_elsewhere(survey, at, here)):
            if group == "pending" and sum(each.rows for each in here) == sum(each.rows for each in seen):
                yield status_question(name, group, here, likely="keep")  # nothing would be left
            else:
                yield said_of(survey, name, at, group, here, of_line=kind == "kind")


def _moved(groups: dict[str, list[Seen]], unsold: set[str]) -> dict[str, list[Seen]]:
    """Return values by what they say, with kinds of documents that are no sales among those that may not be."""
    found = {group: list(seen) for group, seen in groups.items()}
    for group in ("sold", "unknown"):
        here = [each for each in found.get(group, []) if each.value in unsold]
        found[group] = [each for each in found.get(group, []) if each not in here]
        found["pending"] = [*found.get("pending", []), *here]
    return {group: seen for group, seen in found.items() if seen}


def said_of(survey: Survey, name: str, at: int, group: str, seen: list[Seen], *, of_line: bool) -> Question:
    """Return the question that some values of a column leave open, by whether their lines repeat others.

    Lines that repeat what the same customer bought in another order are returns themselves, whatever they are called.
    """
    if group not in ("cancelled", "refunded", "unknown"):
        return status_question(name, group, seen, of_line=of_line)
    here = survey.text(at).is_in([each.value for each in seen])
    if not are_of_other_orders(survey, here):
        return status_question(name, group, seen, of_line=of_line)
    return status_question(name, group, seen, of_line=True, likely="return", repeats=True)


def _of_codes(name: str, kind: str | None, seen: list[Seen]) -> dict[str, list[Seen]]:
    """Return the values of a column without a word that is known, by what they may say."""
    values = [each.value for each in seen]
    if is_of_changes(name) and (gone := removed_codes(values)):
        return {"cancelled": [each for each in seen if each.value in gone]}
    if kind == "kind" and (back := back_codes(values)):
        return {"refunded": fewer(seen, back)}
    numbered = all(value.isdigit() for value in values)
    if (
        len(seen) < 2
        or (kind == "kind" and not (is_of_documents(name) and are_codes(values)))
        or (is_a_region(name) and not numbered)
    ):
        return {}
    return {"unknown": but_the_usual(seen)}


def _asked_of_flag(name: str, kind: str, seen: list[Seen], known: set[str]) -> Iterator[Question]:
    """Yield what a column of dates, or of yes and no, leaves open: whatever is not no says so."""
    said = [each for each in seen if normalise(each.value) not in NO and not is_no_date(each.value)]
    if not said or known & {"*", *(each.value.casefold() for each in said)}:
        return
    if all(normalise(each.value) in YES or group_of(each.value) for each in said):
        said = [each for each in said if group_of(each.value) != "sold" or normalise(each.value) in YES]
        if said:
            yield status_question(name, kind, said)
    elif len(said) < len(seen) and len(said) <= MANY:
        if kind in ("cancelled", "archived"):
            yield status_question(name, kind, said)
    elif len(said) < len(seen) and kind in ("cancelled", "archived"):
        if not any(DIGIT.search(each.value) for each in seen if each not in said):
            yield status_question(name, kind, [_merged(said)], rule="nonzero")
    elif len(said) == len(seen) and kind != "pending":
        yield status_question(name, kind, [_merged(said)], rule="filled")


def _merged(seen: list[Seen]) -> Seen:
    """Many values as one, which stands for all of them."""
    return Seen(seen[0].value, sum(each.rows for each in seen), sum(each.money or 0.0 for each in seen))


def _asked_of_the_opposite(name: str, seen: list[Seen], known: set[str]) -> Iterator[Question]:
    """Yield what a flag such as ``paid`` leaves open where it says no."""
    if all(normalise(each.value) in YES | NO for each in seen):
        said = [each for each in seen if normalise(each.value) in NO and each.value.casefold() not in known]
        if said:
            yield status_question(name, "pending", said)


def status_question(
    name: str,
    group: str,
    seen: list[Seen],
    *,
    of_line: bool = False,
    rule: str = "values",
    likely: str | None = "",
    repeats: bool = False,
) -> Question:
    """Return the question that some values of a column leave open.

    Args:
        name: The column.
        group: What the values may say.
        seen: The values.
        of_line: Whether the column is about the line and not about its order.
        rule: What says it: the ``values``, that there is one (``filled``), or that it has a digit (``nonzero``).
        likely: The answer to propose, None for none; what the group says if it is empty.
        repeats: Whether the lines repeat others, so that they may be returns whatever the group says.
    """
    rule_of: dict[str, Any] = {"column": name} | (
        {"values": [each.value for each in seen]} if rule == "values" else {rule: True}
    )
    answers = [Answer("exclude", {"exclude": [rule_of]}), Answer("keep", {"keep": [rule_of]})]
    if group == "refunded":
        answers += [Answer("return", {"returns": rule_of})] if rule in ("values", "filled") else []
        answers.append(Answer("returned", {"refunds": [rule_of | {"gives": "all"}]}))
    elif repeats or group == "repeating" or (group == "unknown" and of_line):
        answers.append(Answer("return", {"returns": rule_of}))
    usual = {
        "cancelled": "exclude",
        "pending": "exclude",
        "test": "exclude",
        "internal": "exclude",
        "archived": "keep",
        "refunded": "return" if of_line else "returned",
        "unknown": "keep",
        "repeating": "return",
    }
    return Question(
        f"status_{group}", "returns" if group == "refunded" else "status", (name,), tuple(answers),
        usual[group] if likely == "" else likely,
        tuple(seen), {"group": group, "of_line": of_line},
    )  # fmt: skip


def seen_values(survey: Survey, at: int) -> list[Seen]:
    """Return the values of a column with lines and money, the most frequent first.

    Rows left out already do not count.
    """
    frame = (
        pl.DataFrame({"value": survey.text(at), "money": survey.money})
        .filter(survey.kept)
        .drop_nulls("value")
    )
    found = (
        frame.group_by("value")
        .agg(rows=pl.len(), money=pl.col("money").fill_nan(0).sum())
        .sort(["rows", "value"], descending=[True, False])
    )
    return [Seen(value, rows, round(money, 2)) for value, rows, money in found.iter_rows()]


def spoken_for(mapping: Mapping | None, name: str) -> set[str]:
    """Return the values of a column that a mapping speaks of; ``*`` for all of them."""
    if mapping is None:
        return set()
    said: list[Rule | Refund] = [*mapping.exclude, *mapping.keep, *mapping.refunds]
    rules = [rule for rule in said if normalise(rule.column) == normalise(name)]
    found = {value for rule in rules for value in rule.spelled}
    if any(rule.filled or getattr(rule, "nonzero", False) for rule in rules):
        found.add("*")
    if marks_returns(mapping, name) and mapping.returns:
        found |= {value.strip().casefold() for value in mapping.returns.values}
    return found


def marks_returns(mapping: Mapping | None, name: str) -> bool:
    """Return whether a mapping says which values of a column mark returns: the others mark none."""
    return bool(mapping and mapping.returns and normalise(mapping.returns.column) == normalise(name))


def is_stated_elsewhere(survey: Survey, at: int, seen: list[Seen]) -> bool:
    """Return whether lines with these values say anyway what was given back.

    They are negative, or another column tells.
    """
    here = survey.text(at).is_in([each.value for each in seen]) & survey.kept
    elsewhere = ((survey.quantity < 0) | (survey.money < 0)).fill_null(value=True)
    for refund, place in survey.plan.refunds:
        if refund.gives != "all":
            given = survey.numbers(place).abs().fill_null(0) > 0
            orders = survey.ours("invoice_no")
            if refund.level == "order" and orders is not None:
                given = orders.is_in(orders.filter(given).drop_nulls().unique().implode())
            elsewhere = elsewhere | given.fill_null(value=False)
    return bool(here.any()) and bool(elsewhere.filter(here).all())


STATUSES = Detector("status", _watches, _asks)
