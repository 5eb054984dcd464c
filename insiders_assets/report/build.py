"""Build one report: a folder with the page, the facts and the member list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from insiders_assets.report.facts import report_facts
from insiders_assets.report.file_digests import FACTS, digest, opened, sealed
from insiders_assets.report.member_list import write_csv, write_xlsx
from insiders_assets.report.page import render, render_evidence

if TYPE_CHECKING:
    from pathlib import Path

    from insiders_assets.report.report_inputs import ReportInputs


BESIDE = ("report.html", "evidence.html", "members.csv", "members.xlsx")
"""The files of a report that its facts name."""


@dataclass(frozen=True)
class ReportFacts:
    """What was built.

    Attributes:
        facts: What ``report.json`` holds.
        sizes: Bytes of each file written, by name.
    """

    facts: dict[str, Any]
    sizes: dict[str, int]


def build_report(inputs: ReportInputs, folder: Path) -> ReportFacts:
    """Write ``report.html``, ``evidence.html``, ``report.json``, ``members.csv`` and ``members.xlsx`` into ``folder``.

    Each page is one file that opens offline and asks nobody for anything. Everything but the member list is bounded:
    it holds aggregates, and samples drawn the same way each time, so that it does not grow with customers.

    Args:
        inputs: The refresh.
        folder: An existing folder.
    """
    facts = report_facts(inputs)
    write_csv(inputs.members, folder / "members.csv")
    write_xlsx(inputs, folder / "members.xlsx")
    (folder / "report.html").write_text(render(inputs), encoding="utf-8")
    (folder / "evidence.html").write_text(render_evidence(inputs), encoding="utf-8")
    others = {name: digest(folder / name) for name in BESIDE}
    text = sealed(facts, others)
    (folder / FACTS).write_text(text, encoding="utf-8")
    return ReportFacts(opened(text), {name: (folder / name).stat().st_size for name in (*others, FACTS)})
