"""What marketing can do with a cluster, and the numbers behind it."""

from insiders_assets.language.slots import Kind, text

_ACTIONS = {
    "action.welcome_back": text("Win back: write to those who have been silent for long"),
    "action.reminder": text("Reminder: write to those who are past their usual gap"),
    "action.returns_care": text("Returns care: find out what is sent back and why"),
    "action.next_order": text("Next order: a voucher that lapses, soon after each order"),
    "action.bundle": text("Bundles: sets and quantity prices that fill the basket"),
    "action.better_version": text("Better version: offer the dearer one of what they already buy"),
    "action.wider_range": text("Wider range: show products from other ranges with each order"),
    "action.reward": text("Reward: thank them, with first choice of new products"),
    "action.none": text("No campaign: nobody here is worth writing to now"),
    "actions.one": text("%(first)s.", first=Kind.TEXT),
    "actions.two": text("%(first)s. Then: %(then)s.", first=Kind.TEXT, then=Kind.SMALL),
    "reasons.two": text("%(first)s. %(then)s.", first=Kind.TEXT, then=Kind.CAPITAL),
}

_NUMBERS = {
    "behind": text(
        "%(customers)s of %(of)s customers: %(numbers)s",
        customers=Kind.NUMBER, of=Kind.NUMBER, numbers=Kind.TEXT,
    ),
    "behind.nobody": text("no identified customer"),
    "behind.silent": text(
        "silent for %(silent)s days at the median, usually %(usual)s", silent=Kind.NUMBER, usual=Kind.NUMBER
    ),
    "behind.returns_care": text("%(share)s of the units come back", share=Kind.PERCENT),
    "behind.reward": text("nothing is short"),
    "behind.none": text("not identified, not invited or silent for too long"),
    "behind.next_order": text(
        "%(own)s orders per customer at the median, Insiders %(insiders)s",
        own=Kind.NUMBER, insiders=Kind.NUMBER,
    ),
    "behind.next_order.one": text(
        "%(own)s order per customer at the median, Insiders %(insiders)s",
        own=Kind.NUMBER, insiders=Kind.NUMBER,
    ),
    "behind.bundle": text(
        "%(own)s units per order at the median, Insiders %(insiders)s",
        own=Kind.NUMBER, insiders=Kind.NUMBER,
    ),
    "behind.better_version": text(
        "%(own)s per purchase line at the median, Insiders %(insiders)s",
        own=Kind.MONEY, insiders=Kind.MONEY,
    ),
    "behind.wider_range": text(
        "%(own)s different products per order at the median, Insiders %(insiders)s",
        own=Kind.NUMBER, insiders=Kind.NUMBER,
    ),
}  # fmt: skip

TEXTS = _ACTIONS | _NUMBERS
