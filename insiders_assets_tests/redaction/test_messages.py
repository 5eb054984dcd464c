"""Ids are taken out of what tables say as arguments, and of nothing that only looks like them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import polars as pl

from insiders_assets.erasure.tables import forget_in_tables
from insiders_assets.language.message import message
from insiders_assets.language.writer import columns
from insiders_assets.redaction.redactor import Redactor

TOP = [
    message("who.customer", customer=customer, revenue=Decimal(revenue))
    for customer, revenue in (("786", "1050.37"), ('O"Neil', "786.00"), ("17850", "9.10"))
]
MEMBERS = message("who.members", count=786, clusters=["786 of one"])
ANSWER = message("answer", sentences=[MEMBERS, message("who.highest", customers=TOP)])


def _forgotten(folder: Path, rows: list[dict[str, str | None]], *ids: str) -> list[dict[str, str | None]]:
    pl.DataFrame(rows).write_parquet(folder / "answers.parquet")
    forget_in_tables(folder, Redactor(ids))
    return pl.read_parquet(folder / "answers.parquet").to_dicts()


def test_an_id_goes_as_an_argument_and_an_amount_like_it_stays(tmp_path: Path) -> None:
    other = columns("answer", message("how_many.members", count=786))
    first, second = _forgotten(tmp_path, [columns("answer", ANSWER), other], "786", 'O"Neil')
    assert first["answer"] == (
        "786 identified customers: 786 of one. The highest by revenue: (forgotten) (1,050.37), (forgotten) (786.00) "
        "and 17850 (9.10)."
    )
    assert first["answer_code"] == "answer"
    assert first["answer_args"] == str(columns("answer", ANSWER)["answer_args"]).replace(
        '"customer":"786"', '"customer":"(forgotten)"'
    ).replace(r'"O\"Neil"', '"(forgotten)"')
    assert second == other


def test_what_no_code_tells_is_redacted_as_prose(tmp_path: Path) -> None:
    older: dict[str, str | None] = {"answer": "The best is 17850.", "answer_code": None, "answer_args": None}
    edited = columns("answer", ANSWER) | {"answer": "Ask 17850."}
    damaged = {"answer": "See 17850 there.", "answer_code": "answer", "answer_args": '{"x": "17850"'}
    found = _forgotten(tmp_path, [older, edited, damaged], "17850")
    assert [row["answer"] for row in found] == [
        "The best is (forgotten).",
        "Ask (forgotten).",
        "See (forgotten) there.",
    ]
    assert not [row for row in found if "17850" in str(row["answer_args"])]


def test_what_a_reason_quotes_is_redacted_as_prose_and_its_numbers_stay(tmp_path: Path) -> None:
    fault = message("row.date.alone", days=786)
    quoted = message("export.faulty.value", column="customer_id", value="'786'", reason=fault)
    what = message("export.quoting", what=message("export.missing", names=["quantity", "786"]), quoted=quoted)
    reason = message("export.with_hint", what=what, hint=message("export.missing.hint"))
    (found,) = _forgotten(tmp_path, [columns("reason", reason)], "786")
    assert str(found["reason"]).startswith(
        "column quantity, (forgotten) is missing (most often, customer_id '(forgotten)' is 786 days after every other"
    )
    assert str(found["reason_args"]).count("786") == 1
