"""A model's files: arrays and JSON, nothing that could run code, named by a hash of what is in them."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insiders_assets import checksums
from insiders_assets.errors import ModelError
from insiders_assets.places import Place, S3Path
from insiders_assets.unfinished import replacement, sweep_files, sweep_folders, working_folder

UNFINISHED = ".fitted-"
"""What the folder of a model begins with that is still being written."""
ARRAYS, CARD, LATEST = "arrays.npz", "card.json", "latest.json"
NOT_HASHED = ("version", "libraries", "lineage")
"""Parts of the card that say where a model comes from, not what it does."""
LARGEST = 4 << 30
"""Bytes that a model's arrays may unpack to: that of a million customers takes a tenth of it."""
UNREADABLE = (
    OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, EOFError, ArithmeticError,
    MemoryError, RuntimeError, SyntaxError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What reading bytes that anybody may have written can end with: brackets a thousand deep are a RuntimeError."""

Arrays = Mapping[str, NDArray[Any]]


class OutdatedModelError(ModelError):
    """A sound model that was made for another feature contract or another format: only a new fit helps."""


def content_hash(arrays: Arrays, card: Mapping[str, Any]) -> str:
    """Return a short hash of everything that decides what a model answers."""
    found = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        found.update(f"{name}:{array.dtype.str}:{array.shape}:".encode())
        found.update(array.tobytes())
    facts = {name: fact for name, fact in card.items() if name not in NOT_HASHED}
    found.update(json.dumps(facts, sort_keys=True).encode())
    return found.hexdigest()[:16]


def write(folder: Place, arrays: Arrays, card: Mapping[str, Any]) -> None:
    """Write a model's files to ``folder``, all at once: the folder is there complete or not at all.

    Raises:
        ModelError: The folder cannot be written.
    """
    if (folder / CARD).exists():
        return  # named by its content, so it is the same model
    if isinstance(folder, S3Path):
        packed = io.BytesIO()
        np.savez_compressed(packed, allow_pickle=False, **arrays)
        (folder / ARRAYS).write_bytes(packed.getvalue())
        (folder / CARD).write_bytes(_card_text(card).encode())  # last: a folder with a card is a whole model
        return
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with working_folder(folder.parent, UNFINISHED) as temporary:
            np.savez_compressed(temporary / ARRAYS, allow_pickle=False, **arrays)
            (temporary / CARD).write_text(_card_text(card), encoding="utf-8")
            checksums.note(folder, checksums.digest_of_folder(temporary))
            temporary.rename(folder)
    except OSError as error:
        if not (folder / CARD).exists():  # otherwise another process was faster with the same model
            raise ModelError(
                f"cannot be written ({error.strerror or error})",
                where=str(folder),
                hint="give the folder write permission and space, then fit again",
            ) from None


def put_back(folder: Place, copy: Place) -> None:
    """Put the copy of a model in the place of one that is gone or damaged, which is kept aside under a hidden name.

    Args:
        folder: Where the model belongs, under its version.
        copy: Where the copy is.

    Raises:
        ModelError: The copy cannot be used, or the folder cannot be written.
    """
    arrays, card = read(copy)
    if isinstance(folder, Path) and folder.exists():
        aside = folder.with_name(f".damaged-{folder.name}")
        shutil.rmtree(aside, ignore_errors=True)
        folder.rename(aside)
    if isinstance(folder, S3Path):
        (folder / CARD).unlink()
    write(folder, arrays, card)


def sweep(root: Place) -> None:
    """Remove what killed fits left half-written in the folder of all models: there may never be another fit."""
    if isinstance(root, Path):
        sweep_folders(root, UNFINISHED)
        sweep_files(root)


def _card_text(card: Mapping[str, Any]) -> str:
    return json.dumps(card, indent=2, sort_keys=True) + "\n"


def read(folder: Place) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Read a model's files, trusting none of them.

    Raises:
        ModelError: A file is missing, damaged, or of a kind that no model has.
    """
    if strangers := sorted(path.name for path in _listed(folder) if path.name not in (ARRAYS, CARD)):
        raise ModelError(
            f"holds {strangers[0]!r}, which no model has (a model is {ARRAYS} and {CARD}, never a pickle)",
            where=str(folder),
            hint="delete the file if you know where it comes from, otherwise fit anew: insiders refit",
        )
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        if not isinstance(card, dict):
            raise ValueError(f"{CARD} is no card")
        with np.load(io.BytesIO((folder / ARRAYS).read_bytes()), allow_pickle=False) as stored:
            if sum(info.file_size for info in stored.zip.infolist()) > LARGEST:
                raise ValueError(f"its arrays would take more than {LARGEST >> 30} GB")
            arrays = {name: stored[name] for name in stored.files}
        if content_hash(arrays, card) != card["version"]:
            raise ValueError("its content is not what its version says")
        if not checksums.is_whole(folder):  # what the version leaves out: where it comes from
            raise ValueError("its content is not what was written")
    except UNREADABLE as error:
        raise damaged(folder, error) from None
    return arrays, card


def damaged(folder: Place, why: object) -> ModelError:
    """Return the error for a model whose files cannot be used."""
    return ModelError(
        f"is damaged ({why})", where=str(folder), hint="restore it from a copy, or fit anew: insiders refit"
    )


def lost(version: str, root: Place) -> ModelError:
    """Return the error for a model that was in use and is not kept any more.

    Fitting another is for a person to decide.
    """
    return ModelError(
        f"the model {version}, which assigns, is gone",
        where=str(root),
        hint=f"restore {root / version} and {LATEST} from a copy, or fit anew: insiders refit",
    )


def _listed(folder: Place) -> list[Place]:
    try:
        return list(folder.iterdir())
    except OSError as error:
        raise ModelError(
            f"no model can be read here ({error.strerror})", where=str(folder), hint="fit one: insiders refit"
        ) from None


def latest(root: Place) -> str:
    """Return the version that ``latest.json`` in ``root`` names.

    Raises:
        ModelError: It cannot be read, or names something that is no version.
    """
    path = root / LATEST
    if not checksums.is_whole(path):
        raise ModelError(
            checksums.DAMAGED,
            where=str(path),
            hint="delete it: the model that the last refresh assigned by is put in charge again then",
        )
    try:
        version = json.loads(path.read_text(encoding="utf-8"))["version"]
        if not (isinstance(version, str) and version.isalnum()):
            raise ValueError(f"{version!r} is no version")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise damaged(path, error) from None
    return version


def make_latest(root: Place, version: str) -> None:
    """Let ``latest.json`` in ``root`` name ``version``, all at once.

    Raises:
        ModelError: It cannot be written.
    """
    text = json.dumps({"version": version}) + "\n"
    if isinstance(root, S3Path):
        (root / LATEST).write_bytes(text.encode())
        return
    try:
        with replacement(root / LATEST) as temporary:
            temporary.write_text(text, encoding="utf-8")
            checksums.note(root / LATEST, checksums.digest(temporary))
    except OSError as error:
        raise ModelError(
            f"cannot be written ({error.strerror or error})",
            where=str(root / LATEST),
            hint="give the folder write permission and space, then fit again",
        ) from None
