"""Words of a status in a column whose name tells nothing: ``info``, ``F17`` or ``remark``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.doubts.codes import back_codes, fewer, is_a_side, names_a_side
from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.doubts.first_lines import is_on_first_lines
from insiders_assets.ingest.doubts.further_languages import PLAIN
from insiders_assets.ingest.doubts.money_words import money_of
from insiders_assets.ingest.doubts.status_names import kind_of
from insiders_assets.ingest.doubts.status_words import NO, YES, whole_group_of, words_of
from insiders_assets.ingest.doubts.statuses import (
    MANY,
    is_stated_elsewhere,
    said_of,
    seen_values,
    spoken_for,
)
from insiders_assets.ingest.mapping.header_aliases import normalise
from insiders_assets.ingest.mapping.header_words import notions
from insiders_assets.ingest.questions.question import Question, Seen, Settled

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

NEARLY_ALL = 0.9
"""Share of the lines with anything that hold words of a status, from which a column is one."""
_KNOWN = frozenset({"product", "customer", "mail", "country", "quantity", "price", "total", "unit", "return"})
"""Notions of names that do tell what a column holds."""
_INNOCENT = words_of(
    "brand marca marke marque category categoria kategorie categorie size color colour cor farbe store loja tienda "
    "filiale magasin channel canal kanal currency moeda moneda waehrung devise weight city cidade ciudad stadt ville "
    "zip postal cep plz region province address street phone language locale source campaign medium utm segment gender "
    "age birth vendor supplier warehouse carrier tracking method mode_of shipping ship delivery seller device browser "
    "newsletter subscription coupon voucher promo discount loyalty tier group department collection season material "
    "variant style weekday month year hour cashier clerk till terminal register website url image"
)

_OF_TILLS = words_of("till register terminal pos cashier clerk operation operating")


def tells_nothing(name: str) -> bool:
    """Return whether a column's name leaves it open whether it holds a status."""
    if kind_of(name) or money_of(name) or not name:
        return False
    if names_a_side(name):
        return True
    words = set(normalise(name).split())
    if words <= _OF_TILLS | {"mode"} and "mode" in words:  # whether somebody was trained at it
        return True
    return not _KNOWN & notions(name)[0] and not _INNOCENT & words


def _watches(header: Header) -> tuple[int, ...]:
    return tuple(at for at in header.free if tells_nothing(header.names[at]))


def _is_worth_it(first: pl.Series) -> bool:
    """Return whether the first rows of a column hold few different values, or none yet."""
    return first.drop_nulls().n_unique() <= MANY


def _asks(survey: Survey, header: Header) -> Iterator[Question | Settled]:
    for at in _watches(header):
        if not survey.has(at):
            continue
        seen = seen_values(survey, at)
        if not 0 < len(seen) <= MANY:
            continue
        known = spoken_for(header.mapping, header.names[at])
        is_side = is_a_side(_values(seen)) or names_a_side(header.names[at])
        asked = []
        for group, said in _said(seen, is_side=is_side).items():
            here = [each for each in said if each.value.casefold() not in known]
            if here and not (group == "refunded" and is_stated_elsewhere(survey, at, here)):
                asked.append(said_of(survey, header.names[at], at, group, here, of_line=is_side))
        if asked and at not in header.plan.filled and _is_of_order(survey, at):
            name = header.names[at]
            yield Settled(
                "first_line", (name,), {"fill_down": [name]}, {"empty": survey.text(at).null_count()}
            )
        yield from asked


def _is_of_order(survey: Survey, at: int) -> bool:
    """Return whether a column is filled on the first lines of orders alone: what it says holds for all of the order."""
    orders = survey.ours("invoice_no")
    if orders is None:
        return False
    return is_on_first_lines(pl.DataFrame({"order": orders, "told": survey.text(at)}), "told")


def _values(seen: list[Seen]) -> list[str]:
    return [each.value for each in seen]


def _said(seen: list[Seen], *, is_side: bool) -> dict[str, list[Seen]]:
    """Return the values that say that lines were not sold, by what they say."""
    if is_side:
        back = back_codes(_values(seen))
        return {"refunded": fewer(seen, back)}
    if all(normalise(each.value) in YES | NO for each in seen):
        return {}
    groups: dict[str, list[Seen]] = {}
    for each in seen:
        if group := _group(each.value):
            groups.setdefault(group, []).append(each)
    recognized = sum(each.rows for said in groups.values() for each in said)
    groups.pop("sold", None)
    paid_so = groups.pop("internal", [])  # a bank transfer, unless more is said
    if moved := [each for each in paid_so if _is_of_stock(each.value)]:
        groups["internal"] = moved
    if recognized >= NEARLY_ALL * sum(each.rows for each in seen):
        return groups
    # Among words of other kinds, only those count that can hardly mean anything else.
    return {
        group: said
        for group in ("cancelled", "refunded", "internal")
        if (said := [each for each in groups.get(group, []) if group == "internal" or _is_plain(each.value)])
    }


def _group(value: str) -> str | None:
    """Return what a value says, or one of several that are listed in it."""
    parts = [part for part in value.replace(";", ",").replace("|", ",").split(",") if part.strip()]
    found = [group for part in parts if (group := whole_group_of(part))]
    return next((group for group in found if group != "sold"), found[0] if found else None)


_PLAIN = (
    "cancel", "annul", "anul", "storn", "void", "geannuleerd", "refunded", "reembolsad", "rembours", "erstattet",
    "rimborsat", "terugbetaald", "devuelt", "devolvid", "retournier", "geretourneerd",
)  # fmt: skip
"""How words begin that mean nothing else wherever they stand."""


_OF_STOCK = words_of(
    "stock internal interno interna interne intern warehouse store lager estoque existencias almacen stocktransfer "
    "lojas tiendas filialen intercompany intracompany umlagerung umbuchung eigenverbrauch eigenbedarf lagerumbuchung "
    "voorraadcorrectie magazzino magasin writeoff shrinkage autoconsumo ownuse"
)


def _is_of_stock(value: str) -> bool:
    """Return whether what is moved is goods, whatever column says so."""
    return bool(set(normalise(value).split()) & _OF_STOCK)


def _is_plain(value: str) -> bool:
    return any(word in PLAIN or word.startswith(_PLAIN) for word in normalise(value).split())


UNNAMED = Detector("status without a name", _watches, _asks, worth=_is_worth_it)
