"""Published reports: whole ones only, and ``latest`` always points at one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from insiders_assets.errors import InsidersError, UsageError
from insiders_assets.storage import report_store
from insiders_assets.storage.report_store import Publication
from insiders_assets.storage.retention import retire


def _publish(publication: Publication, name: str, text: str, between: float = 0.0) -> None:
    """Render and publish a report, as long after it as the warehouse takes to be written."""
    with publication.staged(name) as folder:
        assert list(folder.iterdir()) == []
        (folder / "report.json").write_text(f'{{"text": "{text}"}}')
        (folder / "charts").mkdir()
        (folder / "charts" / "one.txt").write_text(text)
    time.sleep(between)
    publication.make_latest(name)


def _hidden(home: Path) -> list[str]:
    return sorted(entry.name for entry in (home / "reports").iterdir() if entry.name.startswith("."))


def test_a_report_appears_under_its_name_and_as_latest_and_older_ones_stay(tmp_path: Path) -> None:
    publication = Publication(tmp_path)
    assert publication.latest() is None
    assert publication.latest_report() is None
    _publish(publication, "2026-01-01-aa", "first")
    _publish(publication, "2026-01-02-bb", "second")
    assert publication.names() == ["2026-01-01-aa", "2026-01-02-bb"]
    assert publication.latest() == "2026-01-02-bb"
    assert publication.latest_report() == {"text": "second"}
    assert (publication.folder("2026-01-01-aa") / "charts" / "one.txt").read_text() == "first"
    assert (publication.folder("latest") / "charts" / "one.txt").read_text() == "second"
    assert _hidden(tmp_path) == []


def test_latest_is_a_relative_link_so_that_a_home_can_be_moved(tmp_path: Path) -> None:
    _publish(Publication(tmp_path / "here"), "one", "text")
    (tmp_path / "here").rename(tmp_path / "there")
    assert (tmp_path / "there" / "reports" / "latest").readlink() == Path("one")
    assert Publication(tmp_path / "there").latest_report() == {"text": "text"}


def test_a_report_that_fails_half_way_leaves_nothing_and_latest_as_it_was(tmp_path: Path) -> None:
    publication = Publication(tmp_path)
    _publish(publication, "one", "whole")
    for name in ("two", "one"):
        with pytest.raises(ZeroDivisionError), publication.staged(name) as folder:
            (folder / "report.json").write_text(f"{1 / 0}")
    assert publication.names() == ["one"]
    assert publication.latest_report() == {"text": "whole"}
    assert _hidden(tmp_path) == []


def test_a_report_published_again_replaces_the_one_of_its_name(tmp_path: Path) -> None:
    publication = Publication(tmp_path)
    _publish(publication, "one", "before")
    _publish(publication, "one", "after")
    assert publication.names() == ["one"]
    assert publication.latest_report() == {"text": "after"}
    assert _hidden(tmp_path) == []


def test_a_reader_of_latest_never_finds_a_report_missing_or_unfinished(tmp_path: Path) -> None:
    publication = Publication(tmp_path)
    _publish(publication, "one", "0")
    stop, seen, torn = threading.Event(), set(), []

    def read() -> None:
        while not stop.is_set():
            try:
                text = (publication.folder("latest") / "report.json").read_text()
                seen.add(json.loads(text)["text"])
            except (OSError, ValueError) as error:
                torn.append(repr(error))

    reader = threading.Thread(target=read)
    reader.start()
    for turn in range(1, 120):
        _publish(publication, "one" if turn % 3 else f"turn-{turn}", str(turn), between=0.01)
    stop.set()
    reader.join()
    assert torn == []
    assert len(seen) > 10


def test_a_system_that_cannot_exchange_two_folders_lets_a_copy_stand_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_store, "exchanged", lambda *_: False)
    publication = Publication(tmp_path)
    for text in ("before", "after"):
        _publish(publication, "one", text)
        assert publication.latest_report() == {"text": text}
    assert _hidden(tmp_path) == []


def test_a_report_that_is_replaced_under_its_name_is_there_until_the_new_one_is_latest(
    tmp_path: Path,
) -> None:
    publication = Publication(tmp_path)
    _publish(publication, "one", "before")
    with (tmp_path / "reports" / "latest" / "report.json").open() as on_its_way:
        with publication.staged("one") as folder:
            (folder / "report.json").write_text("{}")
        assert (Path(f"/proc/self/fd/{on_its_way.fileno()}").resolve()).is_file()
    publication.make_latest("one")
    assert _hidden(tmp_path) == []


def test_what_a_killed_run_left_is_swept_by_the_next_and_a_running_one_is_left_alone(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from insiders_assets.storage.report_store import Publication\n"
        "with Publication(Path(sys.argv[1])).staged('killed') as folder:\n"
        "    (folder / 'report.json').write_text('{'); os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert done.returncode == -9
    assert _hidden(tmp_path) != []
    publication = Publication(tmp_path)
    with publication.staged("running") as mine:
        (mine / "report.json").write_text("{}")
        _publish(publication, "other", "text")
        assert mine.is_dir()
    assert publication.names() == ["other", "running"]
    assert _hidden(tmp_path) == []


def test_a_report_that_made_room_for_one_that_never_came_comes_back(tmp_path: Path) -> None:
    publication = Publication(tmp_path)
    for name in ("older", "newest"):
        _publish(publication, name, "before")
    code = (
        "import os, sys; from pathlib import Path; from insiders_assets.storage.report_store import Publication\n"
        "renamed = Path.rename\n"
        "def rename(path, target):\n"
        "    os.kill(os.getpid(), 9) if target.name == 'older' else renamed(path, target)\n"
        "Path.rename = rename\n"
        "with Publication(Path(sys.argv[1])).staged('older') as folder:\n"
        "    (folder / 'report.json').write_text('{}')\n"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == -9
    assert publication.names() == ["newest"]
    _publish(publication, "next", "after")
    assert publication.names() == ["newest", "next", "older"]
    assert publication.facts("older") == {"text": "before"}
    assert _hidden(tmp_path) == []


def test_only_the_newest_refreshes_and_the_latest_keep_their_report(tmp_path: Path) -> None:
    publication = Publication(tmp_path)
    for name in ("d", "c", "b", "a", "elsewhere"):
        _publish(publication, name, name)
    publication.make_latest("c")
    assert retire(publication, ["d", "c", "b", "a"], 4) == []
    assert retire(publication, ["lost", "d", "c", "b", "a"], 2) == ["d"]
    assert publication.names() == ["a", "b", "c", "elsewhere"]
    assert publication.latest_report() == {"text": "c"}
    assert _hidden(tmp_path) == []


def test_the_latest_report_cannot_be_deleted(tmp_path: Path) -> None:
    publication = Publication(tmp_path)
    _publish(publication, "one", "text")
    with pytest.raises(InsidersError, match="is the latest report"):
        publication.remove("one")
    assert publication.latest_report() == {"text": "text"}


@pytest.mark.parametrize("name", ["", "..", "../out", "a/b", ".hidden", "/etc"])
def test_a_name_that_leaves_the_reports_folder_is_refused(tmp_path: Path, name: str) -> None:
    publication = Publication(tmp_path)
    with pytest.raises(UsageError, match="no name of a report"), publication.staged(name):
        pass
    with pytest.raises(UsageError, match="no name of a report"):
        publication.make_latest(name)


def test_latest_cannot_be_pointed_at_a_report_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InsidersError, match="no such report"):
        Publication(tmp_path).make_latest("absent")


def test_a_home_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InsidersError, match=r"cannot be written .*choose another --home") as caught:
        _publish(Publication(tmp_path / "file"), "one", "text")
    assert "\n" not in str(caught.value)
    if os.geteuid():
        (tmp_path / "home" / "reports").mkdir(parents=True)
        (tmp_path / "home" / "reports").chmod(0o500)
        with pytest.raises(InsidersError, match="cannot be written"):
            _publish(Publication(tmp_path / "home"), "one", "text")


def test_a_folder_in_the_place_of_latest_is_said_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "reports" / "latest").mkdir(parents=True)
    with pytest.raises(InsidersError, match="is a folder where a link"):
        _publish(Publication(tmp_path), "one", "text")
    assert (tmp_path / "reports" / "latest").is_dir()


def test_what_a_run_left_that_was_killed_at_the_link_goes_with_the_next_one(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from insiders_assets.storage.report_store import Publication\n"
        "os.replace = lambda *_: os.kill(os.getpid(), 9)\n"
        "Publication(Path(sys.argv[1])).make_latest('one')\n"
    )
    _publish(Publication(tmp_path), "one", "text")
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == -9
    assert _hidden(tmp_path) == [".latest"]
    _publish(Publication(tmp_path), "two", "text")
    assert _hidden(tmp_path) == []
