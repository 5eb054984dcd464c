"""What is said of one customer: why they stand where they do, where that is, and what to do next."""

from insiders_assets.language.slots import Kind, Text, text
from insiders_assets.language.texts.nouns import DAYS, MORE_ORDERS, ORDERS, UNITS

_WORTH = {"gross": "", "net": " net", "contribution": " contribution"}
"""What follows an amount, by what value means."""

_REASONS: dict[str, Text] = {}
for _measure, _word in _WORTH.items():
    _REASONS[f"reason.{_measure}"] = text(
        f"%(value)s{_word} in %(orders)s, last %(days)s ago; %(why)s.",
        value=Kind.MONEY, orders=ORDERS, days=DAYS, why=Kind.TEXT,
    )  # fmt: skip
    _REASONS[f"reason.{_measure}.today"] = text(
        f"%(value)s{_word} in %(orders)s, last today; %(why)s.",
        value=Kind.MONEY, orders=ORDERS, why=Kind.TEXT,
    )  # fmt: skip

_WHY = {
    "why.not_identified": text("not identified, never invited"),
    "why.opted_out": text("opted out, never invited"),
    "why.wholesale": text("trade quantities, never invited"),
    "why.mostly_returned": text("mostly returned, never invited"),
    "why.holdout": text("held out for measurement"),
    "why.grace": text("stays by grace, %(used)s of %(allowed)s", used=Kind.NUMBER, allowed=Kind.NUMBER),
    "why.grace.until": text("stays by grace until %(day)s", day=Kind.DAY),
    "why.start": text("Insiders start at %(border)s", border=Kind.MONEY),
    "why.end": text("the list ends at %(border)s", border=Kind.MONEY),
    "why.kept": text("Insiders stay down to %(border)s", border=Kind.MONEY),
    "why.nobody": text("nobody can be an Insider yet"),
    "why.blend_inside": text("among the top %(members)s, forecast included", members=Kind.NUMBER),
    "why.blend_outside": text("below the top %(members)s, forecast included", members=Kind.NUMBER),
    "why.cluster_inside": text("cluster %(cluster)s, an Insider cluster", cluster=Kind.NUMBER),
    "why.cluster_outside": text("cluster %(cluster)s, not an Insider cluster", cluster=Kind.NUMBER),
    "why.meets": text("meets %(limits)s", limits=Kind.TEXT),
    "why.misses": text("misses %(limits)s", limits=Kind.TEXT),
    "why.just_short": text("just short of %(limits)s", limits=Kind.TEXT),
    "limits": text("%(limits)s", limits=Kind.COMMAS),
    "limits.more": text("%(limits)s and %(more)s more", limits=Kind.COMMAS, more=Kind.NUMBER),
}

_HEADLINES = {
    "headline.not_identified": text("Not identified"),
    "headline.insider_not_invited": text("Insider, not invited"),
    "headline.never_invited": text("Never invited"),
    "headline.grace": text("Insider by grace"),
    "headline.lost": text("Insider, silent for long"),
    "headline.lapsing": text("Insider, overdue"),
    "headline.active": text("Insider, active"),
    "headline.near_miss": text("Nearly an Insider"),
    "headline.viability": text("Being analysed"),
    "headline.outside": text("Not an Insider"),
}

_STEPS = {
    "step.welcome_back": text(
        "Win back: silent for %(silent)s, usually %(usual)s between orders.", silent=DAYS, usual=DAYS
    ),
    "step.reminder": text(
        "Remind: silent for %(silent)s, usually %(usual)s between orders.", silent=DAYS, usual=DAYS
    ),
    "step.returns_care": text(
        "Ask about returns: %(returned)s came back of %(bought)s bought.", returned=UNITS, bought=Kind.NUMBER
    ),
    "step.next_order.near": text(
        "Invite %(orders)s: %(amount)s more makes them an Insider.", orders=MORE_ORDERS, amount=Kind.MONEY
    ),
    "step.next_order": text(
        "Invite the next order: %(own)s so far, Insiders have %(insiders)s.",
        own=Kind.NUMBER, insiders=Kind.NUMBER,
    ),
    "step.bundle": text(
        "Offer bundles: %(own)s units an order, Insiders take %(insiders)s.",
        own=Kind.NUMBER, insiders=Kind.NUMBER,
    ),
    "step.better_version": text(
        "Offer the better version: %(own)s a line, Insiders spend %(insiders)s.",
        own=Kind.MONEY, insiders=Kind.MONEY,
    ),
    "step.wider_range": text(
        "Show other ranges: %(own)s products an order, Insiders take %(insiders)s.",
        own=Kind.NUMBER, insiders=Kind.NUMBER,
    ),
    "step.reward": text("Thank and reward: first choice of new products."),
    "step.opted_out": text("Leave in peace: opted out."),
    "step.wholesale": text("Not invited: a case for the trade desk."),
    "step.mostly_returned": text("Not invited: ask why so much comes back."),
    "step.holdout": text("Not invited: held out for measurement."),
    "step.not_identified": text("Nobody to write to."),
    "step.lost": text("No campaign: silent for too long."),
    "step.keep_in_touch": text("Keep in touch."),
}  # fmt: skip

_LEAVING = {
    "leaving.grace_ends": text(
        "Grace ends on %(day)s: leaves unless they buy for %(needs)s.", day=Kind.DAY, needs=Kind.MONEY
    ),
    "leaving.held": text("Held by grace: buying for %(needs)s makes them safe again.", needs=Kind.MONEY),
    "leaving.leaves": text(
        "Leaves on %(day)s unless they buy for %(needs)s: %(ages_out)s ages out.",
        day=Kind.DAY, needs=Kind.MONEY, ages_out=Kind.MONEY,
    ),
    "leaving.grace_begins": text(
        "By grace alone from %(day)s unless they buy for %(needs)s: %(ages_out)s ages out.",
        day=Kind.DAY, needs=Kind.MONEY, ages_out=Kind.MONEY,
    ),
}  # fmt: skip

TEXTS = _REASONS | _WHY | _HEADLINES | _STEPS | _LEAVING
