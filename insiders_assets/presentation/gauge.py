"""Half-dial gauges: where one tier stands among the bands of all three, drawn as SVG on the server."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import cos, pi, sin

RADIUS, THICKNESS = 100.0, 26.0


@dataclass(frozen=True)
class Band:
    """A stretch of the scale that belongs to one tier.

    Attributes:
        tier: The tier.
        low: Where it begins.
        high: Where it ends.
        path: Its outline, as SVG path data.
    """

    tier: str
    low: float
    high: float
    path: str


@dataclass(frozen=True)
class Gauge:
    """A gauge, ready to draw in the box ``-110 -110 220 120``.

    Attributes:
        name: The feature shown.
        value: What the needle points at.
        end: The scale's end; it begins at zero.
        bands: The tiers' stretches, lowest first.
        needle: The needle's tip, x and y.
    """

    name: str
    value: float
    end: float
    bands: tuple[Band, ...]
    needle: tuple[float, float]


def gauge(name: str, means: dict[str, float], shown: str = "viability") -> Gauge | None:
    """Return the gauge of one feature, its bands computed from the tiers' means.

    Two tiers that are neighbours on the scale meet half-way between their means; the scale runs from zero to a fifth
    above the highest mean, so that a value may stand right of it.

    Args:
        name: The feature.
        means: Each tier's mean; a tier without one is left out.
        shown: The tier whose mean the needle points at.

    Returns:
        The gauge, or None where the tier shown has no mean or nothing to stand against.
    """
    order = sorted(means.items(), key=lambda item: (item[1], item[0]))
    if shown not in means or len(order) < 2 or order[-1][1] <= 0:
        return None
    end = order[-1][1] * 1.2
    edges = [0.0, *((low[1] + high[1]) / 2 for low, high in pairwise(order)), end]
    bands = tuple(
        Band(tier, low, high, _arc(low / end, high / end))
        for (tier, _), (low, high) in zip(order, pairwise(edges), strict=True)
    )
    return Gauge(name, means[shown], end, bands, _point(means[shown] / end, RADIUS - THICKNESS - 8))


def _point(share: float, radius: float) -> tuple[float, float]:
    angle = pi * (1 - min(max(share, 0.0), 1.0))
    return round(radius * cos(angle), 2), round(-radius * sin(angle), 2)


def _arc(start: float, stop: float) -> str:
    inner = RADIUS - THICKNESS
    (ax, ay), (bx, by) = _point(start, RADIUS), _point(stop, RADIUS)
    (cx, cy), (dx, dy) = _point(stop, inner), _point(start, inner)
    return f"M{ax} {ay}A{RADIUS:g} {RADIUS:g} 0 0 1 {bx} {by}L{cx} {cy}A{inner:g} {inner:g} 0 0 0 {dx} {dy}Z"
