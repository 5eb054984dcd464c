"""The borders of the tiers: the fewest customers who cover a share, and everybody worth as much as the last of them."""

from __future__ import annotations

import json

import polars as pl
import pytest

from insiders_assets import checksums
from insiders_assets.errors import ModelError, UsageError
from insiders_assets.segmentation import Borders, SegmentationModel, borders_of
from insiders_assets.segmentation.serialization import content_hash


def worth(*values: float, known: bool = True) -> pl.DataFrame:
    return pl.DataFrame({"revenue": [float(value) for value in values], "is_identified": known})


@pytest.mark.parametrize(
    ("values", "coverage", "insider", "viability"),
    [
        ((50, 30, 10, 5, 5), (0.8, 0.9), 30, 10),  # a share that is met exactly needs nobody more
        ((50, 30, 10, 5, 5), (0.81, 0.91), 10, 5),
        ((10, 10, 10, 10), (0.5, 1), 10, 10),  # who ties with the last one needed is inside
        ((7,), (0.85, 0.97), 7, 7),
        ((100, 0, -40), (0.85, 0.97), 100, 100),  # nobody is worth less than nothing to a total
    ],
)
def test_a_border_is_what_the_last_customer_needed_is_worth(
    values: tuple[float, ...], coverage: tuple[float, float], insider: float, viability: float
) -> None:
    for order in (values, values[::-1]):
        assert borders_of(worth(*order), coverage=coverage) == Borders(
            insider, viability, "revenue", coverage
        )


def test_the_anonymous_count_for_nothing() -> None:
    table = pl.concat([worth(60, 25, 15), worth(9_999, known=False)])
    assert borders_of(table) == borders_of(worth(60, 25, 15))


def test_where_nobody_is_worth_anything_there_is_no_border() -> None:
    assert borders_of(worth(0, 0, -1)) is None
    assert borders_of(worth(5, known=False)) is None


def test_shares_out_of_order_and_a_measure_that_is_not_there_are_refused() -> None:
    with pytest.raises(UsageError, match=r"coverage 0\.9 and 0\.8 .*INSIDERS_VIABILITY_COVERAGE"):
        borders_of(worth(1), coverage=(0.9, 0.8))
    with pytest.raises(UsageError, match=r"coverage 0 and 0\.8 "):
        borders_of(worth(1), coverage=(0.0, 0.8))
    with pytest.raises(ModelError, match="no column 'margin'"):
        borders_of(worth(1), measure="margin")


def test_a_model_keeps_its_borders(features: pl.DataFrame, model: SegmentationModel, tmp_path) -> None:
    assert model.borders == borders_of(features)
    loaded = SegmentationModel.load(tmp_path / model.save(tmp_path))
    assert loaded.borders == model.borders
    assert loaded.axes == model.axes


def test_a_model_from_before_there_were_any_says_so_and_assigns_as_it_did(
    features: pl.DataFrame, model: SegmentationModel, tmp_path
) -> None:
    folder = tmp_path / model.save(tmp_path)
    card = {name: fact for name, fact in model.card.items() if name not in ("axes", "borders")}
    card["version"] = content_hash(model._voter.arrays(), card)
    (folder / "card.json").write_text(json.dumps(card))
    checksums.note(folder, checksums.digest_of_folder(folder))
    older = SegmentationModel.load(folder)
    assert (older.borders, older.axes) == (None, ())
    assert older.assign(features).equals(model.assign(features))


@pytest.mark.parametrize(
    "borders",
    [{"insider": 1.0}, {"insider": 1.0, "viability": 2.0, "measure": "revenue", "coverage": [0.85, 0.97]}, 7],
)
def test_borders_that_make_no_sense_are_a_damaged_model(
    model: SegmentationModel, borders: object, tmp_path
) -> None:
    folder = tmp_path / model.save(tmp_path)
    card = model.card | {"borders": borders}
    card["version"] = content_hash(model._voter.arrays(), card)
    (folder / "card.json").write_text(json.dumps(card))
    checksums.note(folder, checksums.digest_of_folder(folder))
    with pytest.raises(ModelError, match="is damaged"):
        SegmentationModel.load(folder)


@pytest.mark.parametrize(("second", "is_sense"), [(1.0, True), (1.5, False)])
def test_all_value_is_the_most_that_can_be_covered(second: float, is_sense: bool) -> None:
    facts = Borders(30, 10, "revenue", (0.5, second)).facts()
    if is_sense:
        assert Borders.from_facts(facts) == Borders(30, 10, "revenue", (0.5, 1.0))
    else:
        with pytest.raises(ValueError, match="out of order"):
            Borders.from_facts(facts)
