"""``experiments.yaml``: who is treated, who is left alone, from when on, and what it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from math import isclose
from typing import TYPE_CHECKING, Any

from insiders_assets.contracts.experiments import OUTCOMES
from insiders_assets.errors import UsageError
from insiders_assets.experiments.model import CONTROL, TREATED, Experiment
from insiders_assets.places import is_kept
from insiders_assets.segments import MEMBERS
from insiders_assets.yaml_files import YamlText, load_yaml

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from insiders_assets.places import Place

FILE = "experiments.yaml"
_NAME = re.compile(r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
_KEYS = (
    "segment", "hold_out", "arms", "control", "start", "end", "stopped", "outcome", "guardrails", "cost_per_contact",
    "seed",
)  # fmt: skip
_MOST_ARMS = 6


@dataclass(frozen=True)
class Configured(YamlText):
    """The experiments of a home.

    Attributes:
        experiments: The experiments, in the order of the file.
    """

    experiments: tuple[Experiment, ...] = ()

    def line(self, *names: int | str) -> int:
        """Return the line that says something; what arms there are is said by either of two words."""
        line = super().line(*names)
        return max(line, super().line(names[0], "hold_out")) if names[1:] == ("arms",) else line


def experiments_of(home: Place, segments: Collection[str]) -> Configured:
    """Return what a home's ``experiments.yaml`` says; no experiments if there is none.

    Args:
        home: The home.
        segments: The names of the segments there are.

    Raises:
        UsageError: Something in it is unknown; the message names it, its line and what is allowed.
    """
    path = home / FILE
    return read_experiments(path.read_bytes() if is_kept(path) else b"", str(path), segments)


def read_experiments(text: str | bytes, where: str, segments: Collection[str]) -> Configured:
    """Return what a file ``experiments.yaml`` says; see :func:`experiments_of`."""
    found = load_yaml(text, where)
    configured = Configured(where, text)
    if found is None:
        return configured
    if not isinstance(found, dict):
        raise UsageError(
            "holds no experiments", where=where, hint="begin each with its name, as docs/experiments.md shows"
        )
    reader = _Reader(configured, segments)
    return Configured(where, text, tuple(reader.read(name, said) for name, said in found.items()))


class _Reader:
    """Reads the experiments of one file, and knows the line of everything in it."""

    def __init__(self, file: YamlText, segments: Collection[str]) -> None:
        self._file, self._segments = file, (MEMBERS, *segments)

    def read(self, name: Any, said: Any) -> Experiment:
        if not isinstance(name, str) or not _NAME.match(name):
            raise self._file.wrong(
                (str(name),), f"{name!r}: is no name of an experiment", "name it such as spring-mail"
            )
        if not isinstance(said, dict):
            raise self._file.wrong((name,), f"{name}: says nothing", "see docs/experiments.md")
        for key in said:
            if key not in _KEYS:
                raise self._file.unknown((name, str(key)), f"{name}: {key!r} is no word here", _KEYS)
        arms, control = self._arms(name, said)
        start = self._day(name, said, "start")
        if start is None:
            raise self._file.wrong((name,), f"{name}: has no start", "write start: 2026-03-01")
        end, stopped = self._day(name, said, "end"), self._day(name, said, "stopped")
        for key, day in (("end", end), ("stopped", stopped)):
            if day is not None and day < start:
                raise self._file.wrong(
                    (name, key), f"{name}: {key} {day} is before its start", f"write a day from {start} on"
                )
        return Experiment(
            name=name,
            segment=self._one_of(name, said, "segment", self._segments),
            arms=arms,
            control=control,
            start=start,
            end=end,
            outcome=self._one_of(name, said, "outcome", OUTCOMES),
            guardrails=self._guardrails(name, said),
            cost_per_contact=self._cost(name, said),
            seed=self._seed(name, said),
            stopped=stopped,
        )

    def _arms(self, name: str, said: Mapping[str, Any]) -> tuple[tuple[tuple[str, float], ...], str]:
        """Return the arms with their shares, and which is the control."""
        if ("hold_out" in said) == ("arms" in said):
            raise self._file.wrong(
                (name,),
                f"{name}: needs either hold_out or arms",
                "write hold_out: 0.2, or arms: {..: 0.5, ..}",
            )
        if "hold_out" in said:
            share = said["hold_out"]
            if "control" in said:
                raise self._file.wrong(
                    (name, "control"), f"{name}: control is for arms", "leave it out beside hold_out"
                )
            if not _is_share(share) or share > 0.9:
                raise self._file.wrong(
                    (name, "hold_out"),
                    f"{name}: hold_out is {share!r}",
                    "write a share such as 0.2, at most 0.9",
                )
            return ((CONTROL, float(share)), (TREATED, 1 - float(share))), CONTROL
        arms = said["arms"]
        shown = "write at least two names with shares: {control: 0.5, mail: 0.5}"
        if not isinstance(arms, dict) or not 2 <= len(arms) <= _MOST_ARMS:
            raise self._file.wrong((name, "arms"), f"{name}: arms are 2 to {_MOST_ARMS} names", shown)
        for arm, share in arms.items():
            if not isinstance(arm, str) or not _NAME.match(arm) or not _is_share(share):
                raise self._file.wrong(
                    (name, "arms", str(arm)), f"{name}: {arm!r}: {share!r} is no arm", shown
                )
        if not isclose(sum(arms.values()), 1, abs_tol=1e-6):
            raise self._file.wrong(
                (name, "arms"), f"{name}: shares add up to {sum(arms.values()):g}", "let them add up to 1"
            )
        control = said.get("control", CONTROL)
        if not isinstance(control, str) or control not in arms:
            place = (name, "control") if "control" in said else (name, "arms")
            raise self._file.unknown(place, f"{name}: there is no arm {control!r} to be its control", arms)
        return tuple((arm, float(share)) for arm, share in arms.items()), control

    def _guardrails(self, name: str, said: Mapping[str, Any]) -> tuple[str, ...]:
        found = said.get("guardrails") or []
        if not isinstance(found, list):
            raise self._file.wrong(
                (name, "guardrails"), f"{name}: guardrails are a list", "write guardrails: [return_visits]"
            )
        others = [each for each in OUTCOMES if each != said.get("outcome")]
        for each in found:
            if each not in others:
                raise self._file.unknown(
                    (name, "guardrails"), f"{name}: there is no guardrail {each!r}", others
                )
        return tuple(dict.fromkeys(found))

    def _one_of(self, name: str, said: Mapping[str, Any], key: str, allowed: Collection[str]) -> str:
        value = said.get(key)
        if not isinstance(value, str) or value not in allowed:
            what = f"there is no {key} {value!r}" if key in said else f"has no {key}"
            raise self._file.unknown((name, key), f"{name}: {what}", allowed)
        return value

    def _day(self, name: str, said: Mapping[str, Any], key: str) -> date | None:
        value = said.get(key)
        if value is None:
            return None
        try:
            if isinstance(value, str):
                value = date.fromisoformat(value)
        except ValueError:
            pass
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self._file.wrong(
                (name, key), f"{name}: {key} {value!r} is no day", f"write {key}: 2026-03-01"
            )
        return value

    def _cost(self, name: str, said: Mapping[str, Any]) -> float | None:
        value = said.get("cost_per_contact")
        if value is None:
            return None
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < 1e9:
            raise self._file.wrong(
                (name, "cost_per_contact"), f"{name}: cost_per_contact is {value!r}", "write an amount: 0.45"
            )
        return float(value)

    def _seed(self, name: str, said: Mapping[str, Any]) -> int:
        value = said.get("seed", 42)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self._file.wrong((name, "seed"), f"{name}: seed is {value!r}", "write a whole number")
        return value


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1
