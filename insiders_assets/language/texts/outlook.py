"""Why a figure of the outlook is shown or withheld."""

from insiders_assets.language.slots import Kind, text

TEXTS = {
    "outlook.short": text(
        "Withheld: it takes %(needed)s days of purchases to tell how right it is, and there are %(days)s.",
        needed=Kind.NUMBER, days=Kind.NUMBER,
    ),
    "outlook.few": text(
        "Withheld: fewer than %(fewest)s identified customers were known at a past cut-off, too few to tell how right "
        "it is.",
        fewest=Kind.NUMBER,
    ),
    "outlook.range_missed": text(
        "Withheld: at the cut-off of %(day)s, %(coverage)s of customers came to lie within a range that is to hold "
        "%(stated)s.",
        day=Kind.DAY, coverage=Kind.PERCENT, stated=Kind.PERCENT,
    ),
    "outlook.chance_missed": text(
        "Withheld: at the cut-off of %(day)s, the share who bought was off by %(gap)s from the chance told; 5 %% is "
        "allowed.",
        day=Kind.DAY, gap=Kind.PERCENT,
    ),
    "outlook.range_held": text(
        "At the last %(count)s cut-offs between %(least)s and %(most)s of customers came to lie within their range, "
        "which is to hold %(stated)s.",
        count=Kind.NUMBER, least=Kind.PERCENT, most=Kind.PERCENT, stated=Kind.PERCENT,
    ),
    "outlook.chance_held": text(
        "At the last %(count)s cut-offs the share who bought was off by %(gap)s at most from the chance told.",
        count=Kind.NUMBER, gap=Kind.PERCENT,
    ),
}  # fmt: skip
