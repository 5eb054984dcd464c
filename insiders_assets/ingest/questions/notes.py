"""What is said of questions that stop a file, that were passed over, and of what was settled with a difference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from insiders_assets.contracts.notes import PASSED_OVER
from insiders_assets.ingest.questions.question_text import sentence

if TYPE_CHECKING:
    from insiders_assets.ingest.questions.question import Question, Settled


def asked(questions: Sequence[Question], stopping: Sequence[Question]) -> str:
    """Return why a file is set aside: its first open question, and how many more there are.

    Args:
        questions: All open questions, as they are numbered.
        stopping: Those that keep the file out.
    """
    first = stopping[0]
    more = f" and {len(stopping) - 1} more" if len(stopping) > 1 else ""
    return f"leaves question {questions.index(first) + 1} open{more}: {sentence(first)}"


def passed_over(question: Question) -> str:
    """Return what is said of a question that was passed over."""
    return f"{PASSED_OVER} with the answer {question.proposed}: {sentence(question)}"


def left_over(settled: Settled) -> str:
    """Return what is said of totals of orders that their lines do not add up to."""
    args = settled.arguments
    return (
        f"the lines of its orders add up to {args['lines']:,.2f} and {settled.columns[0]} to {args['total']:,.2f}; "
        f"{args['difference']:,.2f} is left over, on {args['orders'] - args['agree']:,} of {args['orders']:,} orders"
    )
