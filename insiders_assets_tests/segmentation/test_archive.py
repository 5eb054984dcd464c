"""Saving and loading: a model in storage is untrusted input."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from insiders_assets.errors import ModelError
from insiders_assets.segmentation import ModelRegistry, SegmentationModel
from insiders_assets.segmentation.archive import content_hash


@pytest.fixture
def saved(model: SegmentationModel, tmp_path: Path) -> Path:
    """The folder of a saved version."""
    return tmp_path / model.save(tmp_path)


def _rewrite(folder: Path, arrays: dict[str, np.ndarray] | None = None, **facts: object) -> None:
    """Change a saved model and make its version fit again, as someone who means harm would."""
    card = json.loads((folder / "card.json").read_text()) | facts
    stored = dict(np.load(folder / "arrays.npz")) | (arrays or {})
    card["version"] = content_hash(stored, card)
    np.savez_compressed(folder / "arrays.npz", **stored)
    (folder / "card.json").write_text(json.dumps(card))


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
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([model.version, "elsewhere"])


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
    np.savez(saved / "arrays.npz", **stored | {"table": np.array([Harm()], dtype=object)})
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
    stored["table"][0, 0] += 1
    np.savez_compressed(saved / "arrays.npz", **stored)
    with pytest.raises(ModelError, match="not what its version says"):
        SegmentationModel.load(saved)


@pytest.mark.parametrize(
    ("name", "index", "value"),
    [
        ("forest_left", 0, 0),
        ("forest_right", 0, 10**9),
        ("forest_feature", 0, 99),
        ("forest_roots", 0, -5),
        ("pattern_cluster", 0, 77),
    ],
)
def test_arrays_made_to_read_outside_themselves_are_refused(
    saved: Path, name: str, index: int, value: int
) -> None:
    array = np.load(saved / "arrays.npz")[name]
    array[index] = value
    _rewrite(saved, {name: array})
    with pytest.raises(ModelError, match="is damaged"):
        SegmentationModel.load(saved)


def test_arrays_that_do_not_belong_or_are_of_another_type_are_refused(saved: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(saved, other)
    _rewrite(saved, {"extra": np.zeros(3)})
    _rewrite(other, {"table": np.load(saved / "arrays.npz")["table"].astype(np.float64)})
    for folder in (saved, other):
        with pytest.raises(ModelError, match="not those of a leaf vote"):
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
    "facts", [{"recipe": {"name": "leaf"}}, {"recipe": "leaf"}, {"k": "seven"}, {"clusters": 3}]
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
    with pytest.raises(ModelError, match="is damaged"):
        SegmentationModel.load(saved)


@pytest.mark.parametrize("name", ["feature", "threshold", "right"])
def test_trees_whose_arrays_end_before_others_are_refused_before_they_are_walked(
    saved: Path, name: str
) -> None:
    array = np.load(saved / "arrays.npz")[f"forest_{name}"]
    _rewrite(saved, {f"forest_{name}": array[:-5]})
    with pytest.raises(ModelError, match="do not fit together"):
        SegmentationModel.load(saved)


def test_a_card_that_tells_of_fewer_clusters_is_refused(model: SegmentationModel, saved: Path) -> None:
    _rewrite(saved, clusters=model.card["clusters"][1:])
    with pytest.raises(ModelError, match="its card tells of"):
        SegmentationModel.load(saved)


def test_arrays_that_would_fill_the_memory_are_refused_before_they_are_read(
    saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("insiders_assets.segmentation.archive.LARGEST", 1 << 20)
    _rewrite(saved, {"table": np.zeros(1 << 20)})
    with pytest.raises(ModelError, match="its arrays would take more than"):
        SegmentationModel.load(saved)
