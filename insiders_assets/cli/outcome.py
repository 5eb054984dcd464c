"""What ``insiders run`` says at its end: each question's headline, what to look at, and where the report is."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any

import typer

from insiders_assets.cli import rejected_files
from insiders_assets.errors import InsidersError

if TYPE_CHECKING:
    from insiders_assets.language import Language
    from insiders_assets.segmentation import SegmentationModel
    from insiders_assets.storage.stores import Stores


def page(stores: Stores) -> Any:
    """Return where the latest report's page is."""
    return (stores.publication.folder("latest") / "report.html").absolute()


def print_outcome(stores: Stores, report: dict[str, Any], *, current: bool, whole_answers: bool) -> None:
    """Print what came of a run.

    Args:
        stores: Where things lie.
        report: The latest ``report.json``.
        current: Whether nothing was new, so that an earlier report stands.
        whole_answers: Print every answer in full rather than its headline.
    """
    from insiders_assets.language import Language

    words = Language(stores.settings.language, stores.settings.currency)
    if current:
        typer.echo(words.text("Nothing new since the last refresh; its report stands.") + "\n")
    typer.echo(words.text("Insiders on %(day)s", day=words.day(date.fromisoformat(report["as_of"]))))
    answers = _answers(stores, report)
    for line in _whole(words, answers) if whole_answers else _short(words, report, answers):
        typer.echo(line)
    typer.echo("")
    typer.echo(_rows(words, report["rows"]))
    for line in (*_dropped(words, report), *rejected_files.lines(stores), *stores.transactions.notes()):
        typer.echo(line)
    if model := _outdated(stores):
        typer.echo(
            words.text(
                "The model is of the recipe %(old)s; a refit by %(new)s gives clusters that come back and borders "
                "in money, when it suits: insiders refit",
                old=model.recipe.name,
                new=stores.settings.recipe,
            )
        )
    typer.echo("")
    if not whole_answers:
        typer.echo(words.text("The answers in full: insiders run --answers"))
    typer.echo(words.text("Report: %(page)s", page=page(stores)))


def _rows(words: Language, rows: dict[str, int]) -> str:
    written = {name: words.number(count) for name, count in rows.items()}
    return words.text(
        "%(read)s rows read: %(transactions)s transactions, %(quarantined)s in quarantine",
        read=written["read"],
        transactions=written["transactions"],
        quarantined=written["quarantined"],
    )


def _answers(stores: Stores, report: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the report's answers, with the codes and arguments that say them in any language."""
    with suppress(OSError, InsidersError):
        kept = {row["number"]: row for row in stores.lake.read("business_answers").to_dicts()}
        shown = [kept.get(row["number"], row) for row in report["answers"]]
        return [
            one if one["answer"] == row["answer"] else row
            for one, row in zip(shown, report["answers"], strict=True)
        ]
    return list(report["answers"])


def _short(words: Language, report: dict[str, Any], answers: list[dict[str, Any]]) -> list[str]:
    """Return a line for each question: its headline, or the first sentence of what an older report answers."""
    from insiders_assets.report.headlines import TITLES, headlines

    by_number = headlines(words, report)
    lines = []
    for answer in answers:
        number = answer["number"]
        title = words.text(TITLES[number]) if number in TITLES else words.said(answer, "question")
        lines.append(
            f"{number}. {title}: {by_number.get(number) or words.said_sentences(answer, 'answer')[0]}"
        )
    return ["", *lines]


def _whole(words: Language, answers: list[dict[str, Any]]) -> list[str]:
    return [
        f"\n{answer['number']}. {words.said(answer, 'question')}\n   {words.said(answer, 'answer')}"
        for answer in answers
    ]


def _dropped(words: Language, report: dict[str, Any]) -> list[str]:
    """Return a line for each rule that took lines away, and a warning where that is much."""
    from insiders_assets.report.sections.quality import rule_name

    lines = []
    for each in report.get("rules", ()):
        line = words.plural(
            "%(count)s line dropped: %(rule)s (sold %(sold)s, returned %(returned)s; %(share)s)",
            "%(count)s lines dropped: %(rule)s (sold %(sold)s, returned %(returned)s; %(share)s)",
            each["lines_in"] + each["lines_out"],
            rule=rule_name(words, each["rule"]),
            sold=words.money(each["money_in"]),
            returned=words.money(each["money_out"]),
            share=words.percent(each["share"], 2),
        )
        lines.append(words.text("Warning: %(what)s", what=line) if each["is_much"] else f"   {line}")
    return lines


def _outdated(stores: Stores) -> SegmentationModel | None:
    """Return the champion, if a refit would bring something; None if there is nothing to say of it."""
    from insiders_assets.segmentation.recipes import recipe_from

    if stores.champion_version() is None:
        return None
    with suppress(InsidersError):  # a refresh says what is wrong with it
        model = stores.models.champion()
        return model if model.worth_a_refit(recipe_from(stores.settings)) else None
    return None
