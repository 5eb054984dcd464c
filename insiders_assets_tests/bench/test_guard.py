"""A guard on cost: ratios of CPU time, each the best of several, with room for a busy machine.

The promises themselves are measured by ``make bench``; this notices when something becomes several times dearer.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.measure import work
from benchmarks.simulated import make_lake
from insiders_assets.simulation import simulate

pytestmark = pytest.mark.full

CUSTOMERS = 4000
RUNS = 2


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some 380,000 rows."""
    out = tmp_path_factory.mktemp("guard") / "exports"
    simulate(CUSTOMERS, out)
    return out


def best(task: str, contenders: tuple[str, ...], *places: Path) -> list[float]:
    """The least CPU time of each contender over runs that take turns."""
    runs = [[work(task, name, *places)["cpu"] for name in contenders] for _ in range(RUNS)]
    return [min(times) for times in zip(*runs, strict=True)]


def test_features_cost_about_what_native_polars_costs_and_less_than_pandas(
    exports: Path, tmp_path: Path
) -> None:
    make_lake(exports, tmp_path / "lake")
    ours, native, pandas = best(
        "features", ("ours", "native", "pandas_frames"), tmp_path / "lake", tmp_path / "out.parquet"
    )
    assert ours < 1.6 * native
    assert ours < pandas


def test_ingest_costs_a_small_multiple_of_a_typed_parse(exports: Path, tmp_path: Path) -> None:
    (typed,) = best("ingest", ("native",), exports, tmp_path / "typed.parquet")
    (ours,) = best("ingest", ("ours",), exports, tmp_path / "store")
    assert ours < 4 * typed
