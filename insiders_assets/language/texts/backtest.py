"""Notes on lists chosen with what was known then, and on forecasts."""

from insiders_assets.language.slots import Kind, text

TEXTS = {
    "ranking.past_revenue": text("By past revenue, whoever is suppressed last."),
    "ranking.rfm_score": text("Fifths of recency, orders and revenue, added up."),
    "ranking.clusters": text("The best cluster first, by revenue within each."),
    "ranking.random": text("What a draw by lot brings on average."),
    "ranking.oracle": text("By the later revenue itself, which nobody can know beforehand."),
    "ranking.decayed": text("Revenue with a half-life of %(days)s days.", days=Kind.NUMBER),
    "ranking.blend": text("Ranks by past revenue and by a forecast."),
    "backtest.marginal": text("The tenth next to the border, by past revenue."),
    "backtest.error": text("%(error)s beside the actual.", error=Kind.CHANGE),
    "backtest.ahead": text(
        "Not yet known; the interval is the worst error at past cut-offs (%(errors)s).", errors=Kind.COMMAS
    ),
    "backtest.one_error": text("%(error)s", error=Kind.CHANGE),
    "backtest.no_season": text(
        "Under two years of history no season can be learnt: what follows a Christmas is guessed from before it."
    ),
    "backtest.anyway": text(
        "Chance of buying within %(days)s days of %(chance)s or more, learnt one horizon earlier.",
        days=Kind.NUMBER, chance=Kind.NUMBER,
    ),
    "backtest.ceiling": text(
        "A ceiling: had every member who stayed away spent at their past pace."
    ),
    "backtest.holdout": text("Only a holdout measures what is brought."),
    "forecast.failed": text("The model cannot be fitted: %(error)s.", error=Kind.NAME),
    "forecast.runaway": text("Did not converge: a parameter of %(value)s.", value=Kind.NAME),
    "forecast.not_a_number": text("Did not converge: an expectation is not a number."),
    "forecast.limit": text(
        "Drop-out did not converge (a %(a)s, b %(b)s): the limit in which nobody drops out.",
        a=Kind.NAME, b=Kind.NAME,
    ),
    "forecast.short": text("Less than a month of history before the months to learn from."),
    "forecast.few": text("Too few customers to learn from."),
    "forecast.library": text("Needs the library clvkit: pip install %(package)s.", package=Kind.NAME),
}  # fmt: skip
