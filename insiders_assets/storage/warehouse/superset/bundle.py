"""The files of a bundle that Superset imports, written from the charts and the views' contracts.

Every identifier follows from a name, so that importing the bundle of a later version changes the dashboard in place.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from insiders_assets.presentation.palette import TIER
from insiders_assets.storage.warehouse.superset.charts import CHARTS, Chart
from insiders_assets.storage.warehouse.views import VIEWS

if TYPE_CHECKING:
    from insiders_assets.contracts.table import Table

VERSION = "1.0.0"
"""Of Superset's format."""

WRITTEN = (2020, 1, 1, 0, 0, 0)
"""Of every file in the zip: the same charts give the same bytes."""

TYPES = {"str": "TEXT", "int64": "BIGINT", "int32": "INTEGER", "float64": "DOUBLE PRECISION", "bool": "BOOLEAN",
         "date": "DATE", "datetime": "TIMESTAMP"}  # fmt: skip

DATABASE = "Insiders"


def identity(kind: str, name: str) -> str:
    """Return the identifier of a thing of a kind, the same for ever."""
    return str(uuid5(NAMESPACE_URL, f"insiders-assets/superset/{kind}/{name}"))


def bundle(database_url: str) -> dict[str, str]:
    """Return the bundle's files, by path.

    Args:
        database_url: The warehouse as Superset shall open it: a SQLAlchemy URL of a role that can only read.
    """
    charts = [chart for row in CHARTS for chart in row]
    read = {chart.view for chart in charts}
    documents: dict[str, dict[str, Any]] = {
        "metadata.yaml": {"version": VERSION, "type": "Dashboard", "timestamp": "2020-01-01T00:00:00+00:00"},
        f"databases/{DATABASE}.yaml": _database(database_url),
        **{
            f"datasets/{DATABASE}/{view.name}.yaml": _dataset(view.contract)
            for view in VIEWS
            if view.name in read
        },
        **{f"charts/{_slug(chart.title)}.yaml": _chart(chart) for chart in charts},
        "dashboards/Insiders.yaml": _dashboard(),
    }
    # JSON is YAML, and needs no library to be written.
    return {
        path: json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        for path, document in documents.items()
    }


def write(out: Path, database_url: str) -> None:
    """Write the bundle as a zip; see :func:`bundle`."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in sorted(bundle(database_url).items()):
            archive.writestr(zipfile.ZipInfo(f"insiders/{path}", WRITTEN), text)


def _database(url: str) -> dict[str, Any]:
    return {
        "database_name": DATABASE,
        "sqlalchemy_uri": url,
        "cache_timeout": 0,  # a refresh is seen at once
        "expose_in_sqllab": True,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_csv_upload": False,
        "extra": {"allows_virtual_table_explore": True},
        "uuid": identity("database", DATABASE),
        "version": VERSION,
    }


def _dataset(view: Table) -> dict[str, Any]:
    return {
        "table_name": view.name,
        "main_dttm_col": None,
        "description": view.meaning,
        "default_endpoint": None,
        "offset": 0,
        "cache_timeout": None,
        "schema": None,
        "sql": None,
        "params": None,
        "template_params": None,
        "filter_select_enabled": True,
        "fetch_values_predicate": None,
        "extra": None,
        "uuid": identity("dataset", view.name),
        "metrics": [],
        "columns": [
            {
                "column_name": column.name,
                "verbose_name": column.name.replace("_", " ").capitalize(),
                "is_dttm": column.dtype in ("date", "datetime"),
                "is_active": True,
                "type": TYPES[column.dtype],
                "groupby": True,
                "filterable": True,
                "expression": None,
                "description": column.described,
                "python_date_format": None,
            }
            for column in view.columns
        ],
        "version": VERSION,
        "database_uuid": identity("database", DATABASE),
    }


def _chart(chart: Chart) -> dict[str, Any]:
    return {
        "slice_name": chart.title,
        "viz_type": chart.kind,
        "params": {"viz_type": chart.kind, "adhoc_filters": [], **chart.params},
        "cache_timeout": None,
        "uuid": identity("chart", chart.title),
        "version": VERSION,
        "dataset_uuid": identity("dataset", chart.view),
    }


def _dashboard() -> dict[str, Any]:
    position: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "parents": ["ROOT_ID"], "children": []},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": "Insiders"}},
    }
    number = 0
    for place, row in enumerate(CHARTS, 1):
        name = f"ROW-{place}"
        position["GRID_ID"]["children"].append(name)
        position[name] = {
            "type": "ROW",
            "id": name,
            "parents": ["ROOT_ID", "GRID_ID"],
            "children": [f"CHART-{_slug(chart.title)}" for chart in row],
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
        for chart in row:
            number += 1
            key = f"CHART-{_slug(chart.title)}"
            position[key] = {
                "type": "CHART",
                "id": key,
                "parents": ["ROOT_ID", "GRID_ID", name],
                "children": [],
                "meta": {
                    "chartId": number,  # Superset writes its own in its place
                    "uuid": identity("chart", chart.title),
                    "sliceName": chart.title,
                    "width": chart.width,
                    "height": chart.height,
                },
            }
    return {
        "dashboard_title": "Insiders",
        "description": "Who the Insiders are, what they bring and who moved.",
        "css": "",
        "slug": "insiders",
        "uuid": identity("dashboard", "Insiders"),
        "position": position,
        "metadata": {
            "refresh_frequency": 10,  # seconds
            "label_colors": TIER,
            "cross_filters_enabled": True,
            "color_scheme": "supersetColors",
        },
        "version": VERSION,
    }


def _slug(title: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in title)
