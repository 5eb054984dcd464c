"""Runs a command in a fresh process and says what it cost. Imports nothing heavy: a child's peak starts at ours."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / "build" / "benchmarks"
"""Where simulated exports and everything made from them are kept between runs; safe to remove."""

REFERENCE = ROOT.parent / "shared"
"""The reference data and the original pipeline, if they are at hand."""

RESULTS = Path(__file__).with_name("results")


@dataclass(frozen=True)
class Cost:
    """What a process cost.

    Attributes:
        seconds: Time on the clock.
        cpu: CPU seconds over all threads and children.
        peak: Peak resident memory in bytes.
        output: What it printed on standard output.
    """

    seconds: float
    cpu: float
    peak: int
    output: str

    @property
    def answer(self) -> dict[str, Any]:
        """Its last line of output, which is JSON."""
        return dict(json.loads(self.output.strip().splitlines()[-1]))


def run(command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end.

    Args:
        command: The program and its arguments.
        env: Variables on top of ours.

    Raises:
        RuntimeError: It failed; the message has the end of what it said.
    """
    surroundings = {key: value for key, value in os.environ.items() if not key.startswith("INSIDERS_")}
    surroundings.pop("PYTHONDONTWRITEBYTECODE", None)
    began = time.perf_counter()
    with (
        tempfile.TemporaryFile("w+", errors="replace") as problems,
        subprocess.Popen(
            [str(word) for word in command],
            stdout=subprocess.PIPE,
            stderr=problems,
            text=True,
            cwd=ROOT,
            env={**surroundings, **(env or {})},
        ) as child,
    ):
        output = child.stdout.read() if child.stdout else ""
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            problems.seek(0)
            said = f"{output[-2000:]}{problems.read()[-2000:]}"
            raise RuntimeError(f"{' '.join(map(str, command))} ended with {child.returncode}: {said}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, output)


def work(task: str, contender: str, *places: Path) -> dict[str, float]:
    """Let a contender do a task in a fresh process (:mod:`benchmarks.worker`); imports are not counted in its time.

    Returns:
        ``seconds`` and ``cpu`` of the task itself, ``first``: seconds of its first time, nothing being warm yet,
        ``peak`` of the whole process in bytes, ``rows`` of the result.
    """
    cost = run([sys.executable, "-m", "benchmarks.worker", task, contender, *places])
    return {**cost.answer, "peak": cost.peak}


def forget(*places: Path) -> None:
    """Drop files from the page cache, so that the next reading of them is cold."""
    for place in places:
        for file in [place] if place.is_file() else place.rglob("*"):
            if file.is_file():
                descriptor = os.open(file, os.O_RDONLY)
                try:
                    os.fsync(descriptor)
                    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
                finally:
                    os.close(descriptor)


def interleaved(contenders: Mapping[str, Callable[[], Mapping[str, float]]], runs: int) -> dict[str, Any]:
    """Measure contenders in turns, so that whatever slows the machine slows all of them; medians by figure.

    Args:
        contenders: What measures each of them once.
        runs: How many times each.
    """
    found: dict[str, list[Mapping[str, float]]] = {name: [] for name in contenders}
    for number in range(runs):
        for name, measured in contenders.items():
            found[name].append(measured())
            say(f"  {name}, run {number + 1} of {runs}: {found[name][-1]['seconds']:.2f} s")
    return {
        name: {figure: statistics.median(each[figure] for each in costs) for figure in costs[0]}
        for name, costs in found.items()
    }


def keep(benchmark: str, figures: Mapping[str, Any]) -> None:
    """Write a benchmark's figures to ``benchmarks/results``, with the machine and the versions they hold for."""
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps({**figures, "machine": asdict(machine())}, indent=2, sort_keys=True)
    (RESULTS / f"{benchmark}.json").write_text(text + "\n", encoding="utf-8")


def verdict(benchmark: str, claims: Mapping[str, tuple[float, float]]) -> list[dict[str, Any]]:
    """Print each claim as a line of JSON: a ratio, the most it may be, and whether it is kept."""
    lines = [
        {
            "benchmark": benchmark,
            "claim": claim,
            "ratio": round(ratio, 3),
            "limit": limit,
            "kept": ratio <= limit,
        }
        for claim, (ratio, limit) in claims.items()
    ]
    for line in lines:
        print(json.dumps(line), flush=True)
    return lines


def say(text: str) -> None:
    """Tell whoever waits what is being done."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


@dataclass(frozen=True)
class Machine:
    """Where figures were taken."""

    processor: str
    cores: int
    memory_gb: float
    system: str
    python: str
    packages: dict[str, str]
    load: float
    """How many processes wanted to run, on the average of the last minutes: above the cores, it was not left alone."""


def machine() -> Machine:
    """This machine."""
    from importlib.metadata import PackageNotFoundError, version

    packages = {}
    for name in (
        "polars",
        "narwhals",
        "pandas",
        "duckdb",
        "numpy",
        "pyarrow",
        "dagster",
        "scikit-learn",
        "umap-learn",
    ):
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            continue
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
        processor = next(
            line.split(":", 1)[1].strip() for line in text.splitlines() if line.startswith("model name")
        )
    except (OSError, StopIteration):
        processor = platform.processor() or platform.machine()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    return Machine(
        processor,
        cores,
        round(memory, 1),
        platform.system(),
        platform.python_version(),
        packages,
        round(os.getloadavg()[1], 1),
    )
