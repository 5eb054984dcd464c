"""What clusters are called and what sets them apart."""

from insiders_assets.language.slots import Kind, text

_NAMES = {
    "name": text("%(words)s", words=Kind.NAMED),
    "name.numbered": text("%(words)s (%(number)s)", words=Kind.NAMED, number=Kind.NUMBER),
    "name.given": text("%(name)s", name=Kind.NAME),
    "name.all": text("All customers"),
    "name.mixed": text("In between"),
}

_WORDS = {
    f"word.{word.replace(' ', '_')}": text(word)
    for plain in ("often", "seldom", "big", "small", "dear", "cheap")
    for word in (plain, f"very {plain}")
}

_TRAITS = {
    "revenue": "revenue",
    "total_purchases": "orders",
    "recency": "days since the last purchase",
    "distinct_stock_code": "different products",
    "basket_size": "units per order",
    "avg_line_value": "value per line",
    "returned": "units returned",
}

_APART = {
    "traits": text("%(traits)s", traits=Kind.COMMAS),
    "traits.none": text("close to all customers in everything measured"),
    **{
        f"trait.{feature}": text(f"{label} %(deviations)s", deviations=Kind.SIGNED)
        for feature, label in _TRAITS.items()
    },
}

TEXTS = _NAMES | _WORDS | _APART
