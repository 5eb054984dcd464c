"""What was said when nothing was new is said again while everything is as it was, and never otherwise."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from insiders_assets import nothing_new
from insiders_assets_tests.commands import insiders, insiders_anew, run
from insiders_assets_tests.refreshed import Refreshed

SAID = '{"nothing_new": true}\n'


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A command whose landing zone and home hold a file of each kind, and what it said, kept."""
    for name in [name for name in os.environ if name.upper().startswith(nothing_new.TOLD)]:
        monkeypatch.delenv(name)
    for name, text in {
        "landing/2026/jan.csv": "1,2", "home/lake/refresh.json": "{}", "home/lake/members.parquet": "x" * 99_999,
        "home/lake/raw_transactions.parquet/part.parquet": "x", "home/lake/.checksums/refresh.json.sha256": "a",
        "home/segments.yaml": "", "home/insiders.db": "db", "home/insiders.db-shm": "", "home/dagster/log": "",
        "home/.lock": "", "home/reports/a/report.json": "{}", "home/reports/b/report.json": "{}",
        "home/quarantine/part.parquet": "x",
    }.items():  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "home/reports/latest").symlink_to("a")
    given = ["run", "--home", str(tmp_path / "home"), f"--landing={tmp_path / 'landing'}", "--json"]
    nothing_new.keep(given, nothing_new.fingerprint(given), SAID)
    return given


def replaced(path: Path, text: str) -> None:
    """Write another content of the same length and time, as a bit that flips does."""
    status = path.stat()
    path.write_text(text)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def relinked(folder: Path) -> None:
    (folder / "home/reports/latest").unlink()
    (folder / "home/reports/latest").symlink_to("b")


CHANGES: dict[str, Callable[[Path], object]] = {
    "an export comes": lambda at: (at / "landing/feb.csv").write_text("3"),
    "an export changes": lambda at: (at / "landing/2026/jan.csv").write_text("1,3"),
    "an export goes": lambda at: (at / "landing/2026/jan.csv").unlink(),
    "the landing zone goes": lambda at: (at / "landing").rename(at / "elsewhere"),
    "a record's bit flips": lambda at: replaced(at / "home/lake/refresh.json", "[]"),
    "a checksum's bit flips": lambda at: replaced(at / "home/lake/.checksums/refresh.json.sha256", "b"),
    "a large table is another": lambda at: (at / "home/lake/members.parquet").write_text("y" * 99_999),
    "a file of settings changes": lambda at: (at / "home/segments.yaml").write_text("a: b"),
    "a file of settings comes": lambda at: (at / "home/aliases.csv").write_text(""),
    "the warehouse changes": lambda at: (at / "home/insiders.db").write_text("bd"),
    "the warehouse goes": lambda at: (at / "home/insiders.db").unlink(),
    "another report is the latest": relinked,
    "a refresh has begun": lambda at: (at / "home/lake/refresh.begun").write_text(""),
    "rights change": lambda at: (at / "home/segments.yaml").chmod(0o644 ^ 0o040),
    "what is kept is damaged": lambda at: (at / "home" / nothing_new.FILE).write_text(
        (at / "home" / nothing_new.FILE).read_text().replace("true", "TRUE")
    ),
    "what is kept is no text": lambda at: (at / "home" / nothing_new.FILE).write_bytes(b"\xff"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_after_any_change_the_whole_way_is_gone(
    words: list[str], change: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert nothing_new.said_again(words)
    assert capsys.readouterr().out == SAID
    CHANGES[change](tmp_path)
    assert not nothing_new.said_again(words)
    assert capsys.readouterr().out == ""


def test_what_decides_nothing_may_change(words: list[str], tmp_path: Path) -> None:
    for name in ("dagster/log", "insiders.db-shm", "quarantine/part.parquet"):
        (tmp_path / "home" / name).write_text("other")
    assert nothing_new.said_again(words)


def test_another_command_other_settings_and_another_day_are_looked_at_anew(
    words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not nothing_new.said_again([*words, "--answers"])
    for more in (["--force"], ["--as-of", "2026-01-31"], ["--home"]):
        assert not nothing_new.said_again([*words, *more])
    for name in ("INSIDERS_WINDOW_DAYS", "insiders_policy", "LC_ALL", "INSIDERS_DATABASE_URL"):
        with monkeypatch.context() as changed:
            changed.setenv(name, "90")
            assert not nothing_new.said_again(words)
    with monkeypatch.context() as changed:
        changed.setattr(nothing_new.time, "strftime", lambda _: "tomorrow")
        assert not nothing_new.said_again(words)
    with monkeypatch.context() as changed:
        changed.setattr(nothing_new, "__version__", "other")
        assert not nothing_new.said_again(words)
    assert nothing_new.said_again(words)


def test_a_file_that_a_setting_names_is_looked_at(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    costs = tmp_path / "costs.csv"
    costs.write_text("a")
    monkeypatch.setenv("INSIDERS_COSTS", str(costs))
    nothing_new.keep(words, nothing_new.fingerprint(words), SAID)
    assert nothing_new.said_again(words)
    costs.write_text("b,c")
    assert not nothing_new.said_again(words)


def test_nothing_is_kept_of_what_changed_while_it_was_looked_at(words: list[str], tmp_path: Path) -> None:
    seen = nothing_new.fingerprint(words)
    (tmp_path / "landing/feb.csv").write_text("3")
    nothing_new.keep(words, seen, SAID)
    assert not nothing_new.said_again(words)


def test_nothing_is_said_while_another_command_writes(words: list[str], tmp_path: Path) -> None:
    with (tmp_path / "home/.lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert not nothing_new.said_again(words)
    assert nothing_new.said_again(words)


def test_a_bucket_is_looked_at_anew() -> None:
    assert nothing_new.fingerprint(["run", "--home", "s3://bucket/home", "--landing", "/landing"]) is None


def test_a_run_that_finds_nothing_new_says_so_at_once_the_next_time(
    refreshed: Refreshed, tmp_path: Path
) -> None:
    landing, home = refreshed.copy(tmp_path)
    first = run(landing, home)
    assert first["nothing_new"]
    assert (home / nothing_new.FILE).exists()
    done = insiders_anew("run", "--landing", landing, "--home", home, "--json")
    assert json.loads(done.stdout) == first
    for export in landing.glob("*.csv*"):
        export.unlink()
    done = insiders("run", "--landing", landing, "--home", home, "--json")
    assert done.returncode == 1
    assert "no exports" in done.stderr
