"""Questions as sentences: the one place that says them to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insiders_assets.ingest.questions import form_text, identity_text, lines_text, money_text

if TYPE_CHECKING:
    from insiders_assets.ingest.questions.question import Question

_SENTENCES = {
    **identity_text.SENTENCES,
    **lines_text.SENTENCES,
    **money_text.SENTENCES,
    **form_text.SENTENCES,
}


def sentence(question: Question) -> str:
    """Return a question in a sentence."""
    return _SENTENCES[question.code](question)


def choices(question: Question) -> str:
    """Return what may be answered, the proposed answer marked."""
    return ", ".join(
        f"{answer.name} (proposed)" if answer.name == question.proposed else answer.name
        for answer in question.answers
    )
