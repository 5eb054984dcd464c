"""``docs/mutants.md``, written from what was tried and from the reasons that are kept for survivors."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from insiders_assets_tests.mutants.draw import Mutant
from insiders_assets_tests.mutants.rooms import ROOMS, ROOT
from insiders_assets_tests.mutants.trials import Tried

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
REASONS = HERE / "reasons.yaml"
PAGE = ROOT / "docs" / "mutants.md"

HEAD = """\
# Mutants

Would a test notice if a line did something else? `make mutants` changes lines by chance (Cosmic Ray makes the changes:
an operator, a comparison, a number, a constant, a loop), runs the tests that run the line, and writes this page. A
change that no test notices *survives*: it gets a test, or stands below with the reason why it may live. Places are
drawn first and a change for each second, so that a line with many possible changes has no better chance than another.
Annotations, decorators and what only a type checker reads are left out.

A draw whose survivors got tests says how well those were met; the draw after it how many there may be elsewhere.
Another draw, or one room alone: `make mutants MUTANTS="--seed 3 --only features --each 100"`; the survivors of a draw
once more: `MUTANTS=--again`.

| Room | Tried | Killed | Survived | With a reason | Killed, of those without one | Draw |
|---|--:|--:|--:|--:|--:|---|
"""


def keep(room: str, seed: int, outcomes: list[Tried]) -> None:
    """Write what came of a draw of a room's mutants over what came of it before."""
    results = _results()
    results.setdefault(room, {})[str(seed)] = {
        "date": f"{date.today()}",
        "tried": len(outcomes),
        "survived": _survivors(outcomes),
    }
    _write(results)


def survivors(room: str, seed: int) -> list[Mutant]:
    """Return the mutants of a draw that no test had noticed."""
    found = _results().get(room, {}).get(str(seed), {}).get("survived", [])
    return [Mutant(**{name: each[name] for name in Mutant.__annotations__}) for each in found]


def keep_again(room: str, seed: int, outcomes: list[Tried]) -> None:
    """Write what came of the survivors of a draw that were tried again."""
    results = _results()
    results[room][str(seed)] |= {"date": f"{date.today()}", "survived": _survivors(outcomes)}
    _write(results)


def _survivors(outcomes: list[Tried]) -> list[dict[str, Any]]:
    return [
        asdict(found.mutant) | {"before": found.before, "after": found.after, "outcome": found.outcome}
        for found in outcomes
        if not found.is_killed
    ]


def _write(results: dict[str, Any]) -> None:
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")


def write() -> None:
    """Write the page."""
    results = _results()
    reasons = yaml.safe_load(REASONS.read_text("utf-8")) or {}
    rows, survivors = [], []
    draws = [(room, seed, found) for room in ROOMS for seed, found in sorted(results.get(room, {}).items())]
    for room, seed, found in draws:
        alive = found["survived"]
        excused = [each for each in alive if _change(each) in reasons.get(each["module"], {})]
        killed, judged = found["tried"] - len(alive), found["tried"] - len(excused)
        rows.append(
            f"| `{room}` | {found['tried']} | {killed} | {len(alive)} | {len(excused)} | {killed / judged:.0%} "
            f"| {seed}, on {found['date']} |\n"
        )
        survivors += [_told(each, reasons.get(each["module"], {}).get(_change(each))) for each in alive]
    PAGE.write_text(HEAD + "".join(rows) + "\n## Survivors\n\n" + "".join(survivors), "utf-8")


def _results() -> dict[str, Any]:
    return dict(json.loads(RESULTS.read_text("utf-8"))) if RESULTS.exists() else {}


def _change(survivor: dict[str, Any]) -> str:
    return f"{survivor['before']} -> {survivor['after']}"


def _told(survivor: dict[str, Any], reason: str | None) -> str:
    why = reason or f"No reason yet ({survivor['outcome']})."
    return f"- `{survivor['module']}`: ``{survivor['before']}`` became ``{survivor['after']}``. {why}\n"
