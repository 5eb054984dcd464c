"""A full disk is one clear line, whatever writes; ``/dev/full`` is one that always is."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from insiders_assets.cli import app
from insiders_assets.errors import InsidersError
from insiders_assets.storage.atomic_write import replacing, unwritable_by_text

FULL = Path("/dev/full")
WRITERS: dict[str, Callable[[], object]] = {
    "a text": lambda: FULL.write_text("text"),
    "polars": lambda: pl.DataFrame({"a": [1]}).write_parquet(FULL),
    "a stream of polars": lambda: pl.LazyFrame({"a": [1]}).sink_parquet(FULL),
}


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS.keys())
def test_a_file_that_finds_no_room_is_named_and_the_one_before_stays(tmp_path, write):
    (tmp_path / "table").write_text("before")
    with (
        pytest.raises(InsidersError, match=r"table: cannot be written \(No space left on device\)"),
        replacing(tmp_path / "table"),
    ):
        write()
    assert [path.name for path in tmp_path.iterdir()] == ["table"]
    assert (tmp_path / "table").read_text() == "before"


def test_what_is_wrong_with_the_block_itself_is_not_called_a_full_disk(tmp_path):
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "table"):
        (tmp_path / "nothing").read_text()
    with pytest.raises(pl.exceptions.PolarsError), replacing(tmp_path / "table"):
        pl.read_parquet(Path(__file__))


def test_a_command_that_meets_one_anywhere_ends_with_one_line(monkeypatch, capsys):
    def meets(**_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/srv/insiders")

    monkeypatch.setattr(app, "app", meets)
    with pytest.raises(SystemExit) as end:
        app.main()
    assert end.value.code == 1
    said = capsys.readouterr().err
    assert (
        said
        == "insiders: /srv/insiders cannot be written (No space left on device); make room, or give permission\n"
    )


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(errno.ENOMEM, "Cannot allocate memory", "/lib/a"),
        RuntimeError("can't start new thread"),
    ],
)
def test_a_command_without_memory_ends_with_one_line_whatever_it_was_doing(monkeypatch, capsys, error):
    def meets(**_: object) -> None:
        raise RuntimeError("a step failed") from error

    monkeypatch.setattr(app, "app", meets)
    with pytest.raises(SystemExit) as end:
        app.main()
    assert end.value.code == 1
    said = capsys.readouterr().err
    assert said.startswith("insiders: this machine has too little memory")
    assert said.count("\n") == 1


def test_a_defect_shows_its_traceback(monkeypatch):
    def meets(**_: object) -> None:
        raise RuntimeError("a step failed") from KeyError("a")

    monkeypatch.setattr(app, "app", meets)
    with pytest.raises(RuntimeError, match="a step failed"):
        app.main()


def test_a_command_that_is_interrupted_says_so(monkeypatch, capsys):
    def meets() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(app.app.registered_callback, "callback", meets)
    monkeypatch.setattr("sys.argv", ["insiders", "settings"])
    monkeypatch.setattr(os, "_exit", sys.exit)
    with pytest.raises(SystemExit) as end:
        app.main()
    assert end.value.code == 130
    assert capsys.readouterr().err == "insiders: stopped\n"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            OSError(errno.EROFS, "Read-only file system", "/a/b"),
            "/a/b cannot be written (Read-only file system)",
        ),
        (
            OSError(errno.ENOSPC, "No space left on device"),
            "the home, or the system's temporary folder, cannot",
        ),
        (OSError(errno.EPERM, "No", "/a", None, "/b"), "/a cannot be written (No)"),
        (OSError(errno.ENOENT, "No such file", "/a"), None),
        (OSError("of another kind"), None),
    ],
)
def test_what_a_step_could_not_write_is_told_from_its_words_alone(error: OSError, said: str | None) -> None:
    told = unwritable_by_text(str(error))
    assert (told is None) if said is None else told.startswith(said)
