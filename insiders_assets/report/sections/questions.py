"""The questions the business asked, each with its answer in a readable shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insiders_assets.report.facts import report_facts
from insiders_assets.report.headlines import headlines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from insiders_assets.language import Language
    from insiders_assets.report.report_inputs import ReportInputs

SHORT = 450
"""Letters up to which an answer without a headline is one paragraph; of a longer one the first sentence leads."""


def answers(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Question and answer by number: ``lead`` is the headline, ``rest`` the sentences of the whole answer."""
    by_number = headlines(inputs.words, report_facts(inputs))
    return shaped(inputs.words, inputs.tables["business_answers"].sort("number").to_dicts(), by_number)


def shaped(
    words: Language, rows: list[dict[str, Any]], by_number: Mapping[int, str] | None = None
) -> list[dict[str, Any]]:
    """Return the same of rows of ``business_answers``.

    Without its headline an answer leads with its own first sentence.
    """
    found = []
    for row in rows:
        sentences = words.said_sentences(row, "answer")
        headline = (by_number or {}).get(row["number"])
        shown = 0 if headline else len(sentences) if len(row["answer"]) <= SHORT else 1
        found.append(
            {
                "number": row["number"],
                "question": words.said(row, "question"),
                "lead": headline or " ".join(sentences[:shown]),
                "rest": sentences[shown:],
            }
        )
    return found
