"""What tiers are called."""

from __future__ import annotations

from insiders_assets.language import Language, mark

TIER_NAMES = {
    "insider": mark("Insiders"),
    "viability": mark("Viability"),
    "not_insider": mark("Not Insiders"),
}


def tier_names(words: Language) -> dict[str, str]:
    """Return what each tier is called in the reader's language, the highest first."""
    return {tier: words.text(name) for tier, name in TIER_NAMES.items()}
