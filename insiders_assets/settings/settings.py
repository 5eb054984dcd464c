"""Every setting, once. Each is an environment variable ``INSIDERS_<NAME>`` and, where useful, a command option."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable

from pydantic import BaseModel
from pydantic_settings import BaseSettings, SettingsConfigDict

from insiders_assets.places import place
from insiders_assets.settings.brake import BrakeSettings
from insiders_assets.settings.cleaning import CleaningSettings
from insiders_assets.settings.dashboard import DashboardSettings
from insiders_assets.settings.deliveries import DeliverySettings
from insiders_assets.settings.engine import EngineSettings
from insiders_assets.settings.features import FeatureSettings
from insiders_assets.settings.fields import OPERATIONAL
from insiders_assets.settings.ingest import IngestSettings
from insiders_assets.settings.operations import OperationsSettings
from insiders_assets.settings.places import PlaceSettings
from insiders_assets.settings.programme import ProgrammeSettings
from insiders_assets.settings.report import ReportSettings
from insiders_assets.settings.segmentation import SegmentationSettings

ROOMS: dict[str, type[BaseModel]] = {
    "Places": PlaceSettings,
    "Engine": EngineSettings,
    "Ingest": IngestSettings,
    "Cleaning": CleaningSettings,
    "Features": FeatureSettings,
    "Segmentation": SegmentationSettings,
    "Programme": ProgrammeSettings,
    "Brake": BrakeSettings,
    "Deliveries": DeliverySettings,
    "Report": ReportSettings,
    "Dashboard": DashboardSettings,
    "Operating": OperationsSettings,
}
"""The settings of each room, in the order they are shown in."""


class Settings(
    PlaceSettings,
    EngineSettings,
    IngestSettings,
    CleaningSettings,
    FeatureSettings,
    SegmentationSettings,
    ProgrammeSettings,
    BrakeSettings,
    DeliverySettings,
    ReportSettings,
    DashboardSettings,
    OperationsSettings,
    BaseSettings,
):
    """Where things lie and which rules hold. Read from ``INSIDERS_*`` and never changed afterwards."""

    model_config = SettingsConfigDict(
        env_prefix="INSIDERS_", frozen=True, extra="forbid", env_ignore_empty=True
    )

    @property
    def landing_zone(self) -> str:
        """Where exports arrive."""
        return self.landing or f"{self.home.rstrip('/')}/landing"

    def as_kept(self, column: str, values: Iterable[str]) -> tuple[str, ...]:
        """Return values of a column as tables hold them: with their hashes, where the column is hashed."""
        known = tuple(values)
        if column not in self.hash_columns or not self.hash_key:
            return known
        key = self.hash_key.get_secret_value()
        return (*known, *(pseudonym(key, value) for value in known))

    def decisive(self) -> set[str]:
        """Return the names of the settings that can change a result."""
        return {name for name, field in type(self).model_fields.items() if OPERATIONAL not in field.metadata}

    def digest(self) -> str:
        """Return a short hash of every setting that can change a result."""
        rules = json.loads(self.model_dump_json(include=self.decisive()))
        if self.hash_key:
            rules["hash_key"] = hashlib.sha256(self.hash_key.get_secret_value().encode()).hexdigest()
        if self.costs:
            rules["costs"] = _content(self.costs)
        if self.opted_out:
            rules["opted_out"] = _content(self.opted_out)  # who opted out matters, not where the file is
        return hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()[:16]


def pseudonym(key: str, value: str) -> str:
    """Return the keyed hash that stands for a value: HMAC-SHA-256, cut to 128 bits, in hex."""
    return hmac.new(key.encode(), value.encode(), "sha256").hexdigest()[:32]


def _content(location: str) -> str:
    """Return a hash of a file's bytes; ``missing`` if it cannot be read, which is an error where it is used."""
    try:
        return hashlib.sha256(place(location).read_bytes()).hexdigest()
    except OSError:
        return "missing"
