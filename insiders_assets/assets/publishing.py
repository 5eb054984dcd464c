"""Group ``programme``: the report of a refresh, and what makes it visible together with the tables."""

from typing import TYPE_CHECKING

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    DataVersion,
    MaterializeResult,
    MetadataValue,
    ResourceParam,
)

from insiders_assets.assets.declaration import business_day, makes, thing_spec
from insiders_assets.assets.external import PUBLICATION
from insiders_assets.assets.features import PUBLISHED
from insiders_assets.assets.programme import GROUP
from insiders_assets.assets.programme import TABLES as PROGRAMME
from insiders_assets.contracts.table import Table
from insiders_assets.contracts.transactions import REJECTED_ROWS
from insiders_assets.storage.stores import Stores

if TYPE_CHECKING:
    from insiders_assets.places import Place

REPORT = "insider_report"
WHOLE = "report_is_whole"
RELEASED = "is_released"

TABLES: tuple[Table, ...] = ()
"""It makes no table of its own."""


def _page(dashboard: str | None, refresh: str, page: "Place") -> MetadataValue:
    """Return where the report is opened: on the dashboard, if it is known where that is, else where its file is."""
    from insiders_assets.report.addresses import report_address

    return (
        MetadataValue.url(report_address(dashboard, refresh)) if dashboard else MetadataValue.path(str(page))
    )


@makes(
    thing_spec(
        REPORT, GROUP, "html", "excel", made_by=["report", "language", "refresh/render.py"],
        deps=[*(table.name for table in PROGRAMME), REJECTED_ROWS.name],
        description="The report of a refresh as a folder: a page, facts for programs, the member list. Nobody is "
        "pointed at it before it is published.",
        personal=True,
    ),
    checks=[
        AssetCheckSpec(
            WHOLE, asset=REPORT, blocking=True,
            description="The files of the report are those whose checksums report.json names.",
        )
    ],
)  # fmt: skip
def insider_report(context: AssetExecutionContext, stores: ResourceParam[Stores]) -> MaterializeResult:
    """Render the report from the tables in the lake."""
    from insiders_assets.refresh.render import render
    from insiders_assets.report.file_digests import belong_together

    stores.chosen.clear()
    rendered = render(stores, [table.name for table in PROGRAMME])
    context.log.info("rendered %s", rendered.folder)
    files = {path.name: path.read_bytes() for path in rendered.folder.iterdir()}
    return MaterializeResult(
        asset_key=REPORT,
        data_version=DataVersion(rendered.refresh_id),
        metadata={
            "summary": MetadataValue.md(rendered.markdown),
            "report": MetadataValue.path(str(rendered.folder / "report.html")),
            "report_page": _page(
                stores.settings.dashboard_url, rendered.refresh_id, rendered.folder / "report.html"
            ),
            "as_of": business_day(rendered.as_of),
            "refresh_id": rendered.refresh_id,
            **rendered.numbers,
        },
        check_results=[
            AssetCheckResult(check_name=WHOLE, passed=belong_together(files), metadata={"files": len(files)})
        ],
    )


@makes(
    thing_spec(
        PUBLICATION, GROUP, "sql", made_by=["refresh/publish.py", "refresh/gate.py", "storage/warehouse"],
        deps=[REPORT, *(table.name for table in (*PROGRAMME, *PUBLISHED))],
        description="What people and BI tools see: the warehouse's tables, swapped in one transaction, and the report.",
        personal=True,
    ),
    checks=[
        AssetCheckSpec(
            RELEASED, asset=PUBLICATION,
            description="Nothing is strange beside what was published: what is waits for release or discard.",
        )
    ],
)  # fmt: skip
def publication(context: AssetExecutionContext, stores: ResourceParam[Stores]) -> MaterializeResult:
    """Publish the report and the tables together, or hold them; old reports and runs go."""
    from insiders_assets.deliveries.announcing import announce
    from insiders_assets.refresh.gate import publish_or_hold
    from insiders_assets.runs import retire_runs

    tables = [table.name for table in (*PROGRAMME, *PUBLISHED)]
    outcome = publish_or_hold(stores, tables)
    for why in outcome.held:
        context.log.warning("%s is held: %s", outcome.refresh_id, why)
    shown = stores.publication.latest() or outcome.refresh_id
    context.log.info("published: %s", shown)
    for problem in [] if outcome.held else announce(stores):
        context.log.warning("the refresh is published, but %s", problem)
    try:
        retire_runs(context.instance, context.run, stores.settings.runs_kept)
    except Exception as error:  # whatever a history's database or logs raise: the refresh is whole and shown
        context.log.warning(
            "old runs stay for now: their history cannot be written (%s)", type(error).__name__
        )
    return MaterializeResult(
        asset_key=PUBLICATION,
        data_version=DataVersion(shown),
        metadata={"refresh_id": shown},
        check_results=[
            AssetCheckResult(
                check_name=RELEASED,
                passed=not outcome.held,
                severity=AssetCheckSeverity.WARN,
                metadata={"refresh": outcome.refresh_id, "why": "; ".join(outcome.held)}
                if outcome.held
                else {},
            )
        ],
    )
