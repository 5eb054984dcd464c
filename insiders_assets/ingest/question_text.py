"""Questions as sentences: the one place that says them to a person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from insiders_assets.ingest.questions import Question

SHOWN = 4
"""Values named in a sentence."""


def asked(questions: Sequence[Question], stopping: Sequence[Question]) -> str:
    """Why a file is set aside: its first open question, and how many more there are.

    Args:
        questions: All open questions, as they are numbered.
        stopping: Those that keep the file out.
    """
    first = stopping[0]
    more = f" and {len(stopping) - 1} more" if len(stopping) > 1 else ""
    return f"leaves question {questions.index(first) + 1} open{more}: {sentence(first)}"


def passed_over(question: Question) -> str:
    """What is said of a question that was passed over."""
    return f"a question was passed over with the answer {question.proposed}: {sentence(question)}"


def sentence(question: Question) -> str:
    """A question in a sentence."""
    return _SENTENCES[question.code](question)


def choices(question: Question) -> str:
    """What may be answered, the proposed answer marked."""
    return ", ".join(
        f"{answer.name} (proposed)" if answer.name == question.proposed else answer.name
        for answer in question.answers
    )


def _values(question: Question) -> str:
    shown = ", ".join(
        seen.value + (f" on {seen.rows:,} lines" if seen.rows != 1 else " on 1 line")
        + (f" worth {seen.money:,.2f}" if seen.money is not None else "")
        for seen in question.values[:SHOWN]
    )  # fmt: skip
    rest = len(question.values) - SHOWN
    return shown + (f" and {rest} more values" if rest > 0 else "")


def _status(question: Question) -> str:
    said, asked_ = _STATUS[question.arguments["group"]]
    return f"column {question.columns[0]} {said} ({_values(question)}); {asked_}"


_STATUS = {
    "cancelled": ("tells of orders that did not come about", "do these lines count as sold?"),
    "pending": ("tells of orders that may not have come about", "do these lines count as sold?"),
    "refunded": (
        "tells of money given back",
        "were these lines sold and given back, or are they returns themselves?",
    ),
    "test": ("tells of tests", "do these lines count as sold?"),
    "unknown": ("may tell of orders that did not come about", "do these lines count as sold?"),
}
_SENTENCES: dict[str, Callable[[Question], str]] = {f"status_{group}": _status for group in _STATUS}
