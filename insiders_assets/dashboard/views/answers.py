"""The business's questions: each with its headline, the whole answer folded below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insiders_assets.report.headlines import headlines
from insiders_assets.report.sections.questions import shaped
from insiders_assets.storage.warehouse import tables

if TYPE_CHECKING:
    from insiders_assets.language import Language
    from insiders_assets.storage.warehouse.reading import View

LATER = "future_share_of_revenue"


def answers(view: View, words: Language) -> list[dict[str, Any]]:
    """Return every question with its headline and its answer's sentences, as the report shows them."""
    questions = tables()["business_answers"]
    rows = view.rows(view.select(questions).order_by(questions.c.number))
    return shaped(words, rows, headlines(words, _facts(view)))


def _facts(view: View) -> dict[str, Any]:
    """Return what headlines are written from, of what ``report.json`` holds."""
    import sqlalchemy as sa

    known, row = tables(), view.refresh
    insiders, evidence = known["insiders"].c, known["evidence"].c
    border, below = row.get("insider_border"), None
    if border is not None:
        below = view.row(
            sa.select(sa.func.count().label("n")).where(insiders.is_member, insiders.value < border)
        )
    return {
        "members": row["members"],
        "identified_customers": row["identified_customers"],
        "tiers": view.rows(known["tier_summary"].select()),
        "clusters": view.rows(view.select(known["cluster_profiles"])),
        "evidence": {LATER: view.rows(view.select(known["evidence"]).where(evidence.measure == LATER))},
        "refresh": row | {"members_below_border": below["n"] if below else 0},
    }
