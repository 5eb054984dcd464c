"""The rooms whose lines are changed, and the tests that lie near them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE, TESTS = "insiders_assets", "insiders_assets_tests"


@dataclass(frozen=True)
class Room:
    """Modules, and the tests that should notice a change in any of them.

    Attributes:
        modules: Globs below the package.
        tests: Globs below the folder of tests.
    """

    modules: tuple[str, ...]
    tests: tuple[str, ...]

    def files(self, root: Path) -> list[str]:
        """Return the paths of its modules, relative to ``root``."""
        return _found(root, PACKAGE, self.modules)

    def near(self, root: Path) -> list[str]:
        """Return the paths of its test modules, relative to ``root``."""
        return _found(root, TESTS, self.tests)


def _found(root: Path, top: str, globs: tuple[str, ...]) -> list[str]:
    found = {path for glob in globs for path in (root / top).glob(glob) if path.name != "__init__.py"}
    return sorted(str(path.relative_to(root)) for path in found)


ROOMS = {
    "ingest/parsing": Room(
        ("ingest/parsing/*.py",),
        ("ingest/parsing/test_*.py", "ingest/test_values.py", "ingest/test_row_boundaries.py",
         "ingest/test_round_trip.py", "ingest/test_who.py", "ingest/test_money.py", "ingest/test_kinds_asked.py",
         "ingest/test_fast_path.py", "ingest/test_bounds.py"),
    ),
    "features": Room(("features/*.py",), ("features/test_*.py", "ingest/test_costs.py")),
    "programme": Room(("programme/**/*.py",), ("programme/test_*.py",)),
    "segmentation": Room(
        ("segmentation/cluster_matching.py", "segmentation/borders.py", "segmentation/named_*.py",
         "segmentation/agreement.py", "segmentation/drift.py", "segmentation/ranks.py"),
        ("segmentation/test_cluster_matching.py", "segmentation/test_borders.py", "segmentation/test_kinds.py",
         "segmentation/test_agreement.py", "segmentation/test_drift*.py", "segmentation/test_stable.py"),
    ),
    "refresh": Room(
        ("refresh/*.py",),
        ("refresh/test_*.py", "test_month.py", "cli/test_run.py", "programme/test_over_time.py",
         "experiments/test_experiments.py", "programme/test_value.py", "ingest/test_costs.py",
         "programme/test_scoreboard.py"),
    ),
}  # fmt: skip
