"""The questions that the business asks, and the sentences of their answers."""

from insiders_assets.language.slots import Kind, Text, text
from insiders_assets.language.texts.nouns import DAYS, HYPOTHESES, INSIDERS, MORE_DAYS, MORE_REFRESHES
from insiders_assets.language.texts.policies import WORTH

_QUESTIONS = {
    "question.1": text("Who are the people eligible for the Insiders programme?"),
    "question.2": text("How many customers are in the group?"),
    "question.3": text("What are their main characteristics?"),
    "question.4": text("What share of revenue comes from them?"),
    "question.5": text("What are the conditions for a person to be eligible?"),
    "question.6": text("What can marketing do to raise revenue?"),
    "question.7": text("Which conditions remove a member?"),
    "question.8": text(
        "What guarantees that Insiders are better for the business than the rest of the base?"
    ),
    "answer": text("%(sentences)s", sentences=Kind.SENTENCES),
}

_WHO = {
    "who.nobody": text("Nobody: no identified customer is in the Insider tier."),
    "who.members": text(
        "%(count)s identified customer: %(clusters)s.",
        "%(count)s identified customers: %(clusters)s.",
        count=Kind.NUMBER, clusters=Kind.LISTED,
    ),
    "who.of_cluster": text(
        "%(customers)s of cluster %(cluster)s (%(name)s)",
        customers=Kind.NUMBER, cluster=Kind.NUMBER, name=Kind.LOWER,
    ),
    "who.highest": text("The highest by revenue: %(customers)s.", customers=Kind.LISTED),
    "who.customer": text("%(customer)s (%(revenue)s)", customer=Kind.NAME, revenue=Kind.MONEY),
    "who.everyone": text("The table members names everyone, each with the reason."),
}  # fmt: skip

_HOW_MANY = {
    "how_many.members": text("%(count)s member.", "%(count)s members.", count=Kind.NUMBER),
    "how_many.tier": text(
        "The Insider tier holds %(insiders)s of %(known)s identified customers, %(share)s.",
        insiders=Kind.NUMBER, known=Kind.NUMBER, share=Kind.PERCENT,
    ),
    "how_many.suppressed": text(
        "%(customers)s more are in the tier but suppressed.", customers=Kind.NUMBER
    ),
    "how_many.with_anonymous": text(
        "With anonymous invoices, which cannot be invited, it holds %(insiders)s of %(all)s, %(share)s.",
        insiders=Kind.NUMBER, all=Kind.NUMBER, share=Kind.PERCENT,
    ),
}  # fmt: skip

_LIKE: dict[str, Text] = {
    "like.nobody": text("There is no identified customer in the Insider tier to describe."),
    "like.means": text("On average %(means)s.", means=Kind.LISTED),
    "like.kinds": text("Most Insiders are %(kinds)s.", kinds=Kind.LISTED),
    "like.kind": text(
        "%(insiders)s of %(known)s in cluster %(cluster)s (%(name)s)",
        insiders=Kind.NUMBER, known=Kind.NUMBER, cluster=Kind.NUMBER, name=Kind.LOWER,
    ),
}  # fmt: skip
for _feature, _label in {
    "revenue": "revenue of %(own)s",
    "recency": "%(own)s days since the last purchase",
    "distinct_stock_code": "%(own)s different products",
    "basket_size": "%(own)s units per order",
    "returned": "%(own)s units returned",
}.items():
    _kind = Kind.MONEY if _feature == "revenue" else Kind.NUMBER
    _LIKE |= {
        f"like.{_feature}": text(_label, own=_kind),
        f"like.{_feature}.beside": text(f"{_label} (others %(others)s)", own=_kind, others=_kind),
    }

_REVENUE: dict[str, Text] = {
    "revenue.gross": text(
        "%(share)s of the revenue of identified customers, %(revenue)s; %(of_all)s of all revenue with the anonymous.",
        share=Kind.PERCENT, revenue=Kind.MONEY, of_all=Kind.PERCENT,
    ),
    "revenue.sort.gross.clusters": text(
        "As many customers picked by past revenue alone bring %(share)s: the clusters are for what to do with whom, "
        "not for the largest sum.",
        share=Kind.PERCENT,
    ),
}  # fmt: skip
for _measure, _worth in WORTH.items():
    _REVENUE[f"revenue.sort.{_measure}"] = text(
        f"As many customers picked by past {_worth} alone bring %(share)s.", share=Kind.PERCENT
    )
    if _measure != "gross":
        _REVENUE[f"revenue.{_measure}"] = text(
            f"%(share)s of the {_worth} of identified customers, and %(of_revenue)s of their revenue, %(revenue)s.",
            share=Kind.PERCENT, of_revenue=Kind.PERCENT, revenue=Kind.MONEY,
        )  # fmt: skip

_ELIGIBLE = {
    "eligible.members": text("Members are identified and not suppressed."),
    "eligible.frozen": text(
        "The borders were drawn when the model was fitted, to cover %(insiders)s and %(viability)s of what all are "
        "worth, and stay until a refit.",
        insiders=Kind.PERCENT, viability=Kind.PERCENT,
    ),
    "eligible.hysteresis": text("Whoever is an Insider stays one down to %(border)s.", border=Kind.MONEY),
    "eligible.rules": text("In plain rules, an Insider has %(rules)s.", rules=Kind.EITHER),
    "eligible.rule": text(
        "(%(rule)s) %(condition)s, %(right)s right",
        rule=Kind.NUMBER, condition=Kind.TEXT, right=Kind.PERCENT,
    ),
    "eligible.fidelity": text(
        "%(right)s of customers are told right by rules fitted on the others.", right=Kind.PERCENT
    ),
    "eligible.means": text(
        "Members have on average %(means)s, with 95 %% intervals.", means=Kind.LISTED
    ),
}  # fmt: skip

_MARKETING = {
    "marketing.nobody": text("There is no identified customer to reach."),
    "marketing.cluster": text(
        "Cluster %(cluster)s (%(name)s, %(customers)s customers): %(action)s (%(reason)s; at stake %(stake)s).",
        cluster=Kind.NUMBER, name=Kind.LOWER, customers=Kind.NUMBER,
        action=Kind.TEXT, reason=Kind.TEXT, stake=Kind.MONEY,
    ),
    "marketing.near": text(
        "%(count)s customer is one step from the Insider tier; each row says which.",
        "%(count)s customers are one step from the Insider tier; each row says which.",
        count=Kind.NUMBER,
    ),
}  # fmt: skip

_REMOVED: dict[str, Text] = {
    "removed.tier": text(
        "A member leaves when their purchases, looked back on from the newest day, no longer put them in the Insider "
        "tier."
    ),
    "removed.rules": text("In plain rules, outside are those with %(rules)s.", rules=Kind.EITHER),
    "removed.rule": text("%(condition)s (%(right)s right)", condition=Kind.TEXT, right=Kind.PERCENT),
    "removed.window": text("Whoever has bought nothing for %(days)s is no longer seen.", days=DAYS),
    "removed.suppressed": text(
        "Suppressed, because %(because)s: %(insiders)s today, with revenue of %(revenue)s.",
        because=Kind.TEXT, insiders=INSIDERS, revenue=Kind.MONEY,
    ),
    "removed.grace": text(
        "Whoever falls out stays for %(refreshes)s; %(customers)s do so today.",
        refreshes=MORE_REFRESHES, customers=Kind.NUMBER,
    ),
    "removed.grace.days": text(
        "Whoever falls out stays for %(days)s; %(customers)s do so today.",
        days=MORE_DAYS, customers=Kind.NUMBER,
    ),
    "removed.others": text(
        "%(viability)s customers are in the tier being analysed and %(below)s below it.",
        viability=Kind.NUMBER, below=Kind.NUMBER,
    ),
}  # fmt: skip
for _measure, _worth in WORTH.items():
    _REMOVED[f"removed.value.{_measure}"] = text(
        f"A member leaves when their {_worth} within %(days)s days falls below %(border)s, never for buying more.",
        days=Kind.NUMBER, border=Kind.MONEY,
    )  # fmt: skip

_BETTER = {
    "better.nobody": text(
        "Nothing can: there are not both Insiders and other identified customers to compare."
    ),
    "better.means": text(
        "Insiders bring %(own)s each on average (%(own_low)s to %(own_high)s), others %(others)s (%(others_low)s to "
        "%(others_high)s).",
        own=Kind.MONEY, own_low=Kind.MONEY, own_high=Kind.MONEY,
        others=Kind.MONEY, others_low=Kind.MONEY, others_high=Kind.MONEY,
    ),
    "better.pairs": text(
        "An Insider spends more than another customer in %(share)s of pairs (Mann-Whitney, %(p)s).",
        share=Kind.PERCENT, p=Kind.TEXT,
    ),
    "better.hypotheses": text(
        "Of %(tested)s that the data can test, %(holding)s hold (numbers %(numbers)s).",
        tested=HYPOTHESES, holding=Kind.NUMBER, numbers=Kind.LISTED,
    ),
    "better.no_hypothesis": text(
        "Of %(tested)s that the data can test, %(holding)s hold.", tested=HYPOTHESES, holding=Kind.NUMBER
    ),
    "better.sort": text(
        "That is looking back: a plain sort by past revenue of the same size holds %(sort)s of revenue, the list "
        "%(list)s.",
        sort=Kind.PERCENT, list=Kind.PERCENT,
    ),
    "better.unmeasured": text(
        "Whether it holds in the months after has not been measured yet: insiders study selection_backtest does."
    ),
    "better.later": text(
        "Lists built with what was known then brought, of the revenue of the months that followed, %(shares)s.",
        shares=Kind.LISTED,
    ),
    "better.share": text("%(share)s after %(day)s", share=Kind.PERCENT, day=Kind.DAY),
    "better.share_beside": text(
        "%(share)s after %(day)s (a plain sort %(sort)s)", share=Kind.PERCENT, day=Kind.DAY, sort=Kind.PERCENT
    ),
}  # fmt: skip

TEXTS = (
    _QUESTIONS | _WHO | _HOW_MANY | _LIKE | _REVENUE | _ELIGIBLE | _MARKETING | _REMOVED | _BETTER
)  # fmt: skip
