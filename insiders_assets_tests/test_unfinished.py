"""What is still being written: put in place whole, waited for while somebody is at work, taken away if nobody is."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from insiders_assets.unfinished import replacement, sweep_files, working_folder

KILLED = """
import os, sys
from pathlib import Path
from insiders_assets.unfinished import replacement, sweep_files, working_folder
folder = Path(sys.argv[1])
with working_folder(folder, ".work-") as work, replacement(folder / "file") as temporary:
    (work / "half").write_text("half")
    temporary.write_text("a long half of a file that was never finished")
    os.kill(os.getpid(), 9)
"""


def killed(folder: Path) -> None:
    assert subprocess.run([sys.executable, "-c", KILLED, str(folder)], check=False).returncode == -9
    assert {path.name.split("-")[0] for path in folder.iterdir()} == {".work", ".file.tmp"}


def test_what_a_killed_process_left_of_a_file_is_overwritten_by_the_next(tmp_path: Path) -> None:
    killed(tmp_path)
    with replacement(tmp_path / "file") as temporary:
        assert temporary.read_bytes() == b""
        temporary.write_text("whole")
    assert (tmp_path / "file").read_text() == "whole"
    assert not (tmp_path / ".file.tmp").exists()


def test_what_a_killed_process_left_of_a_folder_is_removed_and_one_at_work_is_left_alone(
    tmp_path: Path,
) -> None:
    killed(tmp_path)
    with working_folder(tmp_path, ".work-") as mine, working_folder(tmp_path, ".work-") as other:
        assert set(tmp_path.glob(".work-*")) == {mine, other}
        assert list(mine.iterdir()) == []
    assert list(tmp_path.glob(".work-*")) == []


def test_a_block_that_fails_leaves_the_file_of_before_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("before")
    with pytest.raises(ZeroDivisionError), replacement(tmp_path / "file") as temporary:
        temporary.write_text(f"{1 / 0}")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "before"


def test_two_who_replace_a_file_at_once_come_one_after_the_other(tmp_path: Path) -> None:
    def replace(word: str) -> None:
        for _ in range(50):
            with replacement(tmp_path / "file") as temporary:
                temporary.write_text(word * 1_000)
                assert temporary.read_text() == word * 1_000

    threads = [threading.Thread(target=replace, args=(word,)) for word in "abc"]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        if (tmp_path / "file").exists():
            text = (tmp_path / "file").read_text()
            assert text in {word * 1_000 for word in "abc"}
    for thread in threads:
        thread.join()
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_a_killed_process_left_of_a_file_that_nobody_writes_again_is_swept(tmp_path: Path) -> None:
    (tmp_path / ".left.parquet.tmp").write_text("rows")
    (tmp_path / "kept.parquet").write_text("rows")
    with replacement(tmp_path / "at-work.parquet") as temporary:
        sweep_files(tmp_path)
        assert temporary.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["at-work.parquet", "kept.parquet"]
