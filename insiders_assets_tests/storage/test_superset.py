"""The Superset bundle says what the contracts say; with ``-m superset`` a real Superset imports and renders it."""

from __future__ import annotations

import http.cookiejar
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from insiders_assets.storage.warehouse import VIEWS, Warehouse
from insiders_assets.storage.warehouse.superset import bundle, write
from insiders_assets.storage.warehouse.superset.charts import CHARTS
from insiders_assets_tests.browser import Browser
from insiders_assets_tests.dashboard_data import FIRST, SECOND, publish

SUPERSET = (
    "apache-superset==6.1.0",
    "cachetools",
    "flask-caching<2.4",
    "psycopg2-binary",
    "rich",
    "setuptools<82",
)
"""Superset and what that release needs but does not ask for."""

CONFIG = """\
SECRET_KEY = "a key for one test"
SQLALCHEMY_DATABASE_URI = "sqlite:///{folder}/superset.db"
WTF_CSRF_ENABLED = False
TALISMAN_ENABLED = False
PREVENT_UNSAFE_DB_CONNECTIONS = False
"""
PASSWORD = "only for this test"


def documents(url: str = "sqlite:///insiders.db") -> dict[str, dict]:
    return {path: json.loads(text) for path, text in bundle(url).items()}


def test_every_view_has_a_dataset_whose_columns_are_the_contracts() -> None:
    files = documents()
    for view in VIEWS:
        columns = files[f"datasets/Insiders/{view.name}.yaml"]["columns"]
        assert [column["column_name"] for column in columns] == view.contract.names
        assert all(column["description"] for column in columns)


def test_every_chart_is_on_the_dashboard_and_reads_a_dataset_of_the_bundle() -> None:
    files = documents()
    datasets = {file["uuid"] for path, file in files.items() if path.startswith("datasets/")}
    charts = {file["uuid"]: file for path, file in files.items() if path.startswith("charts/")}
    placed = [
        item["meta"]["uuid"]
        for item in files["dashboards/Insiders.yaml"]["position"].values()
        if isinstance(item, dict) and item["type"] == "CHART"
    ]
    assert sorted(placed) == sorted(charts)
    assert {chart["dataset_uuid"] for chart in charts.values()} == datasets
    assert all(sum(chart.width for chart in row) == 12 for row in CHARTS)


def test_every_column_that_a_chart_names_is_one_of_its_view() -> None:
    columns = {view.name: set(view.contract.names) for view in VIEWS}
    for chart in (chart for row in CHARTS for chart in row):
        named = {*chart.params.get("all_columns", ()), *chart.params.get("groupby", ())}
        if axis := chart.params.get("x_axis"):
            named.add(axis)
        assert named <= columns[chart.view], chart.title


def test_the_same_bundle_has_the_same_bytes_and_only_the_database_hangs_on_the_url(tmp_path: Path) -> None:
    for name in ("one.zip", "two.zip"):
        write(tmp_path / name, "postgresql://bi@host/insiders")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert "insiders/metadata.yaml" in zipfile.ZipFile(tmp_path / "one.zip").namelist()
    here, there = documents("sqlite:///a.db"), documents("sqlite:///b.db")
    assert [path for path in here if here[path] != there[path]] == ["databases/Insiders.yaml"]


@pytest.fixture(scope="module")
def superset(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real Superset, in an environment of its own, that has imported the bundle."""
    folder = tmp_path_factory.mktemp("superset")
    for name in (FIRST, SECOND):
        publish(Warehouse.open(f"sqlite:///{folder}/insiders.db"), name, 300)
    write(folder / "insiders.zip", f"sqlite:///{folder}/insiders.db")
    (folder / "superset_config.py").write_text(CONFIG.format(folder=folder), encoding="utf-8")
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("INSIDERS_", "DAGSTER_"))
    } | {"SUPERSET_CONFIG_PATH": str(folder / "superset_config.py"), "FLASK_APP": "superset"}
    venv.create(folder / "env", with_pip=True)
    python, program = folder / "env" / "bin" / "python", folder / "env" / "bin" / "superset"
    uv = Path(sys.executable).with_name("uv")
    pip = (
        [str(uv), "pip", "install", "--python", str(python)]
        if uv.exists()
        else [python, "-m", "pip", "install"]
    )
    subprocess.run([*pip, "--quiet", *SUPERSET], check=True)
    person = ["--username", "admin", "--firstname", "A", "--lastname", "B", "--email", "a@b.example"]
    for words in (
        ["db", "upgrade"],
        ["fab", "create-admin", *person, "--password", PASSWORD],
        ["init"],
        ["import-dashboards", "-p", str(folder / "insiders.zip"), "-u", "admin"],
    ):
        done = subprocess.run([program, *words], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]
    port = free_port()
    with subprocess.Popen(
        [program, "run", "-p", str(port), "--with-threads"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as running:
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(address + "/health")
            yield address
        finally:
            running.terminate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, seconds: float = 180) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=5)
        except (urllib.error.URLError, OSError):
            time.sleep(1)
        else:
            return
    raise AssertionError(f"{address} does not answer")


@pytest.mark.superset
def test_superset_imports_the_bundle_and_draws_every_chart(
    superset: str, browser: Browser, tmp_path: Path
) -> None:
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    person = urllib.parse.urlencode({"username": "admin", "password": PASSWORD}).encode()
    opener.open(superset + "/login/", person)
    browser.open(superset + "/health", (1400, 2400))
    for cookie in jar:
        browser.driver.add_cookie({"name": cookie.name, "value": cookie.value, "path": "/"})
    browser.open(superset + "/superset/dashboard/insiders/?standalone=2", (1400, 2400))
    titles = [chart.title for row in CHARTS for chart in row]
    until = time.monotonic() + 120
    while True:
        seen = browser.run("return document.body.innerText")
        drawn = browser.run(
            "return document.querySelectorAll('.slice_container canvas, .slice_container table, .header-line').length"
        )
        waiting = browser.run("return document.querySelectorAll('.loading').length")
        if all(title in seen for title in titles) and drawn >= len(titles) and not waiting:
            break
        assert time.monotonic() < until, (drawn, waiting, seen)
        time.sleep(1)
    assert "error" not in seen.lower(), seen
    browser.picture(tmp_path / "superset.png")
