"""Who may see the dashboard."""

from __future__ import annotations

import base64
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from insiders_assets.dashboard.access import Access
from insiders_assets.errors import UsageError
from insiders_assets.settings import Settings, load_settings
from insiders_assets.storage.warehouse import Warehouse
from insiders_assets_tests.dashboard_data import FIRST, publish, serving

OPEN = {"dashboard_password": None}


def _settings(**given: object) -> Settings:
    return load_settings(**given)


def _basic(password: str, user: str = "marketing") -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def _status(url: str, headers: dict[str, str] | None = None) -> int:
    try:
        with urlopen(Request(url, headers=headers or {})) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_on_loopback_nobody_is_asked_and_only_loopback_names_are_answered_to(host: str) -> None:
    access = Access.of(_settings(), host)
    assert access.allows("127.0.0.1", {})
    assert "*" not in access.hosts
    assert {"localhost", "127.0.0.1", host} <= set(access.hosts)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "dashboard.shop.example"])  # noqa: S104
def test_anywhere_else_it_does_not_start_without_a_password_or_a_proxy(host: str) -> None:
    with pytest.raises(UsageError, match="anyone who reaches") as caught:
        Access.of(_settings(), host)
    assert caught.value.exit_code == 2
    Access.of(_settings(dashboard_password="secret"), host)
    Access.of(_settings(dashboard_user_header="X-Forwarded-User"), host)


def test_the_password_is_asked_for_whatever_the_user_name_is() -> None:
    access = Access.of(_settings(dashboard_password="pässword:with:colons"), "0.0.0.0")  # noqa: S104
    assert not access.allows("127.0.0.1", {})
    assert access.allows("10.0.0.9", _basic("pässword:with:colons"))
    assert access.allows("10.0.0.9", _basic("pässword:with:colons", user=""))
    for wrong in (
        _basic("pässword"),
        _basic(""),
        {"authorization": "Basic !!"},
        {"authorization": "Bearer x"},
    ):
        assert not access.allows("127.0.0.1", wrong)


def test_a_header_is_believed_from_a_trusted_proxy_only() -> None:
    settings = _settings(dashboard_user_header="X-Forwarded-User", dashboard_proxies="10.1.0.0/16, ::1")
    access = Access.of(settings, "0.0.0.0")  # noqa: S104
    named = {"x-forwarded-user": "ana"}
    assert access.allows("10.1.2.3", named)
    assert access.allows("::1", named)
    assert not access.allows("10.2.0.1", named)
    assert not access.allows("127.0.0.1", named)
    assert not access.allows("10.1.2.3", {"x-forwarded-user": ""})
    assert not access.allows("10.1.2.3", {})
    assert not access.allows("unix", named)


def test_a_proxy_that_is_no_address_is_said() -> None:
    with pytest.raises(UsageError, match=r"INSIDERS_DASHBOARD_PROXIES.*'proxy.internal' is no address"):
        Access.of(_settings(dashboard_proxies="proxy.internal"), "127.0.0.1")


def test_secrets_of_the_dashboard_are_in_no_digest_and_no_text() -> None:
    settings = _settings(dashboard_password="planted-secret")
    assert settings.digest() == _settings().digest()
    assert "planted-secret" not in repr(settings)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    url = f"sqlite:///{tmp_path / 'insiders.db'}"
    publish(Warehouse.open(url), FIRST, 60)
    return Warehouse.open(url, read_only=True)


def test_every_page_file_and_download_asks_for_the_password(warehouse: Warehouse) -> None:
    with serving(warehouse, password="secret") as address:
        pages = ("/", "/customers", "/customers/12001", "/clusters", "/budget", "/changes", "/pulse")
        others = (
            "/customers.csv",
            "/customers.xlsx",
            "/static/htmx.min.js",
            "/static/report.css",
            "/nothing",
        )
        for path in (*pages, *others):
            assert _status(address + path) == 401, path
        assert _status(address + "/", _basic("wrong")) == 401
        assert _status(address + "/", _basic("secret")) == 200
        assert _status(address + "/health") == 200
        with pytest.raises(HTTPError) as refused:
            urlopen(address + "/")
        assert refused.value.headers["WWW-Authenticate"].startswith("Basic")


def test_a_name_that_only_resolves_to_loopback_is_not_answered_to(warehouse: Warehouse) -> None:
    with serving(warehouse, hosts=("127.0.0.1", "localhost")) as address:
        assert _status(address + "/", {"Host": "evil.example"}) == 400
        assert _status(address + "/", {"Host": "localhost"}) == 200


def test_answers_load_nothing_from_elsewhere_and_are_not_stored_by_others(warehouse: Warehouse) -> None:
    with serving(warehouse) as address:
        with urlopen(address + "/") as page:
            assert page.headers["Cache-Control"] == "no-store"
            policy = page.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "script-src 'self';" in policy
            assert "frame-ancestors 'none'" in policy
            assert page.headers["X-Content-Type-Options"] == "nosniff"
            assert "server" not in page.headers or "uvicorn" in page.headers["server"]
        with urlopen(address + "/static/htmx.min.js") as script:
            assert "max-age" in script.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static//etc/passwd"]
)
def test_no_file_outside_the_static_folder_is_served(warehouse: Warehouse, path: str) -> None:
    with serving(warehouse) as address:
        assert _status(address + path) == 404
