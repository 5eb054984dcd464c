"""Models that were damaged, and models made by hand by somebody who knows how."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from insiders_assets_tests.faults.content import Broken
from insiders_assets_tests.faults.record import Outcome

if TYPE_CHECKING:
    from insiders_assets_tests.faults.families import Ground


def models(on: Ground) -> list[Outcome]:
    """Models that were damaged, and models that somebody made who knows how."""
    from insiders_assets.segmentation import SegmentationModel, serialization
    from insiders_assets_tests.segmentation.shoppers import quick_model, shoppers

    found, chance = (
        Broken(on, "models: damaged, or made by hand under the right checksum"),
        on.chance("models"),
    )
    features = shoppers(300)
    root = on.folder("models")
    folder = root / quick_model(features, trees=10, epochs=20).save(root)
    arrays, card = serialization.read(folder)
    blobs = {name: (folder / name).read_bytes() for name in (serialization.ARRAYS, serialization.CARD)}
    copy = on.folder("tampered")

    def loaded() -> None:
        SegmentationModel.load(copy).assign(features)

    for _ in range(on.times(1500, least=60)):
        name = chance.choice(list(blobs))
        content = bytearray(blobs[name])
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(content))
            content[at : at + chance.choice([0, 1, 4, 400])] = chance.randbytes(chance.choice([0, 1, 4]))
        written(copy, blobs | {name: bytes(content)})
        found.tried(loaded, f"{name}, damaged")
    for what, blob in texts():
        written(copy, blobs | {serialization.CARD: blob})
        found.tried(loaded, what)
    for _ in range(on.times(1500, least=60)):
        what, made, told = forged(dict(arrays), json.loads(json.dumps(card)), chance)
        written(copy, packed(made, told))
        found.tried(loaded, what)
    return [found.outcome]


def texts() -> list[tuple[str, bytes]]:
    """Cards that are JSON, and no card."""
    deep = b"[" * 200_000
    return [
        (f"card.json is {blob[:20]!r}", blob)
        for blob in (b"[]", b"1", b'"x"', b"null", b"{}", deep, b"NaN", b"\xff")
    ]


def forged(
    arrays: dict[str, Any], card: dict[str, Any], chance: random.Random
) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """A model with one part changed, under the checksum that belongs to it."""

    from insiders_assets.segmentation import serialization

    what = _another_array(arrays, chance) if chance.random() < 0.5 else _another_fact(card, chance)
    card["version"] = serialization.content_hash(arrays, card)
    return what, arrays, card


def _another_array(arrays: dict[str, Any], chance: random.Random) -> str:
    import numpy as np

    name = chance.choice(list(arrays))
    array = arrays[name]
    flat = np.array(array, copy=True).reshape(-1)
    changes: dict[str, Callable[[], Any]] = {
        "one less": lambda: flat[:-1].reshape(-1, *array.shape[1:]) if array.ndim == 1 else array[:-1],
        "twice": lambda: np.concatenate([flat, flat]),
        "flat": lambda: flat,
        "texts": lambda: array.astype("U8"),
        "empty": lambda: array[:0] if array.ndim else flat[:0],
        "a number that is too high": lambda: _with(
            flat, 2**31 - 1 if flat.dtype.itemsize > 2 else 127, chance
        ),
        "a number below zero": lambda: _with(flat, -5, chance) if flat.dtype.kind != "u" else flat,
        "no number": lambda: _with(flat, float("nan"), chance) if flat.dtype.kind == "f" else flat,
    }
    kind = chance.choice(["gone", "a stranger", *changes])
    if kind == "gone":
        del arrays[name]
    elif kind == "a stranger":
        arrays["stranger"] = np.zeros(3)
    else:
        changed = changes[kind]()
        arrays[name] = changed.reshape(array.shape) if "number" in kind else changed
    return f"arrays, {name}: {kind}"


def _with(flat: Any, value: float, chance: random.Random) -> Any:
    if flat.size:
        flat[chance.randrange(flat.size)] = value
    return flat


def _another_fact(card: dict[str, Any], chance: random.Random) -> str:
    at: Any = card
    path: list[Any] = []
    holder: Any = card
    while isinstance(at, dict | list) and at and (not path or chance.random() < 0.6):
        key = chance.choice(list(at)) if isinstance(at, dict) else chance.randrange(len(at))
        holder, at = at, at[key]
        path.append(key)
    holder[path[-1]] = chance.choice([None, -1, 2**70, "x", [], {}, 1e308, True, [[1]], {"a": None}])
    return f"card, {path}: {holder[path[-1]]!r}"


def packed(arrays: dict[str, Any], card: Any) -> dict[str, bytes]:
    """A model's files."""
    import numpy as np

    from insiders_assets.segmentation import serialization

    into = io.BytesIO()
    np.savez_compressed(into, allow_pickle=False, **arrays)
    return {serialization.ARRAYS: into.getvalue(), serialization.CARD: json.dumps(card).encode()}


def written(folder: Path, files: dict[str, bytes]) -> None:
    """Put files into a folder in the place of others."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
