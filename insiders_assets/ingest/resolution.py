"""From the header of an export to the plan it is read by: what is doubtful is looked at whole, and settled or asked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from insiders_assets.errors import ExportError
from insiders_assets.ingest.doubts import DETECTORS
from insiders_assets.ingest.doubts.currencies import CURRENCIES, named
from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.mapping.columns import Plan, plan
from insiders_assets.ingest.mapping.filling import filled
from insiders_assets.ingest.questions.notes import asked
from insiders_assets.ingest.questions.question import Question, Settled, answered, proposed, stopping
from insiders_assets.ingest.shops import form_of
from insiders_assets.ingest.sniffing.column_survey import Survey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from insiders_assets.ingest.mapping.schema import Mapping
    from insiders_assets.ingest.model import Export
    from insiders_assets.ingest.rules import FileRules
    from insiders_assets.ingest.shops import Form


FIRST = 5_000
"""Rows that decide whether a column is worth being seen whole."""


class OpenQuestionError(ExportError):
    """An export leaves a question open without whose answer its rows would be a guess."""


@dataclass(frozen=True)
class Reading:
    """How an export is read.

    Attributes:
        plan: Where our columns come from, and what is derived or left out.
        mapping: The mapping that says the same: the user's, with what the file settled by itself.
        questions: What is still open, in the order in which it is numbered.
        settled: What the file settled.
        form: The built-in form that it is read by, if it is.
        passed: Questions that were passed over with their proposed answers.
        currencies: The currencies that its lines name.
    """

    plan: Plan
    mapping: Mapping | None = None
    questions: list[Question] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)
    passed: list[Question] = field(default_factory=list)
    form: Form | None = None
    currencies: frozenset[str] = frozenset()


def watching(header: Header, *, thorough: bool = False) -> dict[Detector, tuple[int, ...]]:
    """Return the detectors that a header makes look, with the columns that they want to see whole.

    Args:
        header: The header.
        thorough: Whether those look that only an inspection asks, too.
    """
    asked = [each for each in DETECTORS if thorough or not each.is_inspected_only]
    return {detector: found for detector in asked if (found := detector.watches(header))}


def is_watched(names: tuple[str, ...], found: Plan, mapping: Mapping | None, file: str = "") -> bool:
    """Return whether an export has to be read by itself.

    A detector wants to see a column whole, or it has a built-in form.
    """
    return (mapping is None and form_of(names) is not None) or bool(
        watching(Header(names, found, mapping, file=file))
    )


def examined(
    export: Export,
    rules: FileRules,
    *,
    suspected: Sequence[Detector] = (),
    is_proposal: bool = False,
    thorough: bool = False,
) -> Reading:
    """Return what an export settles by itself and what it leaves open.

    Args:
        export: The export.
        rules: How it is read.
        suspected: Detectors that look although the header gives them no reason.
        is_proposal: Whether the mapping of the rules is one that nobody has agreed to yet.
        thorough: Whether all detectors look, whatever the header says.

    Raises:
        ExportError: Its columns cannot be found, or it cannot be read.
    """
    said = rules.mapping
    built_in = form_of(export.header) if said is None or said.joins_alone else None
    if built_in:
        known = built_in[1]
        rules = replace(rules, mapping=known.model_copy(update={"join": said.join}) if said else known)
    mapping = rules.mapping
    header = Header(
        export.header, plan(export.header, mapping), mapping, is_proposal, rules.name,
        str(export.form.get("sheet", "")), not export.form.get("sheets_beside"),
    )  # fmt: skip
    seen = dict.fromkeys(suspected, ()) | watching(header, thorough=thorough)
    wanted = {detector: seen[detector] for detector in DETECTORS if detector in seen}
    if thorough:
        wanted = {detector: seen.get(detector, ()) for detector in DETECTORS}
    wanted = _worth_it(export, wanted, suspected, thorough=thorough)
    if not wanted:
        return Reading(header.plan, mapping, form=built_in[0] if built_in else None)
    positions = [at for columns in wanted.values() for at in columns]
    questions: list[Question] = []
    settled: list[Settled] = []
    survey = Survey.of(filled(export, header.plan), header.plan, rules, positions)
    # One detector after the other, in their order: what one settles, such as the price, the next goes by.
    for detector in wanted:
        new = list(detector.asks(survey, header))
        questions += [each for each in new if isinstance(each, Question) and not each.is_answered(mapping)]
        if here := [each for each in new if isinstance(each, Settled)]:
            settled += here
            mapping = answered(mapping, (each.writes for each in here))
            before, header = (
                header.plan,
                replace(header, plan=plan(export.header, mapping), mapping=mapping),
            )
            if (before.filled, before.otherwise) != (header.plan.filled, header.plan.otherwise):
                survey = Survey.of(filled(export, header.plan), header.plan, rules, positions)
            else:
                survey = survey.planned(header.plan)
    currencies = frozenset(named(survey, header) if CURRENCIES in wanted else ())
    known_form = built_in[0] if built_in else None
    return Reading(header.plan, mapping, questions, settled, form=known_form, currencies=currencies)


def _worth_it(
    export: Export, wanted: dict[Detector, tuple[int, ...]], suspected: Sequence[Detector], *, thorough: bool
) -> dict[Detector, tuple[int, ...]]:
    """Return the detectors with those of their columns whose first rows are worth a look at all of them."""
    choosy = sorted({at for detector, columns in wanted.items() if detector.worth for at in columns})
    if not choosy:
        return wanted
    first = next((block.frame.head(FIRST) for block in export.blocks(choosy) if len(block.lines)), None)
    found = {}
    for detector, columns in wanted.items():
        if detector.worth and first is not None:
            columns = tuple(at for at in columns if detector.worth(first[str(at)]))
        if columns or thorough or detector in suspected or not detector.worth:
            found[detector] = columns
    return found


def decided(export: Export, rules: FileRules, *, suspected: Sequence[Detector] = ()) -> Reading:
    """Return how an export is read, with nothing left open that would be a guess.

    Raises:
        OpenQuestionError: A question about money, status, returns or identity is open, and the rules do not pass it,
            or it has no likeliest answer.
        ExportError: Its columns cannot be found, or it cannot be read.
    """
    found = examined(export, rules, suspected=suspected)
    open_ = stopping(found.questions)
    passes = rules.open_questions == "pass"
    if stopped := [question for question in open_ if not (passes and question.proposed)]:
        raise OpenQuestionError(
            asked(found.questions, stopped), hint=f"answer by: insiders inspect {rules.name or 'FILE'}"
        )
    if not open_:
        return found
    mapping = answered(found.mapping, (answer.writes for answer in proposed(open_)))
    return replace(found, plan=plan(export.header, mapping), mapping=mapping, passed=open_)
