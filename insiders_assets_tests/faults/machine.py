"""The machine fails: the disk is full, the home is read-only, rights are gone, the clock is wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, cast

from insiders_assets_tests.faults import tasks
from insiders_assets_tests.faults.forks import cpu_of, ended
from insiders_assets_tests.faults.homes import LocalHome
from insiders_assets_tests.faults.record import Outcome
from insiders_assets_tests.faults.recovery import Rehearsal, Trial, counted

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    from insiders_assets_tests.faults.families import Ground

PARTS = ("", "lake", "reports", "quarantine", "lake/segmentation_model", "insiders.db")
LINE = "one line that says what cannot be written and where; {}, and the next run catches up"


class MountedHome(LocalHome):
    """A home on a file system of its own."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.home.mkdir()
        mount("-t", "tmpfs", "-o", "size=64m", "tmpfs", str(self.home))

    def restore(self) -> None:
        """Empty the file system, which cannot be removed, and fill it again."""
        self.size(64 << 20)
        for path in self.home.iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        if self.saved.exists():
            shutil.copytree(self.saved, self.home, symlinks=True, dirs_exist_ok=True)

    def size(self, size: int) -> None:
        """Let it hold so many bytes."""
        mount("-o", f"remount,rw,size={size // 1024}k", str(self.home))

    def read_only(self) -> None:
        """Let nobody write to it."""
        mount("-o", "remount,ro", str(self.home))

    def used(self) -> int:
        """Bytes in use."""
        found = os.statvfs(self.home)
        return (found.f_blocks - found.f_bfree) * found.f_frsize


def mount(*words: str) -> None:
    """Mount something.

    Raises:
        PermissionError: This user may not, or there is no such command.
    """
    try:
        subprocess.run(["mount", *words], check=True, capture_output=True)
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        raise PermissionError("this user may not mount") from error


@contextmanager
def mounted(folder: Path) -> Iterator[MountedHome]:
    """A home on a file system of its own, for the length of the block."""
    home = MountedHome(folder)
    try:
        yield home
    finally:
        subprocess.run(["umount", "-l", str(home.home)], check=False, capture_output=True)


def midway(process: BaseProcess, cpu_seconds: float, act: Callable[[], None]) -> int:
    """Act once a process has used so much of a processor; its exit code."""
    while process.is_alive() and cpu_of(process.pid) < cpu_seconds:
        process.join(0.002)
    act()
    return ended(process)


def disk(on: Ground) -> list[Outcome]:
    """A disk that fills up somewhere in a run and is made larger afterwards; one that turns read-only before a run."""
    full = Outcome("disk full, somewhere in a refresh", outcome=LINE.format("make room"))
    sealed = Outcome("home read-only before a refresh", outcome=LINE.format("make it writable"))
    with suppress(PermissionError), mounted(on.folder("disk")) as home:
        rehearsal = Rehearsal(home, on.shop, published=cast("LocalHome", on.rehearsed.home).saved)
        needs = home.used()
        home.restore()
        has = home.used()
        chance = on.chance("full disk")
        for _ in range(on.times(20)):
            share = chance.random() ** 2
            with rehearsal.trial(f"with room for {share:.3f} of what it needs") as trial:
                fills_up(rehearsal, trial, home, has + int(share * (needs - has)))
            counted(full, trial, on)
        with rehearsal.trial("read-only before it starts") as trial:
            turns_read_only(rehearsal, trial, home)
        counted(sealed, trial, on)
    return [outcome for outcome in (full, sealed) if outcome.tried]


def fills_up(rehearsal: Rehearsal, trial: Trial, home: MountedHome, size: int) -> None:
    """A run on a disk of so many bytes, which is made larger afterwards."""
    home.size(size)
    code = ended(rehearsal.start())
    if code:
        rehearsal.refused(trial, code, "No space left", "full", "make room")
    trial.happened = code != 0
    home.size(64 << 20)


def turns_read_only(rehearsal: Rehearsal, trial: Trial, home: MountedHome) -> None:
    """A run on a disk that nobody may write to, for as long as it takes."""
    home.read_only()
    rehearsal.refused(trial, ended(rehearsal.start()), "Read-only", "readonly", "cannot be written")
    home.size(64 << 20)


def rights_lost(on: Ground) -> list[Outcome]:
    """A part of the home that may no longer be written, before a run or somewhere in it."""
    outcome = Outcome(
        "write permission lost, before or during a refresh", outcome=LINE.format("give it back")
    )
    rehearsal = on.rehearsed
    home = cast("LocalHome", rehearsal.home).home
    chance = on.chance("rights")
    for turn in range(on.times(12)):
        part, share = PARTS[turn % len(PARTS)], chance.choice([0.0, chance.random()])
        with rehearsal.trial(
            f"{part or 'the home'} may not be written after {share:.2f} of its work"
        ) as trial:
            lose_rights(rehearsal, trial, home, part, share)
        counted(outcome, trial, on)
    return [outcome]


def lose_rights(rehearsal: Rehearsal, trial: Trial, home: Path, part: str, share: float) -> None:
    """A run that may no longer write to a part of the home once a share of its work is done."""
    plain = rehearsal.env | {"FAULTS_RIGHTS": "no more than a user's"}
    process = tasks.command(rehearsal.words, plain, rehearsal.said)
    code = midway(process, share * rehearsal.undisturbed.cpu_seconds, lambda: taken(home / part))
    trial.happened = code != 0
    if code:
        rehearsal.refused(trial, code, "cannot be", "Permission denied")
    given(home)


def one_after_another(on: Ground) -> Trial:
    """A disk that is read-only, then one that is too small, then rights that are lost, before all is well again.

    Raises:
        PermissionError: This user may not mount a file system.
    """
    before = on.rehearsed
    with mounted(on.folder("one after another")) as home:
        saved = cast("LocalHome", before.home).saved
        rehearsal = Rehearsal(home, on.shop, published=saved, undisturbed=before.undisturbed)
        with rehearsal.trial("a read-only disk, a small one, lost rights") as trial:
            turns_read_only(rehearsal, trial, home)
            fills_up(rehearsal, trial, home, home.used() + (64 << 10))
            full = trial.happened
            lose_rights(rehearsal, trial, home.home, "lake", 0.5)
            trial.happened = trial.happened and full
    return trial


def taken(path: Path) -> None:
    """Let nobody write to a file, or to a folder and what is in it."""
    for each in (path, *(path.rglob("*") if path.is_dir() else ())):
        with suppress(FileNotFoundError):
            if not each.is_symlink():
                each.chmod(0o555 if each.is_dir() else 0o444)


def given(path: Path) -> None:
    """Let its owner write to it again."""
    for each in (path, *path.rglob("*")):
        if not each.is_symlink():
            each.chmod(0o755 if each.is_dir() else 0o644)


def clock_set_back(on: Ground) -> list[Outcome]:
    """A clock that stands before the last refresh."""
    outcome = Outcome(
        "clock set back by a day or a year before a refresh",
        outcome="nothing; a refresh is never older than the one before it",
    )
    rehearsal = on.rehearsed
    for days in (1, 365)[: on.times(2)]:
        with rehearsal.trial(f"{days} days back") as trial:
            behind = rehearsal.env | {"FAULTS_CLOCK": str(-days * 86_400)}
            if ended(tasks.command(rehearsal.words, behind, rehearsal.said)):
                trial.wrong.append(rehearsal.said.read_text()[-600:])
            trial.wrong += tasks.called(newest_is_last, rehearsal.env)
        counted(outcome, trial, on)
    return [outcome]


def newest_is_last() -> list[str]:
    """What is wrong with the refresh that the warehouse takes for the latest one."""
    from insiders_assets_tests.faults.looking import stores

    opened = stores()
    latest, shown = opened.warehouse.latest_refresh()["refresh_id"], opened.publication.latest()
    return (
        []
        if latest == shown
        else [f"the warehouse takes {latest} for the latest, reports/latest shows {shown}"]
    )
