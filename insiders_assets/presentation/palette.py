"""The page's colours: one per tier everywhere, told apart by any reader, legible on white.

Blue, orange and grey differ in hue for the colour-blind and in lightness on a grey printout (after Okabe and Ito,
*Color Universal Design*, 2008). Each has a contrast of at least 4.5 to white, so that it can carry white text and be
text on white (WCAG 2.2, 1.4.3).
"""

TIER = {"insider": "#1B5E9E", "viability": "#B45309", "not_insider": "#667085"}
"""Marks, badges and text of a tier."""

TIER_SOFT = {"insider": "#DCE9F6", "viability": "#FBE8D3", "not_insider": "#EBEDF0"}
"""Backgrounds of a tier, light enough for dark text."""

TIER_SYMBOL = {"insider": "circle", "viability": "diamond", "not_insider": "square"}
"""Marks of a tier on the map: shape as well as colour."""

SERIES = ("#1B5E9E", "#B45309", "#3F7D58", "#7A4E9E", "#667085")
"""Lines and marks of a chart whose series are not tiers."""

INK, MUTED, LINE, PAPER = "#16202C", "#525D6B", "#D5DBE3", "#FFFFFF"

HEAT = ("#FFFFFF", "#8FBCE6")
"""Ends of the heat scale: from the least to the most favourable value."""


def mix(low: str, high: str, share: float) -> str:
    """Return the colour ``share`` of the way from ``low`` to ``high``, each as ``#RRGGBB``."""
    ends = [[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in (low, high)]
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in zip(*ends, strict=True))


def shades(tier: str, count: int) -> list[str]:
    """Return ``count`` colours of one tier, from its own to a lighter one, so that its clusters can be told apart."""
    steps = [0.45 * index / max(count - 1, 1) for index in range(count)]
    return [mix(TIER[tier], "#FFFFFF", step) for step in steps]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21, as WCAG 2.2 defines it."""
    lights = sorted((_luminance(one), _luminance(other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
