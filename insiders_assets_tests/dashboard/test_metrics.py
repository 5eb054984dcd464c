"""The dashboard's metrics: read by the library's own parser, and told to nobody who may not see the dashboard."""

from __future__ import annotations

from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as plain

from insiders_assets.storage.warehouse import Warehouse
from insiders_assets_tests.dashboard_data import FIRST, publish, serving

OPEN_METRICS = "application/openmetrics-text; version=1.0.0"


def asked(address: str, accept: str = "*/*") -> tuple[str, str]:
    with urlopen(Request(f"{address}/metrics", headers={"Accept": accept})) as answer:
        return answer.read().decode(), answer.headers["Content-Type"]


@pytest.mark.parametrize(("accept", "parse"), [("*/*", plain), (OPEN_METRICS, open_metrics)])
def test_the_latest_refresh_is_told_in_numbers(database_url, accept, parse) -> None:
    publish(Warehouse.open(database_url), FIRST, 200)
    warehouse = Warehouse.open(database_url, read_only=True)
    refresh = warehouse.latest_refresh()
    with serving(warehouse) as address:
        text, content_type = asked(address, accept)
    assert content_type.startswith(accept.partition(";")[0] if accept == OPEN_METRICS else "text/plain")
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in parse(text)
        for sample in family.samples
    }
    assert found["insiders_customers", "members"] == refresh["members"]
    assert found["insiders_refresh_rows", "quarantined"] == refresh["rows_quarantined"]
    assert found["insiders_insider_share_ratio", "revenue"] == refresh["insider_share_of_revenue"]
    assert (
        found[("insiders_refresh_published_timestamp_seconds",)]
        > found[("insiders_refresh_as_of_timestamp_seconds",)]
    )
    assert len(found) == 15


def test_before_the_first_refresh_there_is_nothing_to_tell(tmp_path: Path) -> None:
    with serving(Warehouse.open(f"sqlite:///{tmp_path / 'insiders.db'}", read_only=True)) as address:
        assert asked(address)[0].strip() == ""


def test_metrics_ask_for_the_password_as_the_pages_do(tmp_path: Path) -> None:
    warehouse = Warehouse.open(f"sqlite:///{tmp_path / 'insiders.db'}", read_only=True)
    with serving(warehouse, password="known") as address, pytest.raises(HTTPError) as refused:
        asked(address)
    assert refused.value.code == 401
