"""Imported by the process that all others are forked from; nothing here may run a polars query."""

from __future__ import annotations

import contextlib
import importlib
import warnings
from pathlib import Path

NEEDED = (
    "insiders_assets.cli.app", "insiders_assets.cli.run", "insiders_assets.cli.forget",
    "insiders_assets.cli.write_lock", "insiders_assets.cli.replay", "insiders_assets.cli.doctor",
    "insiders_assets.cli.migrate", "insiders_assets.cli.options", "insiders_assets.cli.telling",
    "insiders_assets.cli.deliver",
    "insiders_assets.definitions", "insiders_assets.report",
    "insiders_assets.programme", "insiders_assets.programme.backtest", "insiders_assets.refresh.publish",
    "insiders_assets.storage.warehouse", "insiders_assets.erasure.forget",
    "insiders_assets.storage.report_store_s3", "insiders_assets.storage.landing.s3",
    "insiders_assets.segmentation", "sklearn.ensemble", "sklearn.cluster", "sklearn.metrics",
    "sklearn.mixture", "scipy.sparse.linalg", "scipy.stats", "jinja2", "matplotlib.figure",
    "matplotlib.backends.backend_agg", "xlsxwriter", "pandera.polars",
    "pandera.backends.polars.register", "alembic.command", "alembic.runtime.migration", "psycopg2",
    "pgpq", "boto3", "botocore.session", "s3transfer.manager", "threadpoolctl",
    "plotly.graph_objects", "adbc_driver_sqlite.dbapi", "sqlalchemy.dialects.sqlite",
    "sqlalchemy.dialects.postgresql", "polars", "pandas", "pyarrow", "fsspec.implementations.local",
    "upath.implementations.cloud", "babel.numbers", "babel.dates",
)  # fmt: skip

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    for _name in NEEDED:
        with contextlib.suppress(ImportError):
            importlib.import_module(_name)

_TASKS = Path("/proc/self/task")
if _TASKS.exists() and any((task / "comm").read_text() == "polars-0\n" for task in _TASKS.iterdir()):
    raise RuntimeError(
        "a module above runs a polars query when it is imported; forks of this process would hang"
    )
