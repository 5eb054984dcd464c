"""Why a refresh is held beside the one that is published."""

from insiders_assets.language.slots import Kind, Slot, Text, text

_SHARES: dict[str, Slot] = {"share": Kind.TIGHT, "limit": Kind.TIGHT}
_COUNTS: dict[str, Slot] = {"count": Kind.NUMBER, "limit": Kind.NUMBER}
_NAMES: dict[str, Slot] = _COUNTS | {"names": Kind.COMMAS}


def _held(setting: str, english: str, many: str = "", /, **slots: Slot) -> Text:
    """Return a reason, with the setting that limits it."""
    named = f" (INSIDERS_{setting})"
    return text(english + named, many + named if many else "", **slots)


TEXTS = {
    "brake.hold_leaving": _held(
        "HOLD_LEAVING",
        "%(share)s of the members leave or stay by grace alone, more than %(limit)s",
        **_SHARES,
    ),
    "brake.hold_entering": _held(
        "HOLD_ENTERING", "new members are %(share)s of those before, more than %(limit)s", **_SHARES
    ),
    "brake.hold_leaving_revenue": _held(
        "HOLD_LEAVING_REVENUE",
        "of the members' revenue %(share)s leaves or stays by grace alone, more than %(limit)s",
        **_SHARES,
    ),
    "brake.hold_revenue_fall": _held(
        "HOLD_REVENUE_FALL", "revenue falls by %(share)s, more than %(limit)s", **_SHARES
    ),
    "brake.hold_rows_fall": _held(
        "HOLD_ROWS_FALL", "%(share)s fewer rows are read, more than %(limit)s", **_SHARES
    ),
    "brake.hold_tier_shift": _held(
        "HOLD_TIER_SHIFT", "a tier's share of customers moves by %(share)s, more than %(limit)s", **_SHARES
    ),
    "brake.hold_anonymous_rise": _held(
        "HOLD_ANONYMOUS_RISE",
        "the share of anonymous customers rises by %(share)s, more than %(limit)s",
        **_SHARES,
    ),
    "brake.hold_new_countries": _held(
        "HOLD_NEW_COUNTRIES",
        "%(count)s country is new (%(names)s), more than %(limit)s",
        "%(count)s countries are new (%(names)s), more than %(limit)s",
        **_NAMES,
    ),
    "brake.hold_new_currencies": _held(
        "HOLD_NEW_CURRENCIES",
        "%(count)s currency is new (%(names)s), more than %(limit)s: amounts are added up as they are",
        "%(count)s currencies are new (%(names)s), more than %(limit)s: amounts are added up as they are",
        **_NAMES,
    ),
    "brake.hold_cluster_tiers": _held(
        "HOLD_CLUSTER_TIERS",
        "%(count)s cluster changes its tier, more than %(limit)s",
        "%(count)s clusters change their tier, more than %(limit)s",
        **_COUNTS,
    ),
    "brake.hold_idle_days": _held(
        "HOLD_IDLE_DAYS",
        "files came, and for %(days)s days none with a new day, more than %(limit)s",
        days=Kind.NUMBER,
        limit=Kind.NUMBER,
    ),
}
