"""Questions about customers as sentences, and the values that sentences name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from insiders_assets.ingest.questions.question import Question

SHOWN = 4
"""Values named in a sentence."""


def values(question: Question) -> str:
    """Return the values that a question is about, each with its lines and its money."""
    shown = ", ".join(
        seen.value + (f" on {seen.rows:,} lines" if seen.rows != 1 else " on 1 line")
        + (f" worth {seen.money:,.2f}" if seen.money is not None else "")
        for seen in question.values[:SHOWN]
    )  # fmt: skip
    rest = len(question.values) - SHOWN
    return shown + (f" and {rest} more values" if rest > 0 else "")


def _placeholder_ids(question: Question) -> str:
    held = f"column {question.columns[0]} holds ids that may stand for nobody ({values(question)})"
    return f"{held}; are they customers?"


def _internal_ids(question: Question) -> str:
    return (
        f"column {question.columns[0]} names the shop itself as a customer ({values(question)}); were these lines "
        "sold, or moved only?"
    )


def _ids_of_one(question: Question) -> str:
    args = question.arguments
    return (
        f"column {question.columns[0]} has {args['ids']:,} ids that differ in {_DIFFERENCES[question.code]} alone and "
        f"may be {args['people']:,} customers ({values(question)}); are they the same?"
    )


def _several_addresses(question: Question) -> str:
    return (
        f"column {question.columns[0]} holds several e-mail addresses at once ({values(question)}); "
        "is the first of them the customer's?"
    )


def _leading_id(question: Question) -> str:
    args = question.arguments
    named = ", ".join(seen.value for seen in question.values)
    what, asked_ = (
        ("one id", "is it a customer, or does it stand for strangers?")
        if len(question.values) == 1
        else ("ids", "are they customers, or do they stand for strangers?")
    )
    return (
        f"column {question.columns[0]} has {what} far ahead of any other, or unlike them ({named} with "
        f"{args['orders']:,} orders, {args['share']:.0%} of all); {asked_}"
    )


def _id_per_order(question: Question) -> str:
    args, (ours, other) = question.arguments, question.columns
    return (
        f"column {ours} has {args['ids']:,} ids for {args['orders']:,} orders, and column {other} knows "
        f"{args['people']:,} people, who come back; which of them is the customer?"
    )


_DIFFERENCES = {
    "ids_case": "case",
    "ids_punctuation": "blanks and punctuation",
    "ids_phone": "how a telephone number is written",
    "ids_prefix": "letters in front",
    "ids_tag": "what stands between + and @",
}

SENTENCES = {
    "placeholder_ids": _placeholder_ids,
    "internal_ids": _internal_ids,
    "leading_id": _leading_id,
    **dict.fromkeys(_DIFFERENCES, _ids_of_one),
    "ids_first_address": _several_addresses,
    "id_per_order": _id_per_order,
}
"""What is said of each kind of question."""
