"""Simulated exports of a shop that does not exist, shaped like the published figures. Never imports dagster."""

from typing import Any

from insiders_assets.simulation.exports import simulate

SHIPPED: dict[str, Any] = {"customers": 800, "lines": 0.45, "seed": 42}
"""The arguments of :func:`simulate` that made the exports in ``data/landing/``."""

__all__ = ["SHIPPED", "simulate"]
