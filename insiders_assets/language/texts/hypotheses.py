"""Hypotheses about Insiders, and what was found of each."""

from insiders_assets.language.slots import Kind, text

_STATEMENTS = {
    "hypothesis.1": text("Insiders pay by credit card in 80 %% of transactions."),
    "hypothesis.2": text("The average ticket of Insiders is at least 10 %% higher than that of others."),
    "hypothesis.3": text("The mean basket of Insiders is at least 300 units and twice that of others."),
    "hypothesis.4": text("The product variety of Insiders is at least 10 %% higher than that of others."),
    "hypothesis.5": text("Insiders bring more than 10 %% of revenue, indeed more than half."),
    "hypothesis.6": text("Insiders return fewer units than the average customer."),
    "hypothesis.7": text("60 %% of Insiders are single."),
    "hypothesis.8": text("10 %% of Insiders are aged 24 to 35."),
    "hypothesis.9": text("40 %% of deliveries to Insiders lie within 50 km."),
    "hypothesis.10": text("5 %% of Insiders earn over 100,000 a year."),
    "hypothesis.11": text("90 %% of Insiders finished high school."),
    "hypothesis.12": text("Insiders buy 30 %% of all products sold in big packages."),
    "hypothesis.13": text(
        "The median price of what Insiders buy is at least 10 %% above the overall median."
    ),
    "hypothesis.14": text("The prices that Insiders pay lie in the middle half of all prices."),
    "hypothesis.15": text("What Insiders buy is heavier than what others buy."),
    "hypothesis.16": text("What Insiders buy is younger than 15 days in the catalogue."),
    "hypothesis.17": text("The revenue of Insiders lies mostly in their third quartile."),
}

_NEEDED = {
    "needs": text(
        "Needs %(data)s: a column %(columns)s in the exports.", data=Kind.TEXT, columns=Kind.COMMAS
    ),
    "needs.payment_method": text("how each invoice was paid"),
    "needs.marital_status": text("each customer's marital status"),
    "needs.age": text("each customer's age"),
    "needs.delivery_distance_km": text("how far each delivery went"),
    "needs.annual_income": text("each customer's yearly income"),
    "needs.education": text("each customer's schooling"),
    "needs.description": text("product descriptions that name the package size"),
    "needs.weight": text("each product's weight"),
}

_VERDICTS = {
    "finding": text("%(finding)s.", finding=Kind.TEXT),
    "finding.too_little": text("%(finding)s; too little data to decide.", finding=Kind.TEXT),
    "finding.no_insider": text("There is no Insider to compare."),
    "finding.no_other": text("There is no identified customer outside the Insider tier to compare."),
    "span": text("%(value)s (%(low)s to %(high)s)", value=Kind.NUMBER, low=Kind.NUMBER, high=Kind.NUMBER),
    "span.share": text(
        "%(value)s (%(low)s to %(high)s)", value=Kind.PERCENT, low=Kind.PERCENT, high=Kind.PERCENT
    ),
    "test.bootstrap": text("bootstrap over customers, one-sided, corrected by Holm"),
    "test.few_resamples": text(
        "bootstrap over customers, %(resamples)s resamples, one-sided, corrected by Holm",
        resamples=Kind.PLAIN,
    ),
    "test.bootstrap.drawn": text(
        "bootstrap over %(customers)s customers drawn from all, one-sided, corrected by Holm",
        customers=Kind.PLAIN,
    ),
    "test.few_resamples.drawn": text(
        "bootstrap over %(customers)s customers drawn from all, %(resamples)s resamples, one-sided, corrected by Holm",
        customers=Kind.PLAIN,
        resamples=Kind.PLAIN,
    ),
}

_FINDINGS = {
    "found.basket.mean": text(
        "Mean basket of Insiders %(mean)s units, %(ratio)s times that of the others; the effect is the mean",
        mean=Kind.TEXT, ratio=Kind.TEXT,
    ),
    "found.basket.ratio": text(
        "Mean basket of Insiders %(mean)s units, %(ratio)s times that of the others; the effect is the ratio",
        mean=Kind.TEXT, ratio=Kind.TEXT,
    ),
    "found.revenue": text("Insiders bring %(share)s of revenue", share=Kind.TEXT),
    "found.big_packs": text(
        "Insiders bought %(share)s of the %(units)s units whose description names a package of %(pieces)s or more "
        "pieces; the description is a hint, not the package size",
        share=Kind.TEXT, units=Kind.NUMBER, pieces=Kind.NUMBER,
    ),
    "found.median_price": text(
        "Median price of a line: %(insiders)s for Insiders, %(all)s for all, ratio %(ratio)s",
        insiders=Kind.MONEY, all=Kind.MONEY, ratio=Kind.TEXT,
    ),
    "found.price_position": text(
        "Half of the lines that Insiders buy cost %(half)s or less, a quarter %(quarter)s or less, three quarters "
        "%(three_quarters)s or less; their median lies above %(position)s of all lines. The effect is its distance "
        "from the middle, %(distance)s",
        half=Kind.MONEY, quarter=Kind.MONEY, three_quarters=Kind.MONEY, position=Kind.PERCENT, distance=Kind.TEXT,
    ),
    "found.catalogue_age": text(
        "Products were %(age)s days in the catalogue when Insiders bought them, %(others)s when others did (%(lines)s "
        "lines of products first sold after the first month of the data)",
        age=Kind.TEXT, others=Kind.NUMBER, lines=Kind.NUMBER,
    ),
    "found.no_insider": text("There is no Insider"),
    "found.third_quartile": text(
        "The third quartile of Insiders brings %(third)s of their revenue, the highest quartile %(fourth)s",
        third=Kind.TEXT, fourth=Kind.TEXT,
    ),
    "found.credit_card": text("Insiders paid %(share)s of their invoices by credit card", share=Kind.TEXT),
    "found.weight": text(
        "A unit that Insiders buy weighs %(ratio)s times what one of the others' does", ratio=Kind.TEXT
    ),
}  # fmt: skip

for _column, _what in {
    "marital_status": "are single",
    "age": "are aged 24 to 35",
    "delivery_distance_km": "had their last delivery within 50 km",
    "annual_income": "earn over 100,000 a year",
    "education": "finished high school",
}.items():
    _FINDINGS[f"found.share.{_column}"] = text(
        f"%(share)s of the %(known)s Insiders of whom it is known {_what}",
        share=Kind.TEXT, known=Kind.NUMBER,
    )  # fmt: skip

for _feature, _what, _kind in (
    ("avg_ticket", "Mean ticket", Kind.MONEY),
    ("distinct_stock_code", "Mean different products", Kind.NUMBER),
    ("returned", "Mean units returned", Kind.NUMBER),
):
    for _side, _others in (("others", "the others"), ("all", "all customers")):
        _FINDINGS[f"found.means.{_feature}.{_side}"] = text(
            f"{_what}: %(insiders)s for Insiders, %(others)s for {_others}, ratio %(ratio)s",
            insiders=_kind, others=_kind, ratio=Kind.TEXT,
        )  # fmt: skip

TEXTS = _STATEMENTS | _NEEDED | _VERDICTS | _FINDINGS
