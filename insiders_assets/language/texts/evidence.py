"""Notes on measured figures, of the list and of a campaign."""

from insiders_assets.language.slots import Kind, text

_NOTES = {
    "notes": text("%(sentences)s", sentences=Kind.SENTENCES),
    "note.in_sample": text("In-sample: the same revenue chose the list."),
    "note.out_of_time": text("Out-of-time figures come from selection_backtest."),
    "note.below_zero": text("Below zero: a plain sort keeps more than the list does."),
    "note.embedding": text("Measures UMAP's layout more than the data; never optimised."),
    "note.features": text("In the space of the scaled features."),
    "note.leaves": text("In the space of the forest's leaves (Hamming)."),
    "note.spends_more": text(
        "Chance that an Insider spends more than another customer; Mann-Whitney, %(p)s.", p=Kind.TEXT
    ),
    "note.rules": text(
        "Share of customers whose side %(rules)s plain rules tell, fitted on the others (5 folds).",
        rules=Kind.NUMBER,
    ),
    "note.doubtful": text("Customers whose cluster got less than half of the vote."),
    "note.detectable": text(
        "Smallest effect on revenue in %(days)s days, as a fraction, that holding out %(share)s of %(customers)s "
        "eligible customers would show in %(power)s of tries: %(amount)s per customer.",
        days=Kind.NUMBER, share=Kind.TIGHT, customers=Kind.NUMBER, power=Kind.TIGHT, amount=Kind.MONEY,
    ),
    "p.is": text("p = %(p)s", p=Kind.NUMBER),
    "p.below": text("p < %(p)s", p=Kind.NUMBER),
}  # fmt: skip

_UPLIFT = {
    "uplift.period": text(
        "%(start)s to %(end)s, %(days)s days.", start=Kind.DAY, end=Kind.DAY, days=Kind.NUMBER
    ),
    "uplift.not_over": text("The campaign is not over."),
    "uplift.adjusted": text("Adjusted for revenue in as many days before."),
}

TEXTS = _NOTES | _UPLIFT
