"""What a file looks like, what a mapping for it could be, and what would become of its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from insiders_assets.errors import ExportError
from insiders_assets.ingest.formats.archives import UNFORESEEN, readable
from insiders_assets.ingest.inspection.findings import Inspected, Inspection, Rejections
from insiders_assets.ingest.inspection.inference import Proposal, pattern_of, propose
from insiders_assets.ingest.inspection.joins import Beside, propose_joins
from insiders_assets.ingest.joined import open_joined
from insiders_assets.ingest.mapping.columns import plan
from insiders_assets.ingest.mapping.schema import Mapping
from insiders_assets.ingest.pipeline import read_file
from insiders_assets.ingest.questions.notes import asked
from insiders_assets.ingest.questions.question import OPEN, Answer, Question, Settled, answered, stopping
from insiders_assets.ingest.resolution import examined
from insiders_assets.ingest.row_counter import WORTH
from insiders_assets.ingest.shops import form_of
from insiders_assets.ingest.sniffing.column_profile import column_profiles, names_nothing

if TYPE_CHECKING:
    from pathlib import Path

    from insiders_assets.ingest.model import Export
    from insiders_assets.ingest.rules import FileRules


Answering = Callable[[Sequence[Question]], Sequence[Answer]]
"""Gives the answers to the questions that a file leaves open, as far as there are any."""


def nobody(_: Sequence[Question]) -> list[Answer]:
    """Answer nothing."""
    return []


def inspect(
    path: Path,
    name: str,
    rules: FileRules,
    pattern: str,
    answering: Answering = nobody,
    beside: Sequence[Beside] = (),
) -> Inspection:
    """Look at a file and read it truly, by the rules it has or, if they do not fit it, by a mapping made up for it.

    Args:
        path: The file.
        name: Its name in the landing zone.
        rules: How it would be read now.
        pattern: Pattern of file names that a proposed mapping is for.
        answering: Answers what the file leaves open.
        beside: Files that lie beside it, which may say what it lacks.

    Returns:
        What was found. A file that is no export has an outcome that says so, and no columns.

    Raises:
        UsageError: An answer is none to a question of this file.
    """
    rules = replace(rules, name=rules.name or name)
    seen, planned = _seen(path, rules)
    found = Inspection(name, seen, rules.mapping)
    if seen and rules.mapping is None and (built_in := _built_in(seen, pattern)):
        found.built_in, found.mapping = built_in
        rules = rules.mapped(found.mapping)
    elif (
        seen
        and not planned
        and rules.mapping is None
        and (rules_ := _join(path, rules, found, pattern, beside))
    ):
        rules = rules_
    elif seen and not planned:
        best = max(seen, key=lambda each: len(propose(each.columns, pattern).mapping.columns))
        proposal = _proposal(best, pattern)
        found.doubts = proposal.doubts
        if len(proposal.mapping.columns) > 1:
            found.mapping, found.proposed = proposal.mapping, True
            rules = rules.mapped(proposal.mapping)
    rules = _answered(path, rules, found, pattern, answering)
    _read(path, rules, found)
    _propose_floor(found)
    found.doubts += _questions(found)
    return found


def _join(
    path: Path, rules: FileRules, found: Inspection, pattern: str, beside: Sequence[Beside]
) -> FileRules | None:
    """Return the rules with a mapping that joins what files beside this one say.

    None if they say nothing that it lacks.
    """
    joins = (
        propose_joins(path, beside, None if pattern == pattern_of(found.name) else pattern) if beside else []
    )
    if not joins:
        return None
    said = Mapping(files=(pattern,), join=tuple(join for join, _ in joins))
    rules = replace(rules.mapped(said), joined=tuple(table for _, table in joins))
    found.exports, _ = _seen(path, rules)
    if built_in := _built_in(found.exports, pattern):
        mapping = built_in[1]
    else:
        proposal = _proposal(found.exports[0], pattern)
        mapping, found.doubts = proposal.mapping, proposal.doubts
    found.mapping, found.proposed = mapping.model_copy(update={"join": said.join}), True
    return rules.mapped(found.mapping)


def _propose_floor(found: Inspection) -> None:
    """Let a proposed mapping say that prices below the usual floor count, where much of the file's money has them."""
    money = sum(export.outcome.money for export in found.exports)
    found.cheap = sum(export.outcome.cheap for export in found.exports) / money if money else 0.0
    said = found.mapping.cleaning.price_floor if found.mapping else None
    if found.cheap > WORTH and found.proposed and said is None:
        found.mapping = answered(found.mapping, [{"cleaning": {"price_floor": 0.0}}])


def _built_in(seen: Sequence[Inspected], pattern: str) -> tuple[str, Mapping] | None:
    """Return the built-in form that an export in a file has, and its mapping."""
    for each in seen:
        if found := form_of(tuple(look.name for look in each.columns)):
            form, mapping = found
            return f"{form.name} {form.version}", mapping.model_copy(update={"files": (pattern,)})
    return None


def _answered(
    path: Path, rules: FileRules, found: Inspection, pattern: str, answering: Answering
) -> FileRules:
    """Ask what the file leaves open, and the rules with what was answered; what is left is in ``found``."""
    questions, found.settled = _asked(path, rules, is_proposal=found.proposed)
    found.answers = list(answering(questions))
    settled = [each.writes for each in found.settled]
    if found.answers:
        base = rules.mapping or Mapping(files=(pattern,))
        said = {question.key: answer.name for question in questions for answer in found.answers
                if question.about == "money" and answer in question.answers}  # fmt: skip
        mapping = answered(base, [*settled, *(each.writes for each in found.answers), {"answers": said}])
        found.mapping, found.proposed = mapping, True
        rules = rules.mapped(mapping)
        questions, _ = _asked(path, rules, is_proposal=False)
    elif found.proposed and found.mapping:
        # What nobody has decided yet is marked, for naming a column would decide it.
        marks = {question.key: OPEN for question in questions if question.about == "money"}
        found.mapping = answered(found.mapping, [*settled, {"answers": marks}])
        rules = rules.mapped(found.mapping)
    elif costs := [each.writes for each in found.settled if each.code == "cost"]:
        # Read only where a mapping names them: one is proposed even where the file needs none.
        found.mapping, found.proposed = answered(rules.mapping or Mapping(files=(pattern,)), costs), True
        rules = rules.mapped(found.mapping)
    found.questions = questions
    return rules


def _asked(path: Path, rules: FileRules, *, is_proposal: bool) -> tuple[list[Question], list[Settled]]:
    """Return the questions that the exports in a file leave open, each once, and what they settle."""
    questions: dict[str, Question] = {}
    settled: dict[tuple[str, tuple[str, ...]], Settled] = {}
    with _passing_over():
        for opened in open_joined(path, rules).values():
            with _passing_over():
                reading = examined(opened(), rules, is_proposal=is_proposal, thorough=True)
                for question in reading.questions:
                    questions.setdefault(question.key, question)
                for each in reading.settled:
                    settled.setdefault((each.code, each.columns), each)
    return list(questions.values()), list(settled.values())


def _seen(path: Path, rules: FileRules) -> tuple[list[Inspected], bool]:
    """Return the exports in a file that can be looked at, and whether the columns of all of them are known."""
    found, planned = [], True
    with _passing_over():
        for member, opened in open_joined(path, rules).items():
            with _passing_over():
                export = opened()
                columns, rows = column_profiles(export)
                found.append(Inspected(member, export.form, columns, rows))
                planned &= _is_planned(export, rules.mapping)
    return found, planned


@contextmanager
def _passing_over() -> Iterator[None]:
    """Pass over what cannot be read; the true reading says why."""
    try:
        with readable():
            yield
    except ExportError as error:
        if error.what.startswith(UNFORESEEN):
            raise


def _is_planned(export: Export, mapping: Mapping | None) -> bool:
    try:
        plan(export.header, mapping)
    except ExportError:
        return False
    return True


def _proposal(seen: Inspected, pattern: str) -> Proposal:
    found = propose(seen.columns, pattern)
    if names_nothing([look.name for look in seen.columns], seen.columns):
        found.doubts.insert(
            0, "its first line holds values, not the names of columns: put a line with names above it"
        )
    return found


def _read(path: Path, rules: FileRules, found: Inspection) -> None:
    """Read every row, and count what would be rejected and why, however many rows that are."""
    gathered: dict[str, Rejections] = {}

    def sink(member: str) -> Rejections:
        return gathered.setdefault(member, Rejections())

    outcomes = read_file(path, replace(rules, max_rejected=1.0, open_questions="pass"), sink)
    known = {export.name: export for export in found.exports}
    found.exports = []
    for member, outcome in outcomes.items():
        export = known.get(member) or Inspected(member)
        export.outcome, export.faults = outcome, gathered[member].faults
        export.says = gathered[member].listener.says()
        if (
            not outcome.set_aside
            and (stopped := stopping(found.questions))
            and rules.open_questions == "stop"
        ):
            outcome.set_aside = asked(found.questions, stopped)
        if not outcome.set_aside and outcome.rows_faulty > rules.max_rejected * outcome.rows_read:
            outcome.set_aside = (
                f"{outcome.rows_faulty} of its {outcome.rows_read} rows cannot be read, which is more than "
                f"{rules.max_rejected:.0%}"
            )
        export.becomes = _becomes(export, rules.mapping)
        found.exports.append(export)


def _becomes(export: Inspected, mapping: Mapping | None) -> dict[str, str]:
    header = tuple(look.name for look in export.columns)
    try:
        found = plan(header, mapping).columns
    except ExportError:
        return {}
    return {header[at]: name for name, at in found.items()}


def _questions(found: Inspection) -> list[str]:
    """Return what the user has to say because the file does not, and no question asks."""
    answers = {
        "INSIDERS_DATE_ORDER": (
            "date_order",
            "add `date_order: day_first` or `date_order: month_first` to its mapping",
        ),
        "INSIDERS_DECIMAL": ("decimal", "add `decimal: comma` or `decimal: point` to its mapping"),
    }
    reasons = " ".join(export.outcome.set_aside for export in found.exports)
    asked_about = {question.code for question in found.questions}
    return [
        f"{answer}: the file itself does not tell"
        for sign, (code, answer) in answers.items()
        if sign in reasons and code not in asked_about
    ]
