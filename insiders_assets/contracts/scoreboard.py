"""The scoreboard: what became of lists once their days were over."""

from insiders_assets.contracts.table import Column, Table, count, share


def _money(name: str, meaning: str) -> Column:
    return Column(name, "float64", meaning, "currency")


SCOREBOARD = Table(
    "scoreboard",
    "The list of 90 days ago, settled: what it brought since, beside the plain sort of its size and what was expected.",
    (
        Column("refresh_id", "str", "The refresh that settles it."),
        Column("as_of", "date", "Its as-of date."),
        Column("settled_refresh", "str", "The refresh that published the list."),
        Column("settled_as_of", "date", "That one's as-of date: the days after it count."),
        count("days", "Days that count.", "days"),
        count("members", "Members of that list."),
        share("bought_again", "Share of them who bought in those days."),
        _money("revenue", "What they brought in those days."),
        _money("sort_revenue", "What as many customers with most revenue in the window brought."),
        _money(
            "expected",
            "What was expected of them: by the outlook of that refresh where it told any, or else at "
            "the pace of the window before.",
        ),
        share("share_of_revenue", "Their share of what all identified customers brought."),
        share("sort_share_of_revenue", "That of the plain sort."),
        Column("expected_by", "str", "Which of the two it is.", isin=("outlook", "pace")),
        Column(
            "expected_low",
            "float64",
            "Lower end of what the outlook expected; empty for a pace.",
            "currency",
            nullable=True,
        ),
        Column("expected_high", "float64", "Upper end, likewise.", "currency", nullable=True),
    ),
    key=("refresh_id", "settled_refresh"),
)
