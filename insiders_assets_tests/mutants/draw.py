"""Drawing changes by chance: places in a module that Cosmic Ray can change, and one change for each drawn."""

from __future__ import annotations

import ast
import builtins
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast_from_path
from cosmic_ray.plugins import get_operator, operator_names

LEFT_OUT = ("RemoveDecorator", "NoOp")
"""Operators whose changes often change nothing: a cache taken away."""

LIKELY = {
    "Add": ("Sub", "Mul"),
    "Sub": ("Add",),
    "Mul": ("Div", "Add"),
    "Div": ("Mul", "FloorDiv"),
    "FloorDiv": ("Div", "Mul"),
    "Mod": ("FloorDiv",),
    "Pow": ("Mul",),
    "BitAnd": ("BitOr",),
    "BitOr": ("BitAnd",),
    "BitXor": ("BitOr",),
}
"""What an arithmetic or logical operator is changed to. Most others raise at once, which shows nothing of a test."""

Position = tuple[int, int]


@dataclass(frozen=True)
class Mutant:
    """One change of one module.

    Attributes:
        module: Path relative to the project.
        operator: Cosmic Ray's name of the kind of change.
        occurrence: Which of the places in the module where the operator applies.
        line: The first changed line, from 1.
        last: The last changed line.
    """

    module: str
    operator: str
    occurrence: int
    line: int
    last: int


def mutants(root: Path, modules: list[str], count: int, seed: int) -> list[Mutant]:
    """Return ``count`` mutants, or as many as there are: places are drawn first, so that none has a better chance."""
    chance = random.Random(f"{seed} {modules}")
    places = {(module, *place): found for module in modules for place, found in _places(root, module).items()}
    drawn = chance.sample(sorted(places), min(count, len(places)))
    return sorted(
        (chance.choice(places[place]) for place in drawn), key=lambda found: (found.module, found.line)
    )


def _places(root: Path, module: str) -> dict[tuple[Position, Position], list[Mutant]]:
    path = root / module
    found = defaultdict(list)
    nodes = list(ast_nodes(get_ast_from_path(path)))
    beside = list(_beside_the_point(ast.parse(path.read_text("utf-8"))))
    for name in operator_names():
        operator_class = get_operator(name)
        if operator_class.arguments() or not _is_telling(name):
            continue
        operator = operator_class()
        positions = (position for node in nodes for position in operator.mutation_positions(node))
        for occurrence, (start, end) in enumerate(positions):
            if not any(first <= start and end <= last for first, last in beside):
                found[start, end].append(Mutant(module, name, occurrence, start[0], end[0]))
    return found


def _is_telling(operator: str) -> bool:
    """Whether a kind of change is one that somebody could make by mistake."""
    kind, _, pair = operator.rpartition("/")[2].partition("_")
    old, _, new = pair.partition("_")
    if kind == "ReplaceBinaryOperator":
        return new in LIKELY.get(old, ())
    if kind == "ReplaceComparisonOperator":
        # A table has no identity to compare, and what is no container raises.
        return not {"Is", "IsNot", "In", "NotIn"} & {old, new} or {old, new} in (
            {"Is", "IsNot"},
            {"In", "NotIn"},
        )
    return kind not in LEFT_OUT


def _beside_the_point(tree: ast.AST) -> Iterator[tuple[Position, Position]]:
    """Yield where a change does nothing: annotations, decorators, and what only a type checker reads."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):  # its star is no product
            yield (node.lineno, node.col_offset), (node.body[0].lineno, 0)
        held: list[ast.AST | None] = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        held += getattr(node, "decorator_list", [])
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            held.append(node)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp) and _is_alias(node.value):
            held.append(node)
        for each in filter(None, held):
            yield (each.lineno, each.col_offset), (each.end_lineno, each.end_col_offset)


def _is_alias(value: ast.BinOp) -> bool:
    """Whether a union names types, as in ``Number = int | float``."""
    names = [node.id for node in ast.walk(value) if isinstance(node, ast.Name)]
    return isinstance(value.op, ast.BitOr) and all(
        name.istitle() or hasattr(builtins, name) for name in names
    )
