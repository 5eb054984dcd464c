"""The selection policy in a sentence, and the rules that never invite somebody."""

from insiders_assets.language.slots import Kind, Text, text

WORTH = {"gross": "revenue", "net": "net revenue", "contribution": "contribution"}
"""What value is called in a sentence."""

_POLICIES: dict[str, Text] = {
    "policy.value.nobody": text(
        "Insiders would be the customers with the highest value, but nobody is worth anything."
    ),
    "policy.coverage": text(
        "Clusters in descending mean revenue are Insiders until they cover %(insiders)s of the revenue of identified "
        "customers, today clusters %(clusters)s; the next ones are analysed until %(viability)s.",
        insiders=Kind.PERCENT, viability=Kind.PERCENT, clusters=Kind.LISTED,
    ),
    "policy.clusters": text(
        "Insiders are the customers of the clusters %(clusters)s, as named in the settings.",
        clusters=Kind.LISTED,
    ),
    "policy.budget.blend": text(
        "Insiders are the %(members)s identified customers who rank highest by past revenue and by what they are "
        "forecast to spend in the next %(days)s days, both ranks counting the same.",
        members=Kind.NUMBER, days=Kind.NUMBER,
    ),
    "policy.threshold": text(
        "Insiders meet every one of these limits: %(limits)s.", limits=Kind.COMMAS
    ),
    "policy.cluster": text("%(cluster)s (%(name)s)", cluster=Kind.NUMBER, name=Kind.LOWER),
    "policy.no_cluster": text("none"),
}  # fmt: skip
for _measure, _worth in WORTH.items():
    _POLICIES |= {
        f"policy.value.{_measure}": text(
            f"Insiders are the customers whose {_worth} within %(days)s days is %(insider)s or more; from "
            "%(viability)s on they are being analysed.",
            days=Kind.NUMBER, insider=Kind.MONEY, viability=Kind.MONEY,
        ),
        f"policy.budget.{_measure}": text(
            f"Insiders are the %(members)s identified customers with the highest {_worth}.",
            members=Kind.NUMBER,
        ),
        f"policy.budget.{_measure}.least": text(
            f"Insiders are the %(members)s identified customers with the highest {_worth}; the least {_worth} inside "
            "is %(least)s.",
            members=Kind.NUMBER, least=Kind.MONEY,
        ),
    }  # fmt: skip

_SUPPRESSIONS = {
    "suppression.anonymous": text("not identified: there is nobody to invite"),
    "suppression.opted_out": text("asked not to be contacted"),
    "suppression.wholesale": text("buys in bulk like a trade customer"),
    "suppression.mostly_returned": text("sends back at least the set share of what they buy"),
    "suppression.holdout": text("held out to measure what the programme brings"),
    "because.opted_out": text("they opted out"),
    "because.wholesale": text("their quantities are those of a trade customer"),
    "because.mostly_returned": text("most of what they buy comes back"),
    "because.holdout": text("they are held out to measure the programme"),
}

TEXTS = _POLICIES | _SUPPRESSIONS
