"""``report.html`` for the business and ``evidence.html`` beside it: each one file, rendered from escaping templates."""

from __future__ import annotations

import base64
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from insiders_assets.contracts.products import LEAST_BUYERS
from insiders_assets.presentation.columns import heading, write
from insiders_assets.presentation.tier_names import tier_names
from insiders_assets.report.charts import BUSINESS, TECHNICAL, charts
from insiders_assets.report.charts.experiments import experiment_charts
from insiders_assets.report.sections import (
    borders,
    capture,
    clusters,
    evidence,
    experiments,
    health,
    measures,
    movement,
    original,
    outlook,
    products,
    programme,
    quality,
    questions,
    revenue_moves,
    scoreboard,
    summary,
    tiers,
)

if TYPE_CHECKING:
    from jinja2 import Environment

    from insiders_assets.language import Language
    from insiders_assets.report.charts import Figure
    from insiders_assets.report.report_inputs import ReportInputs

TYPEFACE = "inter-latin.woff2"
HERE = Path(__file__).parent
PRESENTATION = HERE.parent / "presentation"
MEMBERS_SHOWN = 300
"""Members listed on the page at most; the files beside it list them all."""

MEMBER_COLUMNS = ("revenue", "recency", "total_purchases", "distinct_stock_code", "basket_size", "returned")


@lru_cache
def _static(name: str) -> str:
    return (HERE / "static" / name).read_text(encoding="utf-8")


@lru_cache
def _shared(name: str) -> str:
    return (PRESENTATION / "static" / name).read_text(encoding="utf-8")


@lru_cache
def _style() -> str:
    """Return the style with its typeface in it: a page holds all that it needs."""
    typeface = base64.b64encode((PRESENTATION / "static" / TYPEFACE).read_bytes()).decode()
    return _shared("design.css").replace(f'url("{TYPEFACE}")', f"url(data:font/woff2;base64,{typeface})")


def _environment(words: Language) -> Environment:
    """Templates that speak ``words``: one environment per page, since languages would share filters otherwise."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader([HERE / "templates", PRESENTATION / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        words.text, words.plural, newstyle=True
    )
    environment.filters |= {
        "number": words.number,
        "money": words.money,
        "short_money": words.short_money,
        "percent": words.percent,
        "day": words.day,
        "translated": words.text,
        "said": words.said,
        "signed": partial(revenue_moves.signed, words),
        "said_first": words.said_first,
    }
    return environment


def render(inputs: ReportInputs) -> str:
    """Return ``report.html``: what the refresh found and what to do about it."""
    figures = charts(inputs, BUSINESS)
    return _page(inputs, "report.html", figures, _business(inputs))


def render_evidence(inputs: ReportInputs) -> str:
    """Return ``evidence.html``: how the figures are made, how sure they are, and what the data lack."""
    figures = charts(inputs, TECHNICAL) | experiment_charts(inputs)
    return _page(inputs, "evidence.html", figures, _technical(inputs))


def _page(inputs: ReportInputs, template: str, figures: dict[str, Figure], context: dict[str, Any]) -> str:
    words = inputs.words
    common = {
        "inputs": inputs,
        "words": words,
        "tier_names": tier_names(words),
        "css": _style(),
        "plotly": _shared("plotly-basic.min.js") if figures else "",
        "script": _shared("ink.js") + _shared("cards.js") + _static("report.js"),
        "figures": figures,
        "border_line": borders.border_line(inputs),
        "profiles": clusters.profiles(inputs),
        "movement": movement.movement(inputs),
        "change_names": movement.CHANGE_NAMES,
        "cause_names": movement.CAUSE_NAMES,
        "heading": partial(heading, words),
        "write": partial(write, words),
    }
    return _environment(words).get_template(template).render(common | context)


def _business(inputs: ReportInputs) -> dict[str, Any]:
    leaving = movement.leaving(inputs)
    return {
        "headline": summary.headline(inputs),
        "lead": summary.lead(inputs),
        "since": summary.since(inputs),
        "tiles": tiers.tiles(inputs),
        "bars": summary.share_bars(inputs),
        "actions": summary.next_actions(inputs),
        "every_action": summary.every_action(inputs),
        "without_action": summary.without_action(inputs),
        "movement_line": summary.movement_line(inputs),
        "notices": summary.notices(inputs),
        "answers": questions.answers(inputs),
        "heat": tiers.heat_table(inputs),
        "gauges": tiers.gauges(inputs),
        "drawn": clusters.sample(inputs.insiders).height,
        "nearly": programme.nearly(inputs),
        "suppressions": programme.suppressions(inputs),
        "named_tiers": programme.named_tiers(inputs),
        "cause_lines": movement.cause_lines(inputs),
        "bridge": movement.bridge(inputs),
        "moves": revenue_moves.revenue_moves(
            inputs.words,
            inputs.tables.get("revenue_bridge"),
            (inputs.previous_refresh or {}).get("revenue"),
            inputs.refresh["revenue"],
        ),
        "leaving": leaving,
        "leaving_count": movement.leaving_count(inputs),
        "history": health.history(inputs),
        "by_month": health.by_month(inputs.tables.get("revenue_by_month")),
        "outlook": outlook.outlook(inputs),
        "outlook_names": outlook.FIGURE_NAMES,
        "outlook_cell": partial(outlook.cell, inputs.words),
        "outlook_range": partial(outlook.within, inputs.words),
        "retention": health.retention(inputs.tables.get("cohorts")),
        "products": products.insiders_products(inputs),
        "cluster_products": products.cluster_products(inputs.tables.get("product_affinity")),
        "next_products": products.next_products(inputs),
        "product_name": products.named,
        "least_buyers": LEAST_BUYERS,
        "states": tiers.states(inputs),
        "state_names": {state: inputs.words.text(name) for state, name in tiers.STATE_NAMES.items()},
        "members": inputs.members.head(MEMBERS_SHOWN).to_dicts(),
        "member_columns": MEMBER_COLUMNS,
    }


def _technical(inputs: ReportInputs) -> dict[str, Any]:
    words, blocks = inputs.words, evidence.out_of_time(inputs)
    lists = scoreboard.scoreboard(inputs)
    return {
        "rules": programme.eligibility(inputs),
        "uplift": programme.uplift(inputs),
        "experiments": experiments.experiments(inputs),
        "scoreboard": lists,
        "settled_line": scoreboard.settled_line(words, lists),
        "outlook_evidence": outlook.outlook_evidence(inputs),
        "outlook_figures": outlook.outlook_figures(inputs),
        "outlook_names": outlook.FIGURE_NAMES,
        "plain_sort": capture.plain_sort(inputs),
        "out_of_time": blocks,
        "beside_others": evidence.beside_others(inputs, blocks),
        "at_sizes": evidence.at_sizes(inputs, blocks),
        "evidence_notes": evidence.notes(inputs, blocks),
        "ahead": evidence.ahead(inputs),
        "anyway_line": evidence.anyway_line(inputs, blocks),
        "later_line": evidence.later_line(inputs, blocks),
        "measure_name": partial(measures.measure_name, words),
        "subject_name": partial(measures.subject_name, words),
        "figure": partial(measures.figure, words),
        "other_figures": evidence.other_figures(inputs),
        "hypotheses": inputs.tables["hypotheses"].sort("number").to_dicts(),
        "row_flow": quality.row_flow(inputs),
        "dropped": quality.rules(inputs),
        "rejected": quality.rejected_by_reason(inputs.rejected),
        "original": original.comparison(inputs),
    }
