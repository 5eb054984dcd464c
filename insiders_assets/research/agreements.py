"""How far several fits agree, collected for a study."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Agreements:
    """Fits of some of the same customers, compared on those that they share.

    Attributes:
        rand: Adjusted Rand indices.
        jaccard: Jaccard indices of Insider sets.
        recovery: Jaccard indices by cluster.
    """

    rand: list[float] = field(default_factory=list)
    jaccard: list[float] = field(default_factory=list)
    recovery: dict[int, list[float]] = field(default_factory=dict)
