"""The pictures of the stability study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from insiders_assets.contracts.research import BADGES, badge
from insiders_assets.research.drawing import INK, SERIES, canvas, png

if TYPE_CHECKING:
    from insiders_assets.research.agreements import Agreements


def cluster_figure(recovery: Mapping[int, Sequence[float]]) -> bytes:
    """Return each cluster's bootstrap Jaccard, all draws, with the borders of the badges."""
    figure, axes = canvas(width=8, height=3.6)
    names = sorted(recovery)
    for place, cluster in enumerate(names):
        values = np.array(recovery[cluster])
        spread = np.linspace(-0.25, 0.25, len(values))
        axes.scatter(place + spread, np.sort(values), s=7, alpha=0.5, color=SERIES[0], linewidths=0)
        axes.hlines(values.mean(), place - 0.35, place + 0.35, color=INK, linewidth=2)
        axes.text(place, 0.02, f"{values.mean():.2f}\n{badge(float(values.mean()))}", ha="center", fontsize=8)
    for border, word in BADGES[:-1]:
        axes.axhline(border, color=SERIES[1], linewidth=0.8, linestyle=":")
        axes.text(len(names) - 0.5, border, word, fontsize=8, va="bottom", ha="right", color=SERIES[1])
    axes.set(ylim=(0, 1.02), ylabel="Jaccard with the most alike cluster", xlim=(-0.5, len(names) - 0.5))
    axes.set_xticks(range(len(names)), [f"cluster {cluster}" for cluster in names])
    axes.set_title("Is each cluster found again when customers are drawn anew?", fontsize=10)
    return png(figure)


def fit_figure(found: Mapping[str, Agreements], words: Mapping[str, str]) -> bytes:
    """Agreement of fits by what was changed."""
    figure, axes = canvas(1, 2, width=8, height=3, sharey=True)
    parts = (("Adjusted Rand index", "rand"), ("Jaccard of Insider sets", "jaccard"))
    for one, (title, name) in zip(axes, parts, strict=True):
        for place, (_change, agreements) in enumerate(found.items()):
            values = np.array(getattr(agreements, name))
            one.scatter(values, place + np.linspace(-0.2, 0.2, len(values)), s=8, alpha=0.6, color=SERIES[0])
            mean = f"mean {values.mean():.3f}"
            one.text(
                1.02, place, mean, fontsize=8, color=INK, va="center", transform=one.get_yaxis_transform()
            )
        one.set_title(title, fontsize=10)
        one.set(xlim=(min(0.5, one.get_xlim()[0]), 1.01))
    axes[0].set_yticks(range(len(found)), [words[change] for change in found])
    axes[0].invert_yaxis()
    return png(figure)
