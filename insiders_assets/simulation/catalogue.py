"""The shop's catalogue: invented products with prices, popularity, the day they came and the season they sell in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from insiders_assets.simulation.calendar import Calendar
from insiders_assets.simulation.draws import below, drawn

PRODUCTS = 3600
_SLOTS = 1 << 16
_STYLES = (
    "BLUE", "RED", "IVORY", "PINK", "GREEN", "RETRO", "VINTAGE", "RUSTIC", "MINI", "LARGE", "POLKA DOT", "STRIPED",
    "FLORAL", "GOLD", "SILVER", "OAK", "ENAMEL", "PAPER", "FOLK", "NORDIC", "CHRISTMAS", "SET OF 6", "PACK OF 12",
    "BOX OF 24",
)  # fmt: skip
_THEMES = (
    "OWL", "FOX", "SWALLOW", "HEART", "STAR", "ROSE", "LEMON", "CHERRY", "CLOVER", "SAILOR", "GARDEN", "KITCHEN",
    "PICNIC", "MEADOW", "FOREST",
)  # fmt: skip
_THINGS = ("MUG", "TIN", "BOWL", "LAMP", "CANDLE", "BUNTING", "NAPKINS", "CARD", "APRON", "BASKET")
_AWKWARD = 'CAFÉ SIGN "À BIENTÔT", LARGE'
"""One honest product whose name holds quotes, a comma and letters beyond ASCII."""

_PENCE = np.array(
    [25, 29, 42, 55, 65, 85, 125, 145, 165, 195, 210, 255, 295, 375, 425, 495, 595, 795, 850, 995, 1275, 1695],
)  # fmt: skip
_PRICE_WEIGHTS = np.array([1, 3, 7, 5, 4, 9, 13, 6, 10, 9, 7, 7, 8, 6, 4, 6, 4, 4, 2, 2, 2, 1])
CHEAP, MIDDLE, DEAR = 0, 1, 2
"""Price tiers: what is cheap is bought by the dozen."""


@dataclass(frozen=True)
class Catalogue:
    """What can be bought.

    Attributes:
        codes: Stock codes.
        names: Descriptions.
        pence: List prices in hundredths of the currency.
        tier: Price tiers.
        popular: A product for each of 65,536 equally likely draws; a few products fill most of it.
        on_sale: For each day and product the one sold when it is asked for: itself, or another one while it is not yet
            in the catalogue or out of season.
    """

    codes: list[str]
    names: list[str]
    pence: NDArray[np.int64]
    tier: NDArray[np.int64]
    popular: NDArray[np.int64]
    on_sale: NDArray[np.uint16]

    @classmethod
    def of(cls, seed: np.uint64, calendar: Calendar) -> Catalogue:
        """Return the catalogue of one shop, which ``seed`` names."""
        keys = seed + np.arange(PRODUCTS, dtype=np.uint64)
        number = np.arange(PRODUCTS)
        thing = number % len(_THINGS)
        theme = number // len(_THINGS) % len(_THEMES)
        style = number // (len(_THINGS) * len(_THEMES))
        names = [
            f"{_STYLES[a]} {_THEMES[b]} {_THINGS[c]}" for a, b, c in zip(style, theme, thing, strict=True)
        ]
        names[7] = _AWKWARD
        letters = np.where(drawn(keys, 1) % np.uint64(4) == 0, drawn(keys, 2) % np.uint64(5), np.uint64(9))
        codes = [
            f"{20001 + n * 19}" + ("ABCDE"[letter] if letter < 9 else "")
            for n, letter in zip(number, letters.tolist(), strict=True)
        ]
        pence = np.repeat(_PENCE, _PRICE_WEIGHTS)[below(drawn(keys, 3), int(_PRICE_WEIGHTS.sum()))]
        return cls(
            codes=codes,
            names=names,
            pence=pence,
            tier=(pence > 125).astype(np.int64) + (pence > 400),
            popular=_popularity(keys),
            on_sale=_on_sale(keys, calendar, np.array([name.startswith("CHRISTMAS") for name in names])),
        )


def _popularity(keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Slots by a Zipf–Mandelbrot law, given to products in an order of their own."""
    share = 1 / (np.arange(PRODUCTS) + 90.0)
    reached = share.cumsum()
    edges = np.floor(reached / reached[-1] * _SLOTS + 0.5).astype(np.int64)
    edges[-1] = _SLOTS
    ranked = np.argsort(drawn(keys, 4), kind="stable")
    return np.repeat(ranked, np.diff(edges, prepend=0))


def _on_sale(
    keys: NDArray[np.uint64], calendar: Calendar, christmas: NDArray[np.bool_]
) -> NDArray[np.uint16]:
    ordinary = np.flatnonzero(~christmas)
    always = ordinary[drawn(keys[ordinary], 5) % np.uint64(10) < 7]
    stand_in = always[below(drawn(keys, 6), len(always))]
    launched = below(drawn(keys, 7), calendar.days)
    launched[always] = 0
    launched[christmas] = 0
    day = np.arange(calendar.days)
    months = np.array([(calendar.start + timedelta(int(d))).month for d in day])
    missing = (day[:, None] < launched) | (christmas & ((months < 9) & (months > 1))[:, None])
    return np.where(missing, stand_in, np.arange(PRODUCTS)).astype(np.uint16)
