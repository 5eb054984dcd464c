"""What an experiment is, as ``experiments.yaml`` names it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

CONTROL, TREATED = "control", "treated"
"""The arms where a share is held out: who is left alone, and who is not."""

USUAL_DAYS = 90
"""Days that an experiment is taken to last where no end is given."""


@dataclass(frozen=True)
class Experiment:
    """An experiment before it begins.

    Attributes:
        name: Its name.
        segment: Who takes part: a segment's name, or :data:`insiders_assets.segments.MEMBERS`.
        arms: Each arm with its share of them, in the order of the file.
        control: The arm that the others are compared with; nothing is delivered to it.
        start: Its first day.
        end: Its last day, or None.
        outcome: What it is about, of :data:`~insiders_assets.contracts.experiments.OUTCOMES`.
        guardrails: Outcomes that it must not harm.
        cost_per_contact: What it costs to treat a customer, or None.
        seed: Another seed is another draw.
        stopped: The last day of one that was stopped early, or None; may be added while it runs.
    """

    name: str
    segment: str
    arms: tuple[tuple[str, float], ...]
    control: str
    start: date
    end: date | None
    outcome: str
    guardrails: tuple[str, ...] = ()
    cost_per_contact: float | None = None
    seed: int = 42
    stopped: date | None = None

    @property
    def planned_days(self) -> int:
        """Days that it is planned for."""
        return USUAL_DAYS if self.end is None else (self.end - self.start).days + 1

    @property
    def last(self) -> date | None:
        """Its last day as far as that is known."""
        return min((day for day in (self.end, self.stopped) if day), default=None)

    @property
    def treated(self) -> tuple[str, ...]:
        """The arms that are compared with the control."""
        return tuple(arm for arm, _ in self.arms if arm != self.control)

    @property
    def definition(self) -> str:
        """All that may not change once it has begun, as JSON: the same experiment is the same text."""
        return json.dumps(self.defined(), sort_keys=True)

    @property
    def digest(self) -> str:
        """The definition's hash, by which it is registered."""
        return hashlib.sha256(self.definition.encode()).hexdigest()

    def defined(self) -> dict[str, Any]:
        """Return all that may not change once it has begun, by the words of the file."""
        return {
            "name": self.name,
            "segment": self.segment,
            "arms": dict(self.arms),
            "control": self.control,
            "start": self.start.isoformat(),
            "end": self.end.isoformat() if self.end else None,
            "outcome": self.outcome,
            "guardrails": sorted(self.guardrails),
            "cost_per_contact": self.cost_per_contact,
            "seed": self.seed,
        }

    @classmethod
    def registered(cls, definition: str, stopped: date | None) -> Experiment:
        """Return the experiment that a definition is of."""
        said = json.loads(definition)
        return cls(
            **said
            | {
                "arms": tuple(said["arms"].items()),
                "start": date.fromisoformat(said["start"]),
                "end": date.fromisoformat(said["end"]) if said["end"] else None,
                "guardrails": tuple(said["guardrails"]),
                "stopped": stopped,
            }
        )
