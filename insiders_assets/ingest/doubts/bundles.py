"""Sets beside what is in them: a line with a price and, in the same order, its parts with prices of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.ingest.doubts.bundle_sums import CENT, OFTEN, adding_up, marks, sets_of, suspects
from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.doubts.status_words import NO, YES, words_of
from insiders_assets.ingest.mapping.header_aliases import normalise
from insiders_assets.ingest.mapping.header_words import notions
from insiders_assets.ingest.mapping.orders import begun
from insiders_assets.ingest.questions.question import Answer, Question, Seen

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

FEW = 30
"""Different values above which a column tells no sets from parts."""
_WHOLE = words_of(
    "bundle bundles kit kits set sets grouped composite parent package combo combos multipack configurable conjunto "
    "lote pacote paquete coffret lot confezione pacchetto pakket geschenkset paket pai padre"
)
_PART = words_of(
    "component components child children part parts componente componentes componenti komponente komponenten composant "
    "composants onderdeel bestandteil bestandteile bundled included subitem filho hijo enfant unterposition"
)
_PARENTS = words_of(
    "parent parents bundle kit set master pai padre mutter belongs included uebergeordnet component part"
)
_REFERENCES = words_of("id no number sku code item line position pos ref reference of to in key")
_TYPES = words_of("type kind tipo typ role rolle level soort positionsart artikelart produktart")


def _words(name: str) -> set[str]:
    return set(normalise(name).split())


def _refers(name: str) -> bool:
    """Return whether a column may name the set that a line is part of."""
    words = _words(name)
    return bool(words & _PARENTS and (words & _REFERENCES or words & {"parent"})) and "is" not in words


def _tells_kinds(name: str) -> bool:
    """Return whether a column may tell sets from parts."""
    words = _words(name)
    return bool(words & _TYPES or (words & (_WHOLE | _PART) and ("is" in words or len(words) == 1)))


def _numbers_lines(name: str) -> bool:
    """Return whether a column may number lines, for others to refer to."""
    return "id" in notions(name)[0] and not {"customer", "country", "mail", "order"} & notions(name)[0]


def _watches(header: Header) -> tuple[int, ...]:
    if "stock_code" not in header.plan.columns:
        return ()
    found = [at for at in header.free if _refers(header.names[at]) or _tells_kinds(header.names[at])]
    if any(_refers(header.names[at]) for at in found):
        found += [at for at in header.free if _numbers_lines(header.names[at])]
    return tuple(sorted(set(found)))


@dataclass(frozen=True)
class _Found:
    """Sets and parts in the same orders.

    Attributes:
        wholes: Which lines are sets.
        parts: Which lines are parts.
        column: The column that tells.
        answers: What may be answered, by name, with what it writes.
        proposed: The likeliest answer; None if the file does not tell.
    """

    wholes: pl.Series
    parts: pl.Series
    column: str
    answers: dict[str, dict[str, Any]]
    proposed: str | None


def _asks(survey: Survey, header: Header) -> Iterator[Question]:
    orders, codes = survey.ours("invoice_no"), survey.ours("stock_code")
    if orders is None or codes is None or "stock_code" not in header.plan.columns:
        return
    lines = pl.DataFrame({"order": orders, "code": codes, "money": survey.money.fill_null(0.0)})
    sku = header.names[header.plan.columns["stock_code"]]
    for at in _watches(header):
        if survey.has(at) and (found := _by_column(survey, header, at, lines, sku)):
            yield from _question(lines.with_columns(kept=survey.kept), found)
            return
    if sums := sets_of(lines):
        answers = {"parts": {"exclude": [_of_codes(sku, lines, sums[0])]}}
        yield from _question(lines.with_columns(kept=survey.kept), _Found(*sums, sku, answers, "parts"))


def _of_codes(sku: str, lines: pl.DataFrame, chosen: pl.Series) -> dict[str, Any]:
    """Return the rule that means the products of some lines."""
    return {"column": sku, "values": sorted(lines["code"].filter(chosen).drop_nulls().unique())}


def _by_column(survey: Survey, header: Header, at: int, lines: pl.DataFrame, sku: str) -> _Found | None:
    """Sets and parts that a column tells apart."""
    name, text = header.names[at], survey.text(at)
    if _refers(name) and (found := _by_reference(survey, header, at, lines, sku)):
        return found
    values = text.drop_nulls().unique().to_list()
    if not _tells_kinds(name) or len(values) > FEW:
        return None
    if all(normalise(value) in YES | NO for value in values):
        yes = [value for value in values if normalise(value) in YES]
        of_parts, of_wholes = (yes, []) if _words(name) & _PART else ([], yes)
    else:
        of_parts = [value for value in values if _words(value) & _PART]
        of_wholes = [value for value in values if value not in of_parts and _words(value) & _WHOLE]
    parts, wholes = (text.is_in(each).fill_null(value=False) for each in (of_parts, of_wholes))
    if not of_parts:
        return (
            _beside_others(lines, wholes, {"column": name, "values": sorted(of_wholes)})
            if of_wholes
            else None
        )
    leaves_parts = {"exclude": [{"column": name, "values": sorted(of_parts)}]}
    if of_wholes:
        leaves_wholes = {"exclude": [{"column": name, "values": sorted(of_wholes)}]}
    else:
        wholes = _above(lines["order"], parts)
        leaves_wholes = {"exclude": [_of_codes(sku, lines, wholes)]}
    return _Found(wholes, parts, name, {"sets": leaves_parts, "parts": leaves_wholes}, "sets")


def _above(order: pl.Series, parts: pl.Series) -> pl.Series:
    """Return the last line above each run of parts in its order that is none."""
    place = pl.when(~pl.col("part")).then("at").forward_fill().over("order")
    frame = pl.DataFrame({"order": order, "part": parts}).with_row_index("at").with_columns(above=place)
    at = frame.filter("part")["above"].drop_nulls().unique()
    return frame.select(pl.col("at").is_in(at.implode())).to_series()


def _beside_others(lines: pl.DataFrame, wholes: pl.Series, rule: dict[str, Any]) -> _Found | None:
    """Sets that always stand beside several other lines, which may be what is in them; None if some stand alone."""
    table = lines.with_columns(whole=wholes)
    others = (~pl.col("whole") & (pl.col("money") > CENT)).sum().over("order")
    parts = ~pl.col("whole") & pl.col("whole").any().over("order")
    table = table.with_columns(others=others, part=parts)
    if not table.filter("whole").height or table.filter("whole", pl.col("others") < 2).height:
        return None
    below = table.select(pl.col("money").shift(-1).over("order").filter("whole")).to_series()
    if bool((below.fill_null(0.0) <= CENT).all()):  # what is in them stands there and has no price
        return None
    sums = set(adding_up(begun(lines["order"]), lines["money"])[:, 0].tolist())
    places = wholes.arg_true().to_list()
    proved = sum(at in sums for at in places) >= OFTEN * len(places)
    return _Found(
        wholes,
        table["part"],
        str(rule["column"]),
        {"parts": {"exclude": [rule]}},
        "parts" if proved else None,
    )


def _by_reference(survey: Survey, header: Header, at: int, lines: pl.DataFrame, sku: str) -> _Found | None:
    """Sets that parts name: by their product's code, or by a number that stands in another column of their line."""
    text, name = survey.text(at), header.names[at]
    is_none = (text == "0").fill_null(value=False)
    is_own = (text == lines["code"]).fill_null(value=False)
    named = text.set(is_none | is_own, None)
    parts = named.is_not_null()
    if not parts.any() or parts.all():
        return None
    keys = pl.DataFrame({"order": lines["order"], "key": named}).drop_nulls().unique()
    numbers = [survey.text(place) for place in _watches(header) if place != at and survey.has(place)]
    for key in (lines["code"], *numbers):
        here = lines.select("order", key=key).with_row_index("at")
        hit = here.join(keys, on=["order", "key"], how="semi")["at"]
        wholes = here.select(pl.col("at").is_in(hit.implode())).to_series() & ~parts
        if wholes.any():
            rule = {"column": name} | ({"nonzero": True} if is_none.any() else {"filled": True})
            answers = {} if is_own.any() else {"sets": {"exclude": [rule]}}
            answers["parts"] = {"exclude": [_of_codes(sku, lines, wholes)]}
            return _Found(wholes, parts, name, answers, next(iter(answers)))
    return None


def _question(lines: pl.DataFrame, found: _Found) -> Iterator[Question]:
    """Yield the question that sets and parts leave open; none if only one side of them has money."""
    table = lines.with_columns(whole=found.wholes, part=found.parts).filter("kept")
    both = table.group_by("order").agg(
        whole=pl.col("money").filter("whole").sum(), part=pl.col("money").filter("part").sum()
    )
    doubled = both.filter(pl.col("whole") > CENT, pl.col("part") > CENT)
    if not doubled.height:
        return
    key = Question("bundles", "money", (found.column,), ()).key
    answers = [Answer(name, writes) for name, writes in found.answers.items()]
    answers.append(Answer("both", {"answers": {key: "both"}}))
    sets = table.filter("whole").group_by("code").agg(rows=pl.len(), money=pl.col("money").sum())
    seen = tuple(
        Seen(code or "", rows, round(money, 2))
        for code, rows, money in sets.sort(["money", "code"], descending=[True, False]).iter_rows()
    )
    yield Question(
        "bundles", "money", (found.column,), tuple(answers), found.proposed, seen,
        {"orders": doubled.height, "sets": round(float(doubled["whole"].sum()), 2),
         "parts": round(float(doubled["part"].sum()), 2)},
    )  # fmt: skip


BUNDLES = Detector("bundles", _watches, _asks, marks, suspects)
