"""Every message that tables can hold, by its code. A new one is an entry in the file of its subject."""

from collections import ChainMap

from insiders_assets.language.slots import Text
from insiders_assets.language.texts import (
    actions,
    answers,
    backtest,
    brake,
    clusters,
    conditions,
    customers,
    details,
    evidence,
    experiments,
    hypotheses,
    next_product,
    outlook,
    policies,
    refused,
    rejected,
    segments,
)

SUBJECTS = (
    actions, answers, backtest, brake, clusters, conditions, customers, details, evidence, experiments, hypotheses,
    next_product, outlook, policies, refused, rejected, segments,
)  # fmt: skip

TEXTS: dict[str, Text] = dict(ChainMap(*(subject.TEXTS for subject in reversed(SUBJECTS))))
"""What each code says."""
