"""Why a product is named as the next one, and why none is."""

from insiders_assets.language.slots import Kind, counted, text

TEXTS = {
    "next.again": text(
        "Bought again every %(days)s, last %(silent)s ago.", days=counted("day", "days"), silent=counted("day", "days")
    ),
    "next.once": text(
        "Bought once, %(days)s ago; %(share)s of its buyers buy it again.",
        days=counted("day", "days"), share=Kind.PERCENT,
    ),
    "next.together": text(
        "Bought by %(lift)s times as many buyers of %(product)s as of all customers.",
        lift=Kind.NUMBER, product=Kind.QUOTED,
    ),
    "next.not_tried": text(
        "Withheld: it has not been tried yet, at three cut-offs, whether this beats popularity and buying again."
    ),
    "next.beaten": text(
        "Withheld: at the cut-off of %(day)s it is not shown to beat %(way)s (%(measure)s: %(difference)s more; 95 %% "
        "interval %(low)s to %(high)s).",
        day=Kind.DAY, way=Kind.TEXT, measure=Kind.TEXT, difference=Kind.NUMBER, low=Kind.NUMBER, high=Kind.NUMBER,
    ),
    "next.better": text(
        "Better than both at each of %(count)s cut-offs: NDCG at 3 is %(next_product)s beside %(buy_again)s for buying "
        "again and %(popularity)s for what sells best.",
        count=Kind.NUMBER, next_product=Kind.NUMBER, buy_again=Kind.NUMBER, popularity=Kind.NUMBER,
    ),
    "next.way.buy_again": text("buying again"),
    "next.way.popularity": text("what sells best"),
    "next.measure.hit_rate": text("hit rate at 3"),
    "next.measure.ndcg": text("NDCG at 3"),
}  # fmt: skip
