"""The plain rules, in words: a range of each feature that rules may speak of."""

from insiders_assets.language.slots import Kind, Text, text

MEASURED = {
    "value.gross": "revenue",
    "value.net": "net revenue",
    "value.contribution": "contribution",
    "avg_ticket": "revenue per order",
    "avg_line_value": "revenue per line",
    "basket_size": "units per order",
}
"""What is measured, by feature; value by what it means."""

COUNTED = {
    "recency": ("day since the last purchase", "days since the last purchase"),
    "total_purchases": ("order", "orders"),
    "distinct_stock_code": ("different product", "different products"),
    "purchase_lines": ("purchase line", "purchase lines"),
    "returned": ("unit returned", "units returned"),
}
"""What is counted, by feature: one and many of it."""

_BOTH = {
    "rules.all": text("%(conditions)s", conditions=Kind.LISTED),
    "rules.every_customer": text("every customer"),
}


def _measured(feature: str, label: str) -> dict[str, Text]:
    kind = Kind.NUMBER if feature == "basket_size" else Kind.MONEY
    return {
        f"rule.{feature}.from": text(f"{label} of %(low)s or more", low=kind),
        f"rule.{feature}.below": text(f"{label} below %(high)s", high=kind),
        f"rule.{feature}.at_most": text(f"%(high)s {label} at most", high=kind),
        f"rule.{feature}.more_than": text(f"more than %(low)s {label}", low=kind),
        f"rule.{feature}.between": text(
            f"more than %(low)s and at most %(high)s {label}", low=kind, high=kind
        ),
        f"mean.{feature}": text(f"%(mean)s {label} (%(low)s to %(high)s)", mean=kind, low=kind, high=kind),
    }


def _counted(feature: str, one: str, many: str) -> dict[str, Text]:
    number = Kind.NUMBER
    return {
        f"rule.{feature}.none": text(f"no {many}"),
        f"rule.{feature}.at_most": text(
            f"%(count)s {one} at most", f"%(count)s {many} at most", count=number
        ),
        f"rule.{feature}.from": text(f"%(count)s {one} or more", f"%(count)s {many} or more", count=number),
        f"rule.{feature}.exactly": text(f"%(count)s {one}", f"%(count)s {many}", count=number),
        f"rule.{feature}.between": text(f"%(low)s to %(high)s {many}", low=number, high=number),
        f"mean.{feature}": text(
            f"%(mean)s {many} (%(low)s to %(high)s)", mean=number, low=number, high=number
        ),
    }


TEXTS = _BOTH.copy()
for _feature, _label in MEASURED.items():
    TEXTS |= _measured(_feature, _label)
for _feature, (_one, _many) in COUNTED.items():
    TEXTS |= _counted(_feature, _one, _many)
