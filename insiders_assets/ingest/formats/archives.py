"""Compressed files and archives as streams of bytes that are bounded: a small file cannot unpack without end."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from polars.exceptions import PanicException

from insiders_assets.errors import InsidersError
from insiders_assets.ingest.refusal import RefusedExportError
from insiders_assets.language.message import message
from insiders_assets.language.writer import PLAIN

Opener = Callable[[], BinaryIO]

LARGEST_RATIO = 500
"""Times its packed size a file may unpack to; exports reach 10 to 100."""
ALWAYS_ALLOWED = 256 << 20
"""Bytes that any file may unpack to."""
MOST_MEMBERS = 10_000
"""Files that an archive may hold: each is an export of its own, or says why it is none."""
IN_MEMORY = 32 << 20
"""Bytes of a packed file, which has to be read out of order, kept in memory before they go to disk."""
UNFORESEEN = PLAIN.write(message("export.unforeseen"))


@contextmanager
def readable() -> Iterator[None]:
    """Turn whatever reading a file raises into an :class:`ExportError`: it is set aside, and the others are read."""
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error, lzma.LZMAError, zipfile.BadZipFile) as error:
        raise RefusedExportError("export.compressed", str(error).rstrip(".")) from None
    except NotImplementedError as error:
        raise RefusedExportError("export.packing", str(error)) from None
    except OSError as error:
        # Decompressors say OSError too, but only the operating system gives a number with it.
        if error.errno is None:
            raise RefusedExportError("export.compressed", str(error)) from None
        raise RefusedExportError("export.unopened", error.strerror or str(error)) from None
    except InsidersError:
        raise
    except (Exception, PanicException) as error:  # one file that nobody thought of must not stop the others
        what = f"{type(error).__name__}: {(str(error).splitlines() or [''])[0][:200]}"
        raise RefusedExportError("export.unforeseen", what) from error


class Bounded(io.RawIOBase):
    """A stream of unpacked bytes that gives up when there are far too many of them.

    Args:
        stream: The unpacked bytes.
        packed: Size of the packed file, in bytes.
    """

    def __init__(self, stream: BinaryIO, packed: int) -> None:
        self._stream = stream
        self._left = largest(packed)

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read into ``buffer``; see :meth:`io.RawIOBase.readinto`."""
        found = self._stream.read(len(buffer))
        self._left -= len(found)
        if self._left < 0:
            raise RefusedExportError("export.bomb", times=LARGEST_RATIO)
        buffer[: len(found)] = found
        return len(found)

    def close(self) -> None:
        """Close the packed file as well."""
        self._stream.close()
        super().close()


def unpacked(path: Path, head: bytes) -> Opener | None:
    """Return what opens the unpacked bytes of a compressed file, or None if it is not compressed.

    Args:
        path: The file.
        head: Its first bytes.
    """
    for sign, opener in _COMPRESSED.items():
        if head.startswith(sign):
            return lambda: _bounded(opener(path), path.stat().st_size)
    return None


def _bounded(stream: BinaryIO, packed: int) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(Bounded(stream, packed), 1 << 20))


def _zstd(path: Path) -> BinaryIO:
    import pyarrow as pa

    return cast(BinaryIO, pa.CompressedInputStream(pa.OSFile(str(path)), "zstd"))


_COMPRESSED: dict[bytes, Callable[[Path], BinaryIO]] = {
    b"\x1f\x8b": lambda path: cast(BinaryIO, gzip.GzipFile(path)),
    b"\x28\xb5\x2f\xfd": _zstd,
    b"BZh": lambda path: cast(BinaryIO, bz2.BZ2File(path)),
    b"\xfd7zXZ\x00": lambda path: cast(BinaryIO, lzma.LZMAFile(path)),  # noqa: SIM115 - the caller closes it
}


def open_zip(path: Path) -> zipfile.ZipFile:
    """Return a zip archive.

    Raises:
        BadZipFile: It is none, or its list of contents is damaged, however that shows.
    """
    try:
        return zipfile.ZipFile(path)
    except (ValueError, IndexError, OverflowError, struct.error) as error:
        raise zipfile.BadZipFile(f"its list of contents cannot be read: {error}") from None


def members(path: Path) -> dict[str, Opener]:
    """Return the files in a zip archive by name, sorted, with what opens them.

    Raises:
        ExportError: It holds none, too many, or says that together they are far larger than the archive.
    """
    archive = open_zip(path)  # for all of them, and as long as there is one: its list of contents may be long
    infos = [info for info in archive.infolist() if not info.is_dir() and not _hidden(info.filename)]
    if not infos:
        raise RefusedExportError("export.hollow")
    if len(infos) > MOST_MEMBERS:
        raise RefusedExportError("export.crowded", files=MOST_MEMBERS)
    refuse_bombs(path)  # each member is bounded while it is read; many small ones together would not be
    infos.sort(key=lambda info: info.filename)
    return {"/".join(_parts(info.filename)): _member(archive, info) for info in infos}


def largest(packed: int) -> int:
    """Return bytes that a file of so many may unpack to."""
    return max(ALWAYS_ALLOWED, LARGEST_RATIO * packed)


def refuse_bombs(path: Path) -> None:
    """Refuse a zip archive, or what is packed as one, that says that it unpacks to far more than its size.

    Raises:
        ExportError: It does.
    """
    with open_zip(path) as archive:
        whole = sum(info.file_size for info in archive.infolist())
    if whole > largest(path.stat().st_size):
        raise RefusedExportError("export.bomb", times=LARGEST_RATIO)


def _hidden(name: str) -> bool:
    """Return whether an archive's member is what operating systems leave there."""
    return any(part.startswith(".") or part == "__MACOSX" for part in _parts(name))


def _parts(name: str) -> list[str]:
    """Return the parts of a member's name, without those that climb out of the archive."""
    return [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Opener:
    def opened() -> BinaryIO:
        if info.flag_bits & 1:
            raise RefusedExportError("export.locked")
        return _bounded(cast(BinaryIO, archive.open(info)), info.compress_size)

    return opened


def spooled(opener: Opener) -> BinaryIO:
    """Return the bytes of a stream as a file that can be read out of order.

    It goes away when it is closed or forgotten.
    """
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the caller closes it
    with opener() as stream:
        while piece := stream.read(1 << 20):
            file.write(piece)
    file.seek(0)
    return cast(BinaryIO, file)
