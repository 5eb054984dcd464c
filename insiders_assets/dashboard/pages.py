"""Templates of the dashboard: they escape what they are given and speak one language."""

from __future__ import annotations

from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from insiders_assets import __version__
from insiders_assets.contracts.customers import TIERS
from insiders_assets.dashboard.filters import WHO
from insiders_assets.presentation.columns import write
from insiders_assets.presentation.tier_names import tier_names
from insiders_assets.report.sections.revenue_moves import signed

if TYPE_CHECKING:
    from insiders_assets.language import Language

HERE = Path(__file__).parent
STATIC = HERE / "static"
REPORT = Path(str(files("insiders_assets.report")))
"""Whose templates the dashboard uses where it has none of that name."""
PRESENTATION = Path(str(files("insiders_assets.presentation")))
SHARED_STATIC = PRESENTATION / "static"
SHARED = ("design.css", "inter-latin.woff2", "plotly-basic.min.js", "ink.js", "cards.js")
"""Files that the report carries and the dashboard serves."""


class Pages:
    """Renders templates.

    Args:
        words: The reader's language.
    """

    def __init__(self, words: Language) -> None:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        self.words = words
        self._environment = Environment(
            loader=FileSystemLoader([HERE / "templates", REPORT / "templates", PRESENTATION / "templates"]),
            autoescape=True,
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.install_gettext_callables(  # type: ignore[attr-defined]
            words.text, words.plural, newstyle=True
        )
        self._environment.filters |= {
            "number": words.number,
            "money": words.money,
            "short_money": words.short_money,
            "percent": words.percent,
            "day": words.day,
            "moment": words.moment,
            "translated": words.text,
            "signed": partial(signed, words),
            "said": words.said,
        }
        self._environment.globals |= {
            "words": words,
            "version": __version__,
            "tiers": TIERS,
            "tier_names": tier_names(words),
            "who_names": dict(
                zip(
                    WHO,
                    (words.text("Identified"), words.text("Members"), words.text("Everyone")),
                    strict=True,
                )
            ),
            "write": lambda name, value, digits=None: write(words, name, value, digits),
        }

    def render(self, template: str, **context: Any) -> str:
        """Return a whole page."""
        return self._environment.get_template(template).render(**context)
