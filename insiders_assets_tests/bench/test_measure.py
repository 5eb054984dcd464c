"""How benchmarks measure, and the page they write: a wrong figure there is worse than none."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from benchmarks import measure, page, whole_run

MEASURE = """
import json, sys
from benchmarks.measure import run
busy = "end = __import__('time').process_time() + 0.3; block = bytearray(200_000_000)\\n"
busy += "while __import__('time').process_time() < end: pass"
idle = "__import__('time').sleep(0.3)"
costs = [run([sys.executable, "-c", each]) for each in (busy, idle)]
print(json.dumps([[cost.seconds, cost.cpu, cost.peak] for cost in costs]))
"""


def test_a_command_is_charged_its_time_cpu_and_memory() -> None:
    # From a lean process: a child's peak starts at its parent's.
    (seconds, cpu, peak), (idle_seconds, idle_cpu, idle_peak) = json.loads(
        measure.run([sys.executable, "-c", MEASURE]).output
    )
    assert 0.3 <= cpu < 3
    assert seconds >= 0.3
    assert peak > 200_000_000 > idle_peak
    assert idle_cpu < 0.3 <= idle_seconds


def test_a_command_that_fails_is_no_measurement() -> None:
    with pytest.raises(RuntimeError, match="ended with 3"):
        measure.run([sys.executable, "-c", "raise SystemExit(3)"])


def test_settings_of_whoever_measures_do_not_leak_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSIDERS_HOME", "elsewhere")
    look = "import json, os; print(json.dumps({k: v for k, v in os.environ.items() if k.startswith('INSIDERS_')}))"
    found = measure.run([sys.executable, "-c", look], {"INSIDERS_SEED": "7"}).answer
    assert found == {"INSIDERS_SEED": "7"}


def test_figures_are_medians_of_runs_that_take_turns() -> None:
    order: list[str] = []
    times = {"one": iter((9.0, 1.0, 2.0)), "two": iter((4.0, 5.0, 6.0))}

    def taken(name: str) -> dict[str, float]:
        order.append(name)
        return {"seconds": next(times[name])}

    found = measure.interleaved({name: lambda name=name: taken(name) for name in times}, 3)  # type: ignore[misc]
    assert found == {"one": {"seconds": 2.0}, "two": {"seconds": 5.0}}
    assert order == ["one", "two"] * 3


def test_growth_is_the_power_of_the_rows() -> None:
    figures = {
        "1000": {"steps": {"linear": 1.0, "square": 1.0, "short": 0.1}},
        "10000": {"steps": {"linear": 10.0, "square": 100.0, "short": 0.2}},
    }
    assert whole_run.growth(figures) == pytest.approx({"linear": 1.0, "square": 2.0})


def test_the_page_says_what_was_measured_where_and_what_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(measure, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(page, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(page, "ROOT", tmp_path)
    cost = {"seconds": 2.0, "cpu": 3.0, "peak": 2**30, "rows": 10, "first": 2.5}
    fast = {**cost, "seconds": 0.5, "cpu": 0.5}
    measure.keep("features", {"500000": {"limits": fast, "ours": cost}})
    claims = measure.verdict("features", {"features beside decoding": (4.0, 3.0), "another": (0.1, 1.0)})
    measure.keep("verdicts", {"claims": claims})
    page.main()
    text = (tmp_path / "docs" / "performance.md").read_text()
    assert "| **the platform** | 2.00 s | 3.00 s | 1.00 GB | 0.2 M | 4.00 | 6.00 |" in text
    assert "| features beside decoding | 4.00 | 3.00 | **no** |" in text
    assert "| another | 0.10 | 1.00 | yes |" in text
    assert f"{measure.machine().cores} cores" in text
    assert (tmp_path / "docs" / "performance.svg").read_text().startswith("<?xml")
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["kept"] for line in printed] == [False, True]
