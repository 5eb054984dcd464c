"""The questions of ``insiders inspect``: shown with their numbers, and answered by options or on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from insiders_assets.errors import UsageError
from insiders_assets.ingest.questions.question import chosen
from insiders_assets.ingest.questions.question_text import choices, sentence

if TYPE_CHECKING:
    from insiders_assets.ingest.inspection.inspection import Answering
    from insiders_assets.ingest.questions.question import Answer, Question, Settled


def answering(given: Sequence[str], *, ask: bool) -> Answering:
    """Return what answers the questions of a file.

    Args:
        given: Answers such as ``3=exclude``.
        ask: Whether a person who sits at a terminal is asked for the others.

    Raises:
        UsageError: An answer has another form; later, that it is none to a question of the file.
    """
    numbered = dict(_numbered(text) for text in given)

    def answers(questions: Sequence[Question]) -> list[Answer]:
        found = chosen(questions, numbered)
        if ask and sys.stdin.isatty() and sys.stdout.isatty():
            found += [
                answer
                for number, question in enumerate(questions, 1)
                if number not in numbered and (answer := _asked(number, question))
            ]
        return found

    return answers


def _numbered(text: str) -> tuple[int, str]:
    number, equals, name = text.partition("=")
    if not (equals and number.strip().isascii() and number.strip().isdigit() and name.strip()):
        raise UsageError(
            "is no answer", where=f"--answer {text}", hint="give the question's number and a word, such as 3=exclude"
        )  # fmt: skip
    return int(number), name.strip()


def _asked(number: int, question: Question) -> Answer | None:
    """Return a person's answer; None if they leave the question open."""
    from rich.prompt import Prompt

    typer.echo(f"{number}. {sentence(question)}")
    names = [answer.name for answer in question.answers]
    said = Prompt.ask("   answer", choices=[*names, "later"], default=question.proposed or "later")
    return None if said == "later" else question.answer(said)


def asking(questions: Sequence[Question]) -> list[str]:
    """Return lines that show the questions with their numbers and what may be answered."""
    lines = [""] if questions else []
    for number, question in enumerate(questions, 1):
        lines += [f"Question {number}: {sentence(question)}", f"  --answer {number}=… {choices(question)}"]
    return lines


def question_facts(questions: Sequence[Question]) -> list[dict[str, Any]]:
    """Questions for a program to read."""
    return [
        {
            "number": number,
            "code": question.code,
            "about": question.about,
            "columns": list(question.columns),
            "values": [vars(seen) for seen in question.values],
            "arguments": dict(question.arguments),
            "answers": {answer.name: answer.writes for answer in question.answers},
            "proposed": question.proposed,
            "text": sentence(question),
        }
        for number, question in enumerate(questions, 1)
    ]


def settled_facts(settled: Sequence[Settled]) -> list[dict[str, Any]]:
    """Return what a file settled, for a program to read."""
    return [
        {
            "code": each.code,
            "columns": list(each.columns),
            "writes": each.writes,
            "arguments": dict(each.arguments),
        }
        for each in settled
    ]
