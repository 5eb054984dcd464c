"""Settings: one class a room, and what is read from the environment."""

from insiders_assets.settings.loading import load_settings, require_database
from insiders_assets.settings.settings import ROOMS, Settings, pseudonym

__all__ = ["ROOMS", "Settings", "load_settings", "pseudonym", "require_database"]
