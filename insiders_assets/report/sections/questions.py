"""The questions the business asked, each with its answer in a readable shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from insiders_assets.language import Language
    from insiders_assets.report.inputs import ReportInputs

SHORT = 450
"""Letters up to which an answer is one paragraph; a longer one is a first sentence and a list of the others."""


def answers(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Question and answer by number: ``lead`` is the answer, or its first sentence where ``rest`` lists the others."""
    return shaped(inputs.words, inputs.tables["business_answers"].sort("number").to_dicts())


def shaped(words: Language, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same of rows of ``business_answers``."""
    found = []
    for row in rows:
        sentences = [words.told(sentence) for sentence in words.sentences(row["answer"])]
        shown = len(sentences) if len(row["answer"]) <= SHORT else 1
        found.append(
            {
                "number": row["number"],
                "question": words.told(row["question"]),
                "lead": " ".join(sentences[:shown]),
                "rest": sentences[shown:],
            }
        )
    return found
