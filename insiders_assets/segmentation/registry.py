"""All models of one home, and which of them is the champion."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

from insiders_assets.contracts.customers import MEASURES
from insiders_assets.errors import ModelError
from insiders_assets.places import Place, place
from insiders_assets.segmentation import serialization
from insiders_assets.segmentation.model import SegmentationModel
from insiders_assets.segmentation.recipes import recipe_from

if TYPE_CHECKING:
    import polars as pl

    from insiders_assets.settings import Settings


class ModelRegistry:
    """Versions of the segmentation model in one folder; ``latest.json`` names the champion, which assigns.

    Attributes:
        root: The folder, here or on S3; it need not exist before the first model is kept.
    """

    def __init__(self, root: str | Place) -> None:
        self.root = place(root)
        self._loaded: SegmentationModel | None = None

    def versions(self) -> list[str]:
        """Return every version that is kept, sorted."""
        if not self.root.is_dir():
            return []
        return sorted(
            folder.name
            for folder in self.root.iterdir()
            if not folder.name.startswith(".") and (folder / serialization.CARD).is_file()
        )

    def champion_version(self) -> str | None:
        """Return the champion's version, or None before the first fit."""
        return serialization.latest(self.root) if (self.root / serialization.LATEST).exists() else None

    def champion(self) -> SegmentationModel:
        """Return the model that assigns; read once, then kept until another is promoted.

        Raises:
            ModelError: There is none yet, or it cannot be used.
        """
        version = self.champion_version()
        if version is None:
            raise ModelError("there is no model yet", where=str(self.root), hint="fit one: insiders run")
        if self._loaded is None or self._loaded.version != version:
            if not any(
                (self.root / version / name).exists() for name in (serialization.CARD, serialization.ARRAYS)
            ):
                raise serialization.lost(version, self.root)
            self._loaded = self.load(version)
        return self._loaded

    def load(self, version: str) -> SegmentationModel:
        """Return a model by version.

        Raises:
            ModelError: It is not kept here, or cannot be used.
        """
        return SegmentationModel.load(self.root / version)

    def put_back(self, copies: Place) -> str:
        """Put the champion back from a copy if it is gone or damaged and there is a sound one.

        Args:
            copies: A folder of copies by version.

        Returns:
            What was done, in a line; empty if there was nothing to do, or nothing to do it with.
        """
        with suppress(ModelError):
            version = self.champion_version()
            if version is None or not (copies / version / serialization.CARD).is_file():
                return ""
            try:
                self.champion()
            except serialization.OutdatedModelError:
                return ""
            except ModelError as error:
                serialization.put_back(self.root / version, copies / version)
                return f"the model {version} {error.what}: it was put back from {copies / version}"
        return ""

    def promote(self, version: str) -> None:
        """Make a kept version the champion.

        Raises:
            ModelError: It is not kept here, or the folder cannot be written.
        """
        if version not in self.versions():
            raise ModelError(f"there is no model {version!r}", where=str(self.root), hint="save it first")
        serialization.make_latest(self.root, version)

    def champion_or_fit(
        self,
        features: pl.DataFrame,
        settings: Settings,
        *,
        refit: bool = False,
        as_of: date | None = None,
        in_use: str | None = None,
    ) -> tuple[SegmentationModel, bool]:
        """Return the champion; or, if there is none or ``refit`` asks for it, a newly fitted model, promoted.

        A champion that was made for another feature contract cannot assign any more and is replaced, too.

        Args:
            features: The ``customer_features`` table.
            settings: Recipe, seed and coverage of a fit.
            refit: Fit although there is a champion.
            as_of: The day the features look back from.
            in_use: The version that the last refresh assigned by, if it is known.

        Returns:
            The champion, and whether it was fitted now.

        Raises:
            ModelError: The champion is gone or cannot be used, or no model can be fitted on these features.
        """
        serialization.sweep(self.root)
        if not refit and in_use and self.champion_version() is None:
            if in_use not in self.versions():
                raise serialization.lost(in_use, self.root)
            self.promote(in_use)  # only the note of who assigns was lost
        if not refit and self.champion_version() is not None:
            with suppress(serialization.OutdatedModelError):
                return self.champion(), False
        model = SegmentationModel.fit(
            features,
            seed=settings.seed,
            recipe=recipe_from(settings),
            as_of=as_of or settings.as_of,
            previous=self._previous(),
            coverage=(settings.insider_coverage, settings.viability_coverage),
            value=MEASURES[settings.value],
        )
        self.promote(model.save(self.root))
        self._loaded = model
        return model, True

    def _previous(self) -> SegmentationModel | None:
        """Return the champion to be replaced, if it can still assign."""
        with suppress(ModelError):
            return self.champion()
        return None
