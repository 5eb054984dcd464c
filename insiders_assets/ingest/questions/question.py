"""Questions that an export leaves open: what was found, what may be answered, and what each answer writes.

A question holds facts and no sentence; :mod:`insiders_assets.ingest.questions.question_text` says it to a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from insiders_assets.errors import UsageError
from insiders_assets.ingest.mapping import schema as mappings

About = Literal["money", "status", "returns", "identity", "date", "number", "service", "cost"]
STOPPING: tuple[About, ...] = ("money", "status", "returns", "identity")
"""Questions about these keep a file out of the programme until they are answered."""

OPEN = "open"
"""What ``answers:`` of a mapping holds on a question whose subject the mapping names and nobody has decided."""


@dataclass(frozen=True)
class Seen:
    """A value of a column, and what stands on its lines.

    Attributes:
        value: The value as the export writes it.
        rows: Lines that hold it.
        money: What those lines amount to, in the export's currency; None where that is not known.
    """

    value: str
    rows: int
    money: float | None = None


@dataclass(frozen=True)
class Answer:
    """What may be answered.

    Attributes:
        name: The word for it.
        writes: The keys of a mapping that it adds, as the mapping file has them.
    """

    name: str
    writes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """One doubt about an export.

    Attributes:
        code: What kind of doubt it is.
        about: What it is about.
        columns: The export's columns that it is about.
        answers: What may be answered.
        proposed: The name of the likeliest answer, or None if the file does not tell.
        values: Values of the first column that it is about.
        arguments: Other facts, by name.
    """

    code: str
    about: About
    columns: tuple[str, ...]
    answers: tuple[Answer, ...]
    proposed: str | None = None
    values: tuple[Seen, ...] = ()
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The name by which ``answers:`` of a mapping knows it."""
        return f"{self.code}: {', '.join(self.columns)}"

    def is_answered(self, mapping: mappings.Mapping | None) -> bool:
        """Return whether a mapping holds an answer to it; one that leaves it open does not."""
        return mapping is not None and mapping.answers.get(self.key, OPEN) != OPEN

    @property
    def rows(self) -> int:
        """Lines that it is about."""
        return sum(seen.rows for seen in self.values)

    @property
    def money(self) -> float:
        """What those lines amount to."""
        return sum(seen.money or 0.0 for seen in self.values)

    def answer(self, name: str) -> Answer:
        """Return the answer of that name.

        Raises:
            UsageError: There is none.
        """
        for answer in self.answers:
            if answer.name == name:
                return answer
        raise UsageError(
            f"{name} is no answer to it",
            where=self.key,
            hint=f"choose {' or '.join(answer.name for answer in self.answers)}",
        )


@dataclass(frozen=True)
class Settled:
    """A doubt that the whole file itself settles.

    Attributes:
        code: What kind of doubt it was.
        columns: The export's columns that it was about.
        writes: The keys of a mapping that say the same.
        arguments: The evidence, by name.
    """

    code: str
    columns: tuple[str, ...]
    writes: Mapping[str, Any] = field(default_factory=dict)
    arguments: Mapping[str, Any] = field(default_factory=dict)


def stopping(questions: Iterable[Question]) -> list[Question]:
    """Return those that keep the file out."""
    return [question for question in questions if question.about in STOPPING]


def answered(mapping: mappings.Mapping | None, writes: Iterable[Mapping[str, Any]]) -> mappings.Mapping:
    """Return a mapping with what answers add to it; what it says already stays unless an answer says otherwise."""
    found = (mapping or mappings.Mapping()).model_dump(mode="json", exclude_defaults=True)
    for each in writes:
        found = merged(found, each)
    return mappings.Mapping.model_validate(found)


def merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return one nest of keys laid over another; rules about the same column become one."""
    found = dict(old)
    for key, value in new.items():
        before = found.get(key)
        if isinstance(value, Mapping):
            found[key] = merged(before if isinstance(before, dict) else {}, value)
        elif isinstance(before, list | tuple) and isinstance(value, list | tuple):
            found[key] = _joined(before, value)
        else:
            found[key] = value
    return {key: value for key, value in found.items() if value is not None}


def _joined(old: Sequence[Any], new: Sequence[Any]) -> list[Any]:
    found = [dict(each) if isinstance(each, Mapping) else each for each in old]
    for each in new:
        if not isinstance(each, Mapping):
            if each not in found:
                found.append(each)
            continue
        rest = {key: value for key, value in each.items() if key != "values"}
        same = next(
            (known for known in found if {k: v for k, v in known.items() if k != "values"} == rest), None
        )
        if same is None:
            found.append(dict(each))
        elif "values" in each:
            same["values"] = _joined(same["values"], each["values"])
    return found


def chosen(questions: Sequence[Question], answers: Mapping[int, str]) -> list[Answer]:
    """Return the answers that a person gave, by the numbers of the questions, which count from 1.

    Raises:
        UsageError: There is no question of that number, or it has no such answer.
    """
    found = []
    for number, name in answers.items():
        if not 0 < number <= len(questions):
            there = f"the file leaves {len(questions)} open" if questions else "the file leaves none open"
            raise UsageError(
                f"there is no question {number}: {there}", where=f"--answer {number}={name}",
                hint="look at its questions first",
            )  # fmt: skip
        found.append(questions[number - 1].answer(name))
    return found


def proposed(questions: Iterable[Question]) -> list[Answer]:
    """Return the likeliest answers to those that have one."""
    return [question.answer(question.proposed) for question in questions if question.proposed]
