"""What loading the code location costs, as a multiple of ``import dagster``: at most 1.5.

Usage: python benchmarks/load_definitions.py [RUNS]
"""

import json
import statistics
import subprocess
import sys

MEASURE = """
import json, time
began = time.process_time()
import dagster
alone = time.process_time() - began
import insiders_assets.definitions
print(json.dumps([alone, time.process_time() - began]))
"""


def main(runs: int = 7) -> None:
    """Measure in fresh processes and print the median ratio."""
    ratios = []
    for _ in range(runs):
        done = subprocess.run([sys.executable, "-c", MEASURE], check=True, capture_output=True, text=True)
        alone, together = json.loads(done.stdout)
        ratios.append(together / alone)
    ratio = statistics.median(ratios)
    print(
        json.dumps(
            {"benchmark": "load_definitions", "ratio": round(ratio, 3), "limit": 1.5, "kept": ratio <= 1.5}
        )
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
