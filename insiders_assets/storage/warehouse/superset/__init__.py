"""The dashboard as Apache Superset imports it: ``python -m insiders_assets.storage.warehouse.superset URL OUT.zip``."""

from insiders_assets.storage.warehouse.superset.bundle import bundle, write

__all__ = ["bundle", "write"]
