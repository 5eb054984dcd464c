"""Who may see the dashboard."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from insiders_assets.dashboard.access import Access
from insiders_assets.dashboard.attempts import MOST, REMEMBERED, SECONDS, Attempts
from insiders_assets.errors import UsageError
from insiders_assets.places import place
from insiders_assets.settings import Settings, load_settings
from insiders_assets.storage.warehouse import Warehouse
from insiders_assets_tests.dashboard_data import FIRST, SECOND, publish, serving

BEHIND = {
    "dashboard_user_header": "X-Forwarded-User",
    "dashboard_proxies": "10.1.0.0/16, ::1",
    "dashboard_hosts": "insiders.example.com",
}


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
    Access.of(_settings(**BEHIND), host)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"dashboard_hosts": ()}, "INSIDERS_DASHBOARD_HOSTS"),
        ({"dashboard_proxies": ()}, "INSIDERS_DASHBOARD_PROXIES"),
        ({"dashboard_hosts": "*"}, "INSIDERS_DASHBOARD_HOSTS.*any name"),
        ({"dashboard_hosts": "https://insiders.example.com"}, "INSIDERS_DASHBOARD_HOSTS.*no host name"),
    ],
)
@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])  # noqa: S104
def test_a_header_is_believed_of_a_named_proxy_under_a_name_of_its_own_only(
    given: dict[str, object], named: str, host: str
) -> None:
    with pytest.raises(UsageError, match=named):
        Access.of(_settings(**BEHIND | given), host)


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
    access = Access.of(_settings(**BEHIND), "0.0.0.0")  # noqa: S104
    named = {"x-forwarded-user": "ana"}
    assert access.allows("10.1.2.3", named)
    assert access.allows("::ffff:10.1.2.3", named)
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


def test_a_forged_header_is_refused_from_another_peer_and_under_another_name(
    warehouse: Warehouse, caplog: pytest.LogCaptureFixture
) -> None:
    named, host = {"X-Forwarded-User": "ana"}, {"Host": "insiders.example.com"}
    rules = {"header": "X-Forwarded-User", "hosts": ("insiders.example.com",)}
    with serving(warehouse, **rules, proxies=("127.0.0.1",)) as address:
        assert _status(address + "/", named | host) == 200
        assert _status(address + "/", named) == 400
        assert _status(address + "/", host) == 401
    assert not caplog.records
    with serving(warehouse, **rules, proxies=("10.0.3.7",)) as address:
        assert _status(address + "/", named | host) == 401
    assert "sign-in from 127.0.0.1 as 'ana' refused: X-Forwarded-User" in caplog.text


def test_a_dashboard_on_the_loopback_of_ipv6_is_answered_to() -> None:
    from insiders_assets.dashboard.app import create_app
    from insiders_assets.language import Language

    empty = Warehouse.open("sqlite:////nonexistent/insiders.db", read_only=True)
    app = create_app(empty, Language("en", ""), Access.of(_settings(), "::1"))
    assert _asked(app, "/nothing", {"host": "[::1]:8500"})[0] == 404
    assert _asked(app, "/nothing", {"host": "[::2]:8500"})[0] == 400
    assert _asked(app, "/health", {"host": "10.0.0.5"})[0] == 200  # a load balancer knows no names


def _asked(
    app: Any, path: str, headers: dict[str, str], client: str = "10.0.0.9"
) -> tuple[int, dict[str, str]]:
    """The status and the headers of an answer to a request that comes from an address."""
    heard: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        heard.append(message)

    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": path,
        "raw_path": path.encode(), "query_string": b"", "root_path": "", "client": (client, 1),
        "server": ("127.0.0.1", 8500),
        "headers": [(name.encode(), text.encode()) for name, text in ({"host": "localhost"} | headers).items()],
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    return heard[0]["status"], {name.decode(): text.decode() for name, text in heard[0]["headers"]}


class Moments:
    """A clock that stands still until it is told."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_attempts_that_fail_are_limited_by_address_for_a_while(caplog: pytest.LogCaptureFixture) -> None:
    clock = Moments()
    attempts = Attempts(clock)
    for number in range(MOST):
        assert not attempts.wait("10.0.0.9")
        attempts.failed("10.0.0.9" if number % 2 else "::ffff:10.0.0.9", "ana", "wrong password")
    assert attempts.wait("10.0.0.9") == SECONDS
    assert not attempts.wait("10.0.0.8")
    assert f"{MOST} attempts failed" in caplog.text
    clock.now += SECONDS - 1
    assert attempts.wait("10.0.0.9") == 1
    clock.now += 1
    assert not attempts.wait("10.0.0.9")
    attempts.failed("10.0.0.9", "ana", "wrong password")
    assert not attempts.wait("10.0.0.9")
    for number in range(MOST):
        attempts.failed(f"2001:db8::{number + 1:x}", "ana", "wrong password")
    assert attempts.wait("2001:db8::ffff")  # of one network


def test_what_is_remembered_of_attempts_is_bounded(caplog: pytest.LogCaptureFixture) -> None:
    attempts = Attempts()
    for number in range(REMEMBERED + 100):
        attempts.failed(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", "x" * 1000, "wrong password")
        attempts.succeeded("10.0.0.1", f"{number}" * 100)
    assert len(attempts._failed) == len(attempts._known) == REMEMBERED
    assert max(map(len, caplog.messages)) < 200
    attempts.failed("10.9.9.9", "a\x1b[2J\nb", "wrong password")
    assert caplog.messages[-1].isprintable()


def test_who_guesses_is_stopped_and_who_knows_the_password_elsewhere_is_not(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    from insiders_assets.dashboard import access
    from insiders_assets.dashboard.app import create_app
    from insiders_assets.language import Language

    monkeypatch.setattr(access, "WRONG_PASSWORD_SECONDS", 0)
    app = create_app(warehouse, Language("en", ""), Access("secret", "", (), ("*",)))
    assert [_asked(app, "/", _basic("wrong"))[0] for _ in range(MOST)] == [401] * MOST
    status, headers = _asked(app, "/", _basic("secret"))
    assert status == 429
    assert 0 < int(headers["retry-after"]) <= SECONDS
    assert _asked(app, "/", {})[0] == 401
    assert _asked(app, "/", _basic("secret"), client="10.0.0.8")[0] == 200


def test_reports_of_published_refreshes_are_served_to_who_may_look_and_reach_nothing(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    from insiders_assets.dashboard.app import create_app
    from insiders_assets.dashboard.reports import Reports
    from insiders_assets.language import Language
    from insiders_assets.report.addresses import report_address

    for name in (FIRST, SECOND):  # the second was never published
        (tmp_path / "reports" / name).mkdir(parents=True)
        (tmp_path / "reports" / name / "report.html").write_text("<p>a report</p>")
    (tmp_path / "reports" / FIRST / "report.json").write_text("{}")
    reports = Reports(place(str(tmp_path)))
    app = create_app(warehouse, Language("en", ""), Access("secret", "", (), ("localhost",)), reports=reports)
    page = report_address("http://localhost:8500/", FIRST).removeprefix("http://localhost:8500")
    assert _asked(app, page, {})[0] == 401
    status, headers = _asked(app, page, _basic("secret"))
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "connect-src" not in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    for path in (f"/reports/{SECOND}/report.html", f"/reports/{FIRST}/report.json", f"/reports/{FIRST}/members.csv",
                 "/reports/latest/report.html", f"/reports/..%2f{FIRST}/report.html"):  # fmt: skip
        assert _asked(app, path, _basic("secret"))[0] == 404


def test_every_page_file_and_download_asks_for_the_password(warehouse: Warehouse) -> None:
    with serving(warehouse, password="secret") as address:
        pages = ("/", "/customers", "/customers/12001", "/clusters", "/budget", "/changes", "/pulse")
        others = (
            "/customers.csv",
            "/customers.xlsx",
            "/static/htmx.min.js",
            "/static/design.css",
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
