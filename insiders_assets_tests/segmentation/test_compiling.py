"""Machine code is compiled once for a machine, not once for each run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

SECOND_FIT = """
import json
from insiders_assets.segmentation.compile_ahead import main
from insiders_assets.segmentation.compiling import umap_loops
main()
print(json.dumps({loop.py_func.__name__: [sum(loop.stats.cache_hits.values()), sum(loop.stats.cache_misses.values())]
                  for loop in umap_loops()}))
"""


def fit_in_a_fresh_process(cache: Path) -> dict[str, list[int]]:
    environment = os.environ | {"NUMBA_CACHE_DIR": str(cache)}
    run = subprocess.run(
        [sys.executable, "-c", SECOND_FIT], env=environment, capture_output=True, text=True, check=True
    )
    return dict(json.loads(run.stdout))


def test_a_second_process_finds_every_loop_of_umap_compiled(tmp_path: Path) -> None:
    first, second = fit_in_a_fresh_process(tmp_path), fit_in_a_fresh_process(tmp_path)

    assert all(hits == 0 and misses > 0 for hits, misses in first.values()), first
    assert all(hits > 0 and misses == 0 for hits, misses in second.values()), second
