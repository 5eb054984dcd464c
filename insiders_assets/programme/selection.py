"""Choosing: the policy that the settings name, put to work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from insiders_assets.errors import UsageError
from insiders_assets.programme import cluster_policies, customer_policies
from insiders_assets.programme.borders import Borders
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.programme.policies import Policy, Selection

POLICIES: dict[str, Policy] = {
    "coverage": cluster_policies.coverage,
    "clusters": cluster_policies.clusters,
    "budget": customer_policies.budget,
    "threshold": customer_policies.threshold,
}
"""The policies that need nothing but customers and rules; ``value`` needs its borders as well."""


def select(
    customers: pl.DataFrame, rules: ProgrammeRules, names: Mapping[int, str], borders: Borders
) -> Selection:
    """Put everybody in a tier by the policy that ``rules`` name.

    Args:
        customers: See :data:`insiders_assets.programme.policies.Policy`.
        rules: The policy and its parameters.
        names: Every cluster's name, by number.
        borders: The borders in force, for the policy ``value``.

    Raises:
        UsageError: The rules name a cluster that there is not.
    """
    if rules.policy == "value":
        return customer_policies.value(customers, rules, borders)
    return POLICIES[rules.policy](customers, _numbered(rules, names))


def _numbered(rules: ProgrammeRules, names: Mapping[int, str]) -> ProgrammeRules:
    """Return the rules with clusters called by their numbers."""
    return replace(
        rules,
        insider_clusters=_numbers(rules.insider_clusters, names, "INSIDERS_INSIDER_CLUSTERS"),
        viability_clusters=_numbers(rules.viability_clusters, names, "INSIDERS_VIABILITY_CLUSTERS"),
    )


def _numbers(words: tuple[str, ...], names: Mapping[int, str], setting: str) -> tuple[str, ...]:
    by_name = {name.casefold(): cluster for cluster, name in names.items()}
    found = []
    for word in words:
        number = int(word) if word.isdigit() else by_name.get(word.casefold())
        if number not in names:
            listed = ", ".join(f"{cluster} ({name})" for cluster, name in sorted(names.items()))
            raise UsageError(f"there is no cluster {word!r}", where=setting, hint=f"use some of {listed}")
        found.append(str(number))
    return tuple(found)
