"""Group ``research``: run on demand, by ``insiders study`` or from the UI; nothing waits for it.

The next refresh shows what bears on it: the last backtest in the report's evidence, the last stability study beside
each cluster. Every study keeps its table in the lake, its pictures under ``research/`` in the home, and shows both in
the UI.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dagster import (
    AssetCheckResult,
    AssetExecutionContext,
    AssetSpec,
    MaterializeResult,
    MetadataValue,
    ResourceParam,
)

from insiders_assets.assets.declaration import keep, makes, table_spec
from insiders_assets.assets.segmentation import MODEL
from insiders_assets.contracts.customers import CUSTOMER_FEATURES
from insiders_assets.contracts.next_product import NEXT_PRODUCT_STUDY
from insiders_assets.contracts.programme import BACKTEST_CURVE, RESEARCH, SELECTION_BACKTEST
from insiders_assets.contracts.research import (
    CHURN_STUDY,
    CLUSTERER_STUDY,
    DATA_SPACE_STUDY,
    FEATURE_PROFILE,
    ORIGINAL_CYCLES,
    RECIPE_TRIALS,
    STABILITY_STUDY,
)
from insiders_assets.contracts.table import Table
from insiders_assets.contracts.transactions import CLEAN_PURCHASES, RAW_TRANSACTIONS, RETURNS
from insiders_assets.storage.stores import Stores

if TYPE_CHECKING:
    from insiders_assets.research.study import Study

GROUP = "research"
TABLES = (
    *RESEARCH,
    STABILITY_STUDY,
    FEATURE_PROFILE,
    DATA_SPACE_STUDY,
    CLUSTERER_STUDY,
    ORIGINAL_CYCLES,
    RECIPE_TRIALS,
    CHURN_STUDY,
    NEXT_PRODUCT_STUDY,
)

FEATURES = CUSTOMER_FEATURES.name
LINES = (CLEAN_PURCHASES.name, RETURNS.name)

Kept = Iterator[MaterializeResult | AssetCheckResult]


def _study(
    table: Table, description: str, *deps: str, kinds: tuple[str, ...] = ("scikitlearn",)
) -> AssetSpec:
    made_by = ["research", "segmentation", "refresh/study.py"]
    return table_spec(table, GROUP, *kinds, made_by=made_by, deps=deps, description=description)


@makes(
    *(
        table_spec(table, GROUP, "polars", made_by=["programme", "refresh/study.py"], deps=LINES)
        for table in RESEARCH
    )
)
def backtest(context: AssetExecutionContext, stores: ResourceParam[Stores]) -> Kept:
    """Choose at past cut-offs with what was known then, and measure the months after beside other ways to choose."""
    from insiders_assets.programme.backtest import selection_backtest
    from insiders_assets.programme.config import ProgrammeRules
    from insiders_assets.refresh.study import backtest_inputs

    result = selection_backtest(
        backtest_inputs(stores, *(stores.lake.scan(name) for name in LINES)),
        ProgrammeRules.from_settings(stores.settings),
    )
    for verdict in result.verdicts:
        context.log.info(verdict)
    found = "\n".join(f"* {verdict}" for verdict in result.verdicts)
    yield from keep(stores, SELECTION_BACKTEST, result.table, findings=found, rows=result.table.height)
    yield from keep(stores, BACKTEST_CURVE, result.curve)


@makes(
    _study(
        STABILITY_STUDY,
        "Fit the champion's recipe under other seeds, row orders and customers, and say which clusters come back.",
        FEATURES, MODEL,
    )
)  # fmt: skip
def stability_study(stores: ResourceParam[Stores]) -> Kept:
    """Measure how steady the champion is."""
    from insiders_assets.refresh.study import other_shops
    from insiders_assets.research import stability
    from insiders_assets.research.churn import BY_CLUSTER

    study = stability.stability_study(
        stores.models.champion(),
        stores.lake.read(FEATURES),
        by_cluster=stores.settings.policy in BY_CLUSTER,
        others=other_shops(stores),
    )
    yield from _keep(stores, STABILITY_STUDY, study)


@makes(
    _study(
        FEATURE_PROFILE,
        "Describe every feature: spread, outliers, what it goes with, and why the champion's recipe keeps it or not.",
        FEATURES, MODEL,
    )
)  # fmt: skip
def feature_profile(stores: ResourceParam[Stores]) -> Kept:
    """Describe every feature."""
    from insiders_assets.research import profile

    study = profile.feature_profile(stores.lake.read(FEATURES), stores.models.champion().recipe)
    yield from _keep(stores, FEATURE_PROFILE, study)


@makes(
    _study(
        DATA_SPACE_STUDY,
        "Arrange customers by features, words and leaves, reduced in many ways, and measure each map and its clusters.",
        FEATURES, CLEAN_PURCHASES.name, MODEL,
    )
)  # fmt: skip
def data_space_study(stores: ResourceParam[Stores]) -> Kept:
    """Measure many maps of the customers."""
    from insiders_assets.research import data_space

    study = data_space.data_space_study(
        stores.models.champion(), stores.lake.read(FEATURES), stores.lake.scan(CLEAN_PURCHASES.name)
    )
    yield from _keep(stores, DATA_SPACE_STUDY, study)


@makes(
    _study(
        CLUSTERER_STUDY,
        "Group customers by KMeans, mixtures, Ward and density, over numbers of groups, and measure the groups.",
        FEATURES, MODEL,
    )
)  # fmt: skip
def clusterer_study(stores: ResourceParam[Stores]) -> Kept:
    """Measure many ways to group the customers."""
    from insiders_assets.research import clusterers

    study = clusterers.clusterer_study(stores.models.champion(), stores.lake.read(FEATURES))
    yield from _keep(stores, CLUSTERER_STUDY, study)


@makes(
    _study(
        ORIGINAL_CYCLES,
        "Run the five cycles of the work that this replaces again, beside the silhouettes that it published.",
        RAW_TRANSACTIONS.name, FEATURES,
    )
)  # fmt: skip
def original_cycles(stores: ResourceParam[Stores]) -> Kept:
    """Run the cycles of the work that this replaces."""
    from insiders_assets.research import cycles

    study = cycles.original_cycles(stores.scan(RAW_TRANSACTIONS.name), stores.lake.read(FEATURES))
    yield from _keep(stores, ORIGINAL_CYCLES, study)


@makes(
    _study(
        RECIPE_TRIALS,
        "Fit many recipes on customers drawn anew, and say which get all of their clusters back.",
        FEATURES,
    )
)  # fmt: skip
def recipe_trials(stores: ResourceParam[Stores]) -> Kept:
    """Try many recipes."""
    from insiders_assets.refresh.study import other_shops
    from insiders_assets.research import trials

    study = trials.recipe_trials(stores.lake.read(FEATURES), others=other_shops(stores))
    yield from _keep(stores, RECIPE_TRIALS, study)


@makes(
    _study(
        CHURN_STUDY,
        "Follow customers month by month, by a frozen model and by refitted ones: who moved, and who was moved.",
        *LINES, MODEL, kinds=("polars", "scikitlearn"),
    )
)  # fmt: skip
def churn_study(stores: ResourceParam[Stores]) -> Kept:
    """Measure how many change sides from month to month."""
    from insiders_assets.programme.config import ProgrammeRules
    from insiders_assets.refresh.sources import as_of_date
    from insiders_assets.refresh.study import features_by_day
    from insiders_assets.research import churn

    study = churn.churn_study(
        features_by_day(stores, *(stores.lake.scan(name) for name in LINES)),
        as_of_date(stores),
        stores.models.champion().recipe,
        seed=stores.settings.seed,
        rules=ProgrammeRules.from_settings(stores.settings),
    )
    yield from _keep(stores, CHURN_STUDY, study)


@makes(
    table_spec(
        NEXT_PRODUCT_STUDY, GROUP, "polars", made_by=["next_product"], deps=LINES[:1],
        description="Name next products at past cut-offs, and measure them beside popularity and buying again.",
    )
)  # fmt: skip
def next_product_study(stores: ResourceParam[Stores]) -> Kept:
    """Try whether next products are worth showing."""
    from insiders_assets.language.writer import PLAIN
    from insiders_assets.next_product import trial

    table, found = trial(stores.lake.scan(LINES[0]), window_days=stores.settings.window_days)
    yield from keep(stores, NEXT_PRODUCT_STUDY, table, findings=f"* {PLAIN.write(found)}")


def _keep(stores: Stores, table: Table, study: "Study") -> Kept:
    """Keep a study's table and pictures; what it found is shown in the UI and by ``insiders study``."""
    from insiders_assets.refresh.study import keep_figures

    folder = keep_figures(stores, table.name, study)
    yield from keep(
        stores, table, study.table,
        findings="\n".join(f"* {finding}" for finding in study.findings),
        preview=MetadataValue.md(study.markdown()),
        figures=MetadataValue.path(str(folder)),
    )  # fmt: skip
