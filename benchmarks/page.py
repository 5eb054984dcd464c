"""Writes ``docs/performance.md`` and its chart from the figures that the benchmarks kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import campaigns
from benchmarks.measure import RESULTS, ROOT

NAMES = {
    "limits": "nothing but decoding (the limit)",
    "native": "polars, written by hand",
    "ours": "**the platform**",
    "ours, cold": "the platform, nothing in the page cache",
    "duckdb_sql": "DuckDB, SQL",
    "pandas_frames": "pandas, whole columns",
    "original": "pandas, the original's functions",
}
INGEST_NAMES = {
    **NAMES,
    "limits": "parsing as text, and dropping it (the limit)",
    "text": "polars, text to parquet",
    "native": "polars, typed scan to parquet",
    "native, dates later": "polars, typed scan, dates converted after",
}

_HEAD = """# Performance

Written by `make bench` (`python -m benchmarks`). Every figure is a median over fresh processes that ran one after the
other, on a machine that did nothing else unless the opposite is said below. Ratios carry over to other machines,
seconds do not.
"""

_MISSED = """## What is missed, and why

**A million customers published to PostgreSQL in 3 s.** `python -m benchmarks.dashboard` publishes 1,000,000 rows of
`insiders`, 495,865 of `members` and 2,279,490 of `purchases_by_month`, then the days that follow: every row of the
first two is another one, and so are two of the fourteen months. On a machine left alone such a day takes 2.5 to 2.8 s
into SQLite, as it should. Into PostgreSQL it takes 3.7 to 4.4 s, and up to 5.9 s while the server still clears away
what the publish before has deleted. The first publish, which fills an empty warehouse, takes 3.8 to 4.0 s and 3.8 to
4.1 s. Seconds on the clock, of a later day:

| | SQLite | PostgreSQL |
|---|---|---|
| contracts, summaries | 0.2 | 0.3 |
| telling which months have changed | 0.1 | 0.2 |
| deleting the old rows | 0.6 | 0.8 |
| making rows ready and putting them in; indexes, statistics | 0.9 | 2.8 |
| commit; SQLite's log written back | 0.8 | 0.1 |

PostgreSQL does its part in one connection, since one transaction has to make all of it visible at once. New tables in
the place of the old would spare the deleting, but take grants and the views of others away, and wait for readers; a new
partition would be seen empty by whoever began to read before.

**Ingest within 2.2 times the CPU of text put into parquet.** 3.0 times at 5,000,000 rows, 1.3 times a typed parse.
Beside parsing and writing, every row's separators are counted, every file and every row is hashed, what looks like a
missing value is looked for, and every file is searched for what would make its money mean something else: together
more than the parsing.

**Features within 6 times the decoding, and ten times as fast as pandas.** 5,000,000 rows take 10.5 times the decoding,
0.77 of polars written by hand, and a quarter of pandas in whole columns. Alone, on both cores, decoding takes 0.06 s
on the clock; telling a customer's different products apart takes 0.40 s, an invoice's 0.28 s, and a sum by customer and
invoice 0.19 s, codes of products being numbers already. Six times the decoding is less than the first of these
alone. A lake sorted by customer was tried: features take 8 % less from it, and sorting costs twice what features do.

**A cold run within 0.22 of the original's time.** 0.25. A fifth of it is the import of scikit-learn and SciPy, and
about as much Dagster's instance, steps and log; the model's fit is a twelfth, reading the export a fourteenth.

**At most 4 % of customers in another tier after a month.** 9.8 % on the reference data, 6.5 % on the second shop, and
nobody among them whose own value did not change: they bought, or purchases aged out of the window. Windows of other
lengths and other ways to draw the border were tried; none comes to 4 %. These figures are without grace, which keeps a
member for 30 days by default.

**At most 0.5 % in another tier by a month-old model than by its refit.** 0.8 % on the reference data, 0.2 % on the
second shop: a refit draws the borders anew. The report tells how far today's customers have drifted from them; nothing
moves by itself.

**A fit within 5 seconds of CPU, in a fresh process.** 5.1, of which imports take 2.
"""


def main() -> None:
    """Write the page from whatever figures there are."""
    kept = {
        file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted(RESULTS.glob("*.json"))
    }
    parts = [_HEAD]
    for name, section in (
        ("cold_run", _cold_run),
        ("campaigns", campaigns.section),
        ("ingest", _ingest),
        ("sensor", _sensor),
        ("features", _features),
        ("segmentation", _segmentation),
        ("new_day", _new_day),
        ("whole_run", _whole_run),
    ):
        if name in kept:
            parts.append(section(kept[name]))
            parts.append(_machine(kept[name]["machine"]))
    if "verdicts" in kept:
        parts.append(_verdicts(kept["verdicts"]["claims"]))
    parts.append(_MISSED)
    (ROOT / "docs" / "performance.md").write_text("\n".join(parts), encoding="utf-8")
    if "features" in kept:
        _chart(kept["features"], ROOT / "docs" / "performance.svg")


def _cold_run(figures: dict[str, Any]) -> str:
    original = figures["original"]
    rows = [
        (name, f"{cost['seconds']:.1f} s", f"{cost['cpu']:.1f} s", _gigabytes(cost["peak"]),
         f"{cost['seconds'] / original['seconds']:.2f}")
        for name, cost in (
            ("original pipeline", original),
            ("`insiders run`, cold, model's fit included", figures["cold"]),
            ("`insiders run`, nothing new", figures["again"]),
        )
    ]  # fmt: skip
    return "\n".join(
        [
            "## The reference export, from file to report",
            "",
            f"`ecommerce.csv.gz`, {figures['rows']['read']:,} rows, from a fresh home.",
            "",
            *_table(("", "time", "CPU", "peak memory", "of the original's time"), rows),
        ]
    )


def _ingest(figures: dict[str, Any]) -> str:
    lines = ["## Ingest: from CSV exports to transactions", ""]
    for size in _sizes(figures):
        lines += [
            f"### {int(size):,} rows",
            "",
            *_contenders(int(size), figures[size], INGEST_NAMES, "native"),
            "",
        ]
    if daily := figures.get("daily"):
        whole, one = daily["all files"], daily["one new file"]
        lines.append(
            f"The 305 daily files of the reference data take {whole['seconds']:.2f} s, "
            f"{whole['cpu'] / daily['typed scan']['cpu']:.2f} times the CPU of a typed scan to parquet; the last of "
            f"them on top of the other 304 takes {one['seconds']:.2f} s, {one['seconds'] / whole['seconds']:.1%} of it."
        )
    return "\n".join(lines)


def _sensor(figures: dict[str, Any]) -> str:
    folder, s3, moto = figures["folder"], figures["s3"], figures["moto"]
    return "\n".join(
        [
            f"## Sensor: one tick over {figures['files']:,} files",
            "",
            f"In a folder a tick takes {folder['seconds']:.1f} s. On S3, with 50 ms for an answer, the first takes "
            f"{s3['first']:.1f} s, {s3['first_cpu']:.1f} s of them its own, and every other {s3['seconds']:.1f} s: a "
            "prefix listed before is listed in stretches side by side. (The answers are those of moto, kept: it "
            f"looks at all keys for each of them, and its first listing took {moto['first']:.0f} s.)",
        ]
    )


def _features(figures: dict[str, Any]) -> str:
    lines = ["## Features: from cleaned transactions in parquet to one row per customer", ""]
    lines += ["![Time by rows](performance.svg)", ""]
    for size in _sizes(figures):
        lines += [f"### {int(size):,} rows", "", *_contenders(int(size), figures[size], NAMES, "limits"), ""]
    return "\n".join(lines)


def _segmentation(figures: dict[str, Any]) -> str:
    return "\n".join(
        [
            "## Segmentation: whether it stays put, and what it costs",
            "",
            "; ".join(
                f"{shop}: {found['customers']:,} identified customers"
                for shop, found in figures["shops"].items()
            )
            + ".",
            "Eight seeds and row orders, eight samples of 90 %, 25 bootstraps. See [segmentation](segmentation.md).",
            "",
            *promises(figures["figures"]),
        ]
    )


def promises(figures: Iterable[Sequence[Any]]) -> list[str]:
    """Figures beside their targets: ``name, value, target, whether it must be at least that``."""
    rows = [
        (name, f"{value:.4g}", f"{'≥' if at_least else '≤'} {target:g}",
         "yes" if (value >= target if at_least else value <= target) else "**no**")
        for name, value, target, at_least in figures
    ]  # fmt: skip
    return _table(("figure", "measured", "target", "met"), rows)


def _new_day(figures: dict[str, Any]) -> str:
    rows = [
        (name, f"{each['cpu']:.1f} s", f"{each['tables']:.2f} s")
        for name, each in ((name, figures[name]) for name in ("in full", "carried over"))
    ]
    return "\n".join(
        [
            "## One new day",
            "",
            f"A refresh of {figures['rows']:,} rows after a day that brought {figures['new']:,} of them, beside the "
            "same with nothing carried over from the refresh before (`insiders run --force`). The tables of "
            "customers' lines are `customer_features`, `purchases_by_month` and `customer_products`.",
            "",
            *_table(("", "CPU of the refresh", "time of the tables of customers' lines"), rows),
        ]
    )


def _whole_run(figures: dict[str, Any]) -> str:
    sizes = _sizes(figures)
    rows = [
        (f"{int(size):,}", f"{each['customers']:,}", f"{each['seconds']:.1f} s", f"{each['cpu']:.1f} s",
         _gigabytes(each["peak"]), f"{each['again']:.1f} s", _gigabytes(each["home"]))
        for size, each in ((size, figures[size]) for size in sizes)
    ]  # fmt: skip
    steps = figures[sizes[-1]]["steps"]
    by_step = [
        (f"`{step}`", *(f"{figures[size]['steps'].get(step, 0):.1f} s" for size in sizes))
        for step in sorted(steps, key=lambda step: -steps[step])
    ]
    return "\n".join(
        [
            "## A whole run: from exports to report, model's fit included",
            "",
            *_table(("rows", "customers", "time", "CPU", "peak memory", "nothing new", "home on disk"), rows),
            "",
            "Seconds by step:",
            "",
            *_table(("step", *(f"{int(size):,} rows" for size in sizes)), by_step),
        ]
    )


def _contenders(rows_read: int, costs: dict[str, Any], names: dict[str, str], beside: str) -> list[str]:
    rows = [
        (names.get(name, name), f"{cost['seconds']:.2f} s", f"{cost['cpu']:.2f} s", _gigabytes(cost["peak"]),
         f"{rows_read / cost['seconds'] / 1e6:.1f} M", f"{cost['seconds'] / costs[beside]['seconds']:.2f}",
         f"{cost['cpu'] / costs[beside]['cpu']:.2f}")
        for name, cost in sorted(costs.items(), key=lambda each: float(each[1]["seconds"]))
    ]  # fmt: skip
    label = {"limits": "decoding", "native": "typed"}[beside]
    return _table(
        ("", "time", "CPU", "peak memory", "rows a second", f"time ÷ {label}", f"CPU ÷ {label}"), rows
    )


def _verdicts(claims: Sequence[dict[str, Any]]) -> str:
    rows = [
        (each["claim"], f"{each['ratio']:.2f}", f"{each['limit']:.2f}", "yes" if each["kept"] else "**no**")
        for each in claims
    ]
    return "\n".join(["## What is promised", "", *_table(("ratio", "measured", "at most", "kept"), rows), ""])


def _machine(machine: dict[str, Any]) -> str:
    packages = ", ".join(f"{name} {version}" for name, version in sorted(machine["packages"].items()))
    load = machine.get("load", 0.0)
    busy = (
        f"\n\n**Other work was done beside it (load {load:.0f}): CPU and memory hold, times are too long.**"
        if load > 2 * machine["cores"]
        else ""
    )
    return (
        f"\n*{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']:.0f} GB, {machine['system']}, "
        f"Python {machine['python']}; {packages}.*{busy}\n"
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return [*lines, *(f"| {' | '.join(row)} |" for row in rows)]


def _sizes(figures: dict[str, Any]) -> list[str]:
    return sorted((size for size in figures if size.isdigit()), key=int)


def _gigabytes(size: float) -> str:
    return f"{size / 2**30:.2f} GB"


def _chart(figures: dict[str, Any], file: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "insiders"
    from matplotlib import pyplot as plt

    canvas, axes = plt.subplots(figsize=(7.2, 4.2))
    sizes = _sizes(figures)
    for name in ("original", "pandas_frames", "duckdb_sql", "native", "ours", "limits"):
        points = [(int(size), figures[size][name]["seconds"]) for size in sizes if name in figures[size]]
        if points:
            ours = name == "ours"
            style = {"linewidth": 2.6, "zorder": 3} if ours else {"linewidth": 1.3, "color": "#8a93a3"}
            axes.plot(*zip(*points, strict=True), marker="o", **({"color": "#1b5e9f"} | style))
            axes.annotate(
                NAMES[name].replace("*", ""), points[-1], xytext=(9, -3), textcoords="offset points",
                fontsize=9, weight="bold" if ours else "normal", annotation_clip=False,
            )  # fmt: skip
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="rows",
        ylabel="seconds",
        title="Features of every customer, from parquet",
    )
    axes.set_xticks([int(size) for size in sizes], [f"{int(size):,}" for size in sizes])
    axes.xaxis.set_minor_locator(mpl.ticker.NullLocator())
    axes.yaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _: f"{value:g}"))
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(visible=True, which="major", alpha=0.3)
    canvas.savefig(file, bbox_inches="tight", metadata={"Date": None})


if __name__ == "__main__":
    main()
