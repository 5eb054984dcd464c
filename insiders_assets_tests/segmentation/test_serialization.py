"""Saving and loading: a model in storage is untrusted input."""

from __future__ import annotations

import io
import itertools
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from insiders_assets import checksums
from insiders_assets.errors import ModelError
from insiders_assets.segmentation import ModelRegistry, SegmentationModel
from insiders_assets.segmentation.serialization import content_hash
from insiders_assets.settings import Settings
from insiders_assets_tests.segmentation.shoppers import quick_model


@pytest.fixture
def saved(model: SegmentationModel, tmp_path: Path) -> Path:
    """The folder of a saved version."""
    return tmp_path / model.save(tmp_path)


@pytest.fixture(scope="module")
def kept(
    features: pl.DataFrame, model: SegmentationModel, leaf_model: SegmentationModel
) -> dict[str, SegmentationModel]:
    """A model by each recipe that assigns in its own way."""
    few = features.head(150)
    others = {name: quick_model(few, recipe=name) for name in ("ranks", "octants", "stable")}
    return {"kinds": model, "leaf": leaf_model} | others


@pytest.fixture
def saved_of(kept: dict[str, SegmentationModel], tmp_path: Path) -> Callable[[str], Path]:
    """Saves a model of a recipe, each time into a folder of its own."""
    count = itertools.count()
    return lambda name: tmp_path / str(number := next(count)) / kept[name].save(tmp_path / str(number))


def _rewrite(folder: Path, arrays: dict[str, np.ndarray] | None = None, **facts: object) -> None:
    """Change a saved model and make its version fit again, as someone who means harm would."""
    card = json.loads((folder / "card.json").read_text()) | facts
    stored = dict(np.load(folder / "arrays.npz")) | (arrays or {})
    card["version"] = content_hash(stored, card)
    np.savez_compressed(folder / "arrays.npz", **stored)
    (folder / "card.json").write_text(json.dumps(card))
    checksums.note(folder, checksums.digest_of_folder(folder))


def test_a_loaded_model_answers_what_the_saved_one_did(
    features: pl.DataFrame, model: SegmentationModel, saved: Path
) -> None:
    loaded = SegmentationModel.load(saved)
    assert loaded.version == model.version == saved.name
    assert loaded.card == model.card
    assert loaded.recipe == model.recipe
    assert loaded.assign(features).equals(model.assign(features))


def test_saving_twice_writes_the_same_bytes_once(
    model: SegmentationModel, saved: Path, tmp_path: Path
) -> None:
    before = {path.name: path.read_bytes() for path in saved.iterdir()}
    model.save(tmp_path)
    model.save(tmp_path / "elsewhere")
    elsewhere = tmp_path / "elsewhere" / model.version
    assert {path.name: path.read_bytes() for path in elsewhere.iterdir()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [".checksums", model.version, "elsewhere"]
    )


def test_the_files_are_arrays_and_json_only(saved: Path) -> None:
    assert sorted(path.name for path in saved.iterdir()) == ["arrays.npz", "card.json"]
    with np.load(saved / "arrays.npz", allow_pickle=False) as stored:
        assert all(stored[name].dtype.kind in "iuf" for name in stored.files)


@pytest.mark.parametrize("name", ["model.pkl", "model.joblib", "arrays.npy", "notes.txt", "deeper"])
def test_a_file_that_no_model_has_is_refused(saved: Path, name: str) -> None:
    (saved / name).write_bytes(b"\x80\x04.")
    with pytest.raises(ModelError, match=f"holds '{name}', which no model has"):
        SegmentationModel.load(saved)


def test_a_pickle_inside_the_arrays_is_refused_and_never_run(saved: Path) -> None:
    class Harm:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (exec, ("raise SystemExit('a pickle was run')",))

    stored = dict(np.load(saved / "arrays.npz"))
    np.savez(saved / "arrays.npz", **stored | {"centres": np.array([Harm()], dtype=object)})
    with pytest.raises(ModelError, match="is damaged"):
        SegmentationModel.load(saved)


@pytest.mark.parametrize("name", ["arrays.npz", "card.json"])
@pytest.mark.parametrize("harm", ["missing", "empty", "cut short", "garbage"])
def test_a_damaged_file_is_one_clear_line(saved: Path, name: str, harm: str) -> None:
    path = saved / name
    whole = path.read_bytes()
    path.unlink()
    if harm != "missing":
        path.write_bytes(
            {"empty": b"", "cut short": whole[: len(whole) // 2], "garbage": b"\x00\xff" * 99}[harm]
        )
    with pytest.raises(ModelError, match="insiders refit") as error:
        SegmentationModel.load(saved)
    assert "\n" not in str(error.value)


def test_one_changed_number_is_noticed(saved: Path) -> None:
    stored = dict(np.load(saved / "arrays.npz"))
    stored["centres"][0, 0] += 1
    np.savez_compressed(saved / "arrays.npz", **stored)
    with pytest.raises(ModelError, match="not what its version says"):
        SegmentationModel.load(saved)


@pytest.mark.parametrize(
    ("kind", "name", "index", "value"),
    [
        ("kinds", "leaves_forest_left", 0, 0),
        ("kinds", "leaves_forest_right", 0, 10**9),
        ("kinds", "leaves_forest_feature", 0, 99),
        ("kinds", "leaves_forest_roots", 0, -5),
        ("leaf", "forest_left", 0, 0),
        ("leaf", "pattern_cluster", 0, 77),
        ("ranks", "ranks_columns", 0, 9),
        ("ranks", "ranks_sizes", 0, 10**6),
        ("octants", "cluster_of", 0, 77),
        ("octants", "cluster_of", 0, -1),
    ],
)
def test_arrays_made_to_read_outside_themselves_are_refused(
    saved_of: Callable[[str], Path], kind: str, name: str, index: int, value: int
) -> None:
    saved = saved_of(kind)
    array = np.load(saved / "arrays.npz")[name]
    array[index] = value
    _rewrite(saved, {name: array})
    with pytest.raises(ModelError, match="is damaged"):
        SegmentationModel.load(saved)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("kinds", "leaves_means"),
        ("kinds", "centres"),
        ("leaf", "table"),
        ("ranks", "ranks_values"),
        ("octants", "medians"),
        ("stable", "scaling_shift"),
    ],
)
def test_arrays_that_do_not_belong_or_are_of_another_type_or_shape_are_refused(
    saved_of: Callable[[str], Path], kind: str, name: str
) -> None:
    array = np.load(saved_of(kind) / "arrays.npz")[name]
    for arrays in ({"extra": np.zeros(3)}, {name: array.astype(np.int64)}, {name: array[:-1]}):
        folder = saved_of(kind)
        _rewrite(folder, arrays)
        with pytest.raises(ModelError, match="is damaged"):
            SegmentationModel.load(folder)


def test_a_model_for_another_feature_contract_is_refused(saved: Path) -> None:
    _rewrite(saved, contract="0123456789abcdef")
    with pytest.raises(ModelError, match=r"another feature contract.*insiders refit"):
        SegmentationModel.load(saved)


def test_a_model_of_another_format_is_refused(saved: Path) -> None:
    _rewrite(saved, format=99)
    with pytest.raises(ModelError, match="format 99"):
        SegmentationModel.load(saved)


@pytest.mark.parametrize(
    "facts", [{"recipe": {"name": "kinds"}}, {"recipe": "kinds"}, {"k": "seven"}, {"clusters": 3}]
)
def test_a_card_that_makes_no_sense_is_one_clear_line(saved: Path, facts: dict[str, object]) -> None:
    _rewrite(saved, **facts)
    with pytest.raises(ModelError) as error:
        SegmentationModel.load(saved)
    assert "\n" not in str(error.value)


def test_nothing_is_left_behind_when_a_save_fails(
    model: SegmentationModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(ModelError, match="No space left on device"):
        model.save(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_champion_is_what_latest_json_names(model: SegmentationModel, tmp_path: Path) -> None:
    registry = ModelRegistry(tmp_path / "models")
    assert registry.champion_version() is None
    assert registry.versions() == []
    with pytest.raises(ModelError, match="no model yet"):
        registry.champion()
    registry.promote(model.save(registry.root))
    assert registry.versions() == [model.version]
    assert json.loads((registry.root / "latest.json").read_text()) == {"version": model.version}
    assert registry.champion().version == SegmentationModel.load(registry.root).version == model.version


def test_a_champion_that_is_gone_is_never_replaced_by_a_fit_that_nobody_asked_for(
    model: SegmentationModel, tmp_path: Path
) -> None:
    registry = ModelRegistry(tmp_path / "models")
    registry.promote(model.save(registry.root))
    none, settings = pl.DataFrame(), Settings()
    (registry.root / "latest.json").unlink()
    kept, fitted = ModelRegistry(registry.root).champion_or_fit(none, settings, in_use=model.version)
    assert (kept.version, fitted) == (model.version, False)
    assert registry.champion_version() == model.version
    shutil.rmtree(registry.root / model.version)
    for _ in ("only the model", "the whole folder"):
        with pytest.raises(ModelError, match=f"{model.version}.*gone.*insiders refit"):
            ModelRegistry(registry.root).champion_or_fit(none, settings, in_use=model.version)
        shutil.rmtree(registry.root, ignore_errors=True)


def test_a_version_that_is_not_kept_cannot_be_promoted(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model 'ghost'"):
        ModelRegistry(tmp_path).promote("ghost")


@pytest.mark.parametrize("text", ["", "[]", '{"version": "../../etc"}', '{"version": 5}'])
def test_a_latest_json_that_names_no_version_is_one_clear_line(
    model: SegmentationModel, tmp_path: Path, text: str
) -> None:
    model.save(tmp_path)
    (tmp_path / "latest.json").write_text(text)
    with pytest.raises(ModelError, match=r"latest\.json.*damaged"):
        SegmentationModel.load(tmp_path)


def test_bytes_of_a_model_do_not_depend_on_when_it_was_saved(model: SegmentationModel) -> None:
    first, second = io.BytesIO(), io.BytesIO()
    for stream in (first, second):
        np.savez_compressed(stream, **model._voter.arrays())
    assert first.getvalue() == second.getvalue()


@pytest.mark.parametrize(
    "text", ["[]", "1", "null", "[" * 100_000], ids=["list", "number", "nothing", "brackets"]
)
def test_a_card_that_is_json_and_no_card_is_refused(saved: Path, text: str) -> None:
    (saved / "card.json").write_text(text)
    checksums.note(saved, checksums.digest_of_folder(saved))
    with pytest.raises(ModelError, match="is damaged"):
        SegmentationModel.load(saved)


@pytest.mark.parametrize("name", ["feature", "threshold", "right"])
def test_trees_whose_arrays_end_before_others_are_refused_before_they_are_walked(
    saved: Path, name: str
) -> None:
    array = np.load(saved / "arrays.npz")[f"leaves_forest_{name}"]
    _rewrite(saved, {f"leaves_forest_{name}": array[:-5]})
    with pytest.raises(ModelError, match="do not fit together"):
        SegmentationModel.load(saved)


def test_a_card_that_tells_of_fewer_clusters_is_refused(model: SegmentationModel, saved: Path) -> None:
    _rewrite(saved, clusters=model.card["clusters"][1:])
    with pytest.raises(ModelError, match="its card tells of"):
        SegmentationModel.load(saved)


def test_arrays_that_would_fill_the_memory_are_refused_before_they_are_read(
    saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("insiders_assets.segmentation.serialization.LARGEST", 1 << 20)
    _rewrite(saved, {"centres": np.zeros(1 << 20)})
    with pytest.raises(ModelError, match="its arrays would take more than"):
        SegmentationModel.load(saved)
