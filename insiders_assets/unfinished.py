"""Files and folders that are still being written, and what killed processes left of them.

A lock tells the two apart, for the system lets go of it when a process ends, however it ends. What is found here
without a holder is rubbish, and the next one to come by takes it away: nothing piles up or has to grow old first.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from insiders_assets import progress

if TYPE_CHECKING:
    from collections.abc import Iterator

COPIES = "insiders-working-folder-"
"""What folders of ours in the system's temporary folder begin with: a name that nobody gives a home of their own."""
PATIENCE = 300.0
"""Seconds to wait for a file that another process is writing."""
PAUSE = 0.01


@contextmanager
def replacement(path: Path) -> Iterator[Path]:
    """Give an empty file beside ``path``; it takes the place of ``path`` all at once if the block succeeds.

    There is one such file for each path, under a name that readers of the folder pass over. What a killed process left
    in it is overwritten; a process at work is waited for.

    Raises:
        OSError: It cannot be written, or put in place.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    handle = _opened(temporary)
    try:
        try:
            # To cut off nothing would make some file systems write at every close.
            if os.fstat(handle).st_size:
                os.ftruncate(handle, 0)
            yield temporary
            with temporary.open("rb+") as written:
                os.fsync(written.fileno())
            os.replace(temporary, path)  # noqa: PTH105 - the one call that swaps atomically
        except BaseException:
            with suppress(OSError):
                temporary.unlink()  # while the lock is held: afterwards it may be somebody else's
            raise
    finally:
        os.close(handle)


@contextmanager
def working_folder(parent: Path | None = None, prefix: str = COPIES) -> Iterator[Path]:
    """Give an empty folder for the length of the block. What killed processes left of this kind is removed first.

    Args:
        parent: Where to make it; the system's temporary folder unless given.
        prefix: What folders of this kind begin with.

    Raises:
        OSError: It cannot be made.
    """
    sweep_folders(parent or Path(tempfile.gettempdir()), prefix)
    while True:
        folder = _new(parent, prefix)
        handle = _held(folder)
        if handle is not None:
            break
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def sweep_files(folder: Path) -> None:
    """Remove what killed processes left of files in a folder, should nobody ever write those files again."""
    for left in folder.glob(".*.tmp"):
        with suppress(OSError):
            handle = os.open(left, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if _is(handle, left):
                    left.unlink()
            finally:
                os.close(handle)


def sweep_folders(parent: Path, prefix: str) -> None:
    """Remove what killed processes left of folders of a kind: those that nobody holds.

    Args:
        parent: Where they lie.
        prefix: What they begin with.
    """
    for left in parent.glob(f"{prefix}*"):
        if left.is_dir() and not left.is_symlink() and (handle := _held(left)) is not None:
            shutil.rmtree(left, ignore_errors=True)
            os.close(handle)


def _new(parent: Path | None, prefix: str) -> Path:
    """Return a new folder; one in the system's temporary folder is nobody else's business."""
    if parent is None:
        return Path(tempfile.mkdtemp(prefix=prefix))
    folder = parent / f"{prefix}{uuid4().hex[:12]}"
    folder.mkdir()
    return folder


def _held(folder: Path) -> int | None:
    """Return a handle that holds a folder's lock; None if another holds it, or the folder is gone or not ours."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _is(handle, folder):
            return handle
    except OSError:
        pass
    os.close(handle)
    return None


def _opened(temporary: Path) -> int:
    """Return a handle that holds a file's lock, once nobody else does."""
    while True:
        handle = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            _lock(handle, temporary)
        except BaseException:
            os.close(handle)
            raise
        if _is(handle, temporary):
            return handle
        os.close(handle)  # it was put in place or removed while we waited


def _lock(handle: int, temporary: Path) -> None:
    """Take a file's lock, once nobody else has it.

    Raises:
        OSError: Somebody has had it for :data:`PATIENCE` seconds.
    """
    since = time.monotonic()
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waited = time.monotonic() - since
            if waited > PATIENCE:
                reason = f"another process has been writing it for {PATIENCE:.0f} s"
                raise OSError(errno.EBUSY, reason, str(temporary)) from None
            if waited > 1:
                progress.report(f"waiting for another process, which writes {temporary}")
            time.sleep(PAUSE)
        else:
            return


def _is(handle: int, path: Path) -> bool:
    """Return whether a path still leads to what was opened."""
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    opened = os.fstat(handle)
    return (there.st_dev, there.st_ino) == (opened.st_dev, opened.st_ino)
