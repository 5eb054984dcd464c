"""One customer under several ids: what programs leave around numbers is taken off, all else is asked about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.parsing.id_forms import (
    FORMS,
    MARKED,
    PHONE,
    POINTED,
    PREFIXED,
    TAGGED,
    Form,
    written_by,
)
from insiders_assets.ingest.parsing.ids import SCIENTIFIC, person
from insiders_assets.ingest.questions.question import Answer, Question, Seen, Settled

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

_ALWAYS: tuple[Form, ...] = ("marks", "points")
"""Forms that need no question: nobody's number has an apostrophe in front, or points that come and go."""
_NUMBERED = re.compile(r"^(?:#|№|[A-Za-z]{1,12})[-_ .#:/]*(\d+)$")
_MARKED, _POINTED, _TAGGED = re.compile(MARKED), re.compile(POINTED), re.compile(TAGGED)
_PHONE = re.compile(PHONE)


def _watches(_: Header) -> tuple[int, ...]:
    return ()


def _marks(transactions: pl.DataFrame, _: pl.Series) -> pl.Series | None:
    """Mark rows whose customer's id is no plain number; one that a telephone may have is none."""
    people = transactions["customer_id"]
    numbers = people.cast(pl.Int64, strict=False)
    abroad = people.str.starts_with("+") | people.str.starts_with("00")
    if numbers.null_count() == people.null_count() and not abroad.any():
        return None
    return (numbers.is_null() & people.is_not_null()) | abroad.fill_null(value=False)


def _suspects(transactions: pl.DataFrame, marked: pl.Series | None) -> bool:
    """Return whether an id among transactions may be another way to write one of them, or holds two addresses."""
    if marked is None:
        return False
    ids = set(transactions["customer_id"].filter(marked).to_list())
    if any(_MARKED.match(each) or each.count("@") > 1 for each in ids):
        return True
    tagged = [found[1] + found[2] for each in ids if "+" in each and (found := _TAGGED.match(each))]
    if len(set(tagged)) < len(tagged) or not ids.isdisjoint(tagged):
        return True
    phones = written_by(pl.Series([each for each in ids if _PHONE.match(each)], dtype=pl.String), "phone")
    if phones.n_unique() < len(phones):
        return True
    pointed = {re.sub(r"\D", "", each) for each in ids if _POINTED.match(each)} | set(phones)
    if pointed and pointed & set(transactions["customer_id"].filter(~marked).to_list()):
        return True
    numbered = {found[1] for each in ids if (found := _NUMBERED.match(each))}
    if numbered and numbered & set(transactions["customer_id"].filter(~marked).to_list()):
        return True
    known = [each for each in ids if "@" not in each]
    return len({_bare(each) for each in known}) < len(known)


def _bare(customer: str) -> str:
    """Return an id as far as it differs from others for certain."""
    return re.sub(r"[-_ /.]+(?=[a-z])|(?<=[a-z])[-_ /.]+", "", customer.casefold())


def _asks(survey: Survey, header: Header) -> Iterator[Question | Settled]:
    at = header.plan.columns.get("customer_id")
    if at is None:
        return
    said = header.plan.unified
    lines = pl.DataFrame({"id": person(survey.text(at)), "money": survey.money.fill_nan(0)})
    lines = lines.drop_nulls("id").filter(~pl.col("id").str.contains(SCIENTIFIC))
    found = lines.group_by("id", maintain_order=True).agg(rows=pl.len(), money=pl.col("money").sum())
    for form in FORMS:
        if form in said:
            found = _written(found, form)
            continue
        changed = found.with_columns(new=written_by(found["id"], form))
        # What differs in case alone was asked already.
        several = pl.col("id").str.to_lowercase().n_unique().over("new") > 1
        several = several if form == "punctuation" else pl.len().over("new") > 1
        if form in ("marks", "first_address"):  # whatever else the file has, these are no ids as they stand
            hit = changed.filter(pl.col("new") != pl.col("id"))
        else:
            hit = changed.filter(several).filter((pl.col("new") != pl.col("id")).any().over("new"))
        if form == "prefix":
            hit = _of_one_prefix(hit)
        if not hit.height:
            continue
        yield _asked_or_settled(header.names[at], form, hit)
        if form in _ALWAYS:
            found = _written(found, form)


def _of_one_prefix(hit: pl.DataFrame) -> pl.DataFrame:
    """Return ids with letters in front and the same without, if the letters are the same for all.

    Else they tell ids apart.
    """
    hit = hit.filter((pl.col("id") == pl.col("new")).any().over("new"))
    letters = hit.filter(pl.col("id") != pl.col("new"))["id"].str.extract(PREFIXED).str.to_lowercase()
    return hit if letters.n_unique() == 1 else hit.clear()


def _written(found: pl.DataFrame, form: Form) -> pl.DataFrame:
    """Return ids with their sums, each written in one way."""
    return (
        found.with_columns(id=written_by(found["id"], form))
        .group_by("id", maintain_order=True)
        .agg(pl.col("rows", "money").sum())
    )


def _asked_or_settled(column: str, form: Form, hit: pl.DataFrame) -> Question | Settled:
    writes = {"unify_ids": [form]}
    rows, money = int(hit["rows"].sum()), round(float(hit["money"].sum()), 2)
    if form in _ALWAYS:
        arguments = {"ids": hit.height, "rows": rows, "example": hit["id"][0], "becomes": hit["new"][0]}
        return Settled(f"ids_{form}", (column,), writes, arguments)
    key = f"ids_{form}: {column}"
    if form == "first_address":
        answers = (Answer("first", writes), Answer("whole", {"answers": {key: "whole"}}))
    else:
        answers = (Answer("same", writes), Answer("different", {"answers": {key: "different"}}))
    shown = hit.sort("new", maintain_order=True)
    seen = tuple(
        Seen(each, count, round(value, 2))
        for each, count, value in shown.select("id", "rows", "money").iter_rows()
    )
    return Question(
        f"ids_{form}", "identity", (column,), answers, answers[0].name, seen,
        {"ids": hit.height, "people": hit["new"].n_unique(), "rows": rows, "money": money},
    )  # fmt: skip


ID_FORMS = Detector("forms of ids", _watches, _asks, _marks, _suspects)
