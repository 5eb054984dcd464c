"""Who may see the dashboard: anyone on loopback, otherwise who has the password or comes through a trusted proxy."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from insiders_assets.api.problem import Problem
from insiders_assets.api.routes import ASKER
from insiders_assets.api.writing import refused
from insiders_assets.dashboard.attempts import Attempts, address_of
from insiders_assets.errors import UsageError

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from insiders_assets.api.tokens import Tokens
    from insiders_assets.settings import Settings

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
WRONG_PASSWORD_SECONDS = 0.5
"""How long a wrong password waits for its answer: nothing to a person, a lot to someone who tries them all."""

OPEN_PATHS = ("/health",)
"""Answered to anyone: they say nothing about the data."""

API = "/api/"
"""What tokens open, and nothing else."""


@dataclass(frozen=True)
class Access:
    """Who may see the dashboard.

    Attributes:
        password: The password asked for with HTTP Basic, or empty.
        header: The header in which a proxy names its user, or empty.
        proxies: Networks of the proxies whose header is believed.
        hosts: Host names answered to; ``*`` is any.
    """

    password: str
    header: str
    proxies: tuple[str, ...]
    hosts: tuple[str, ...]

    @classmethod
    def of(cls, settings: Settings, host: str) -> Access:
        """Return the access that the settings ask for, on the address ``host``.

        On loopback without a password only loopback names are answered to: a stranger's page could otherwise reach the
        dashboard through the reader's own browser, under a name that resolves to 127.0.0.1.

        Raises:
            UsageError: Anyone who reaches ``host`` could see the dashboard, a header would be believed of a proxy or
                under a name that nobody has named, or a proxy's address is none.
        """
        password = settings.dashboard_password.get_secret_value() if settings.dashboard_password else ""
        header = settings.dashboard_user_header or ""
        if not (password or header or _is_loopback(host)):
            raise UsageError(
                f"anyone who reaches {host} could see the customers",
                where="--host",
                hint="set INSIDERS_DASHBOARD_PASSWORD or INSIDERS_DASHBOARD_USER_HEADER, or listen on 127.0.0.1",
            )
        if header and not (settings.dashboard_proxies and settings.dashboard_hosts):
            raise UsageError(
                "is believed only of a proxy that is named, under a name that it is reached by",
                where="INSIDERS_DASHBOARD_USER_HEADER",
                hint="set INSIDERS_DASHBOARD_PROXIES to the proxy's address, such as 127.0.0.1, and "
                "INSIDERS_DASHBOARD_HOSTS to the dashboard's name, such as insiders.example.com",
            )
        for proxy in settings.dashboard_proxies:
            _network(proxy)
        for name in settings.dashboard_hosts:
            _require_name(name, any_allowed=not header)
        hosts = settings.dashboard_hosts or (("*",) if password else (*LOOPBACK_NAMES, host))
        return cls(password, header, settings.dashboard_proxies, hosts)

    @property
    def is_open(self) -> bool:
        """Whether nobody is asked who they are."""
        return not (self.password or self.header)

    def allows(self, client: str, headers: dict[str, str]) -> bool:
        """Return whether a request may be answered.

        Args:
            client: The address it comes from.
            headers: Its headers, with lower-case names.
        """
        if self.is_open or self._is_named(client, headers):
            return True
        _, given = _basic(headers.get("authorization", ""))
        return bool(self.password) and hmac.compare_digest(given.encode(), self.password.encode())

    def attempt(self, client: str, headers: dict[str, str]) -> tuple[str, str]:
        """Return who a request says that it is of, and why that is not believed if it is not.

        Nothing if nobody need ask.
        """
        if self.is_open or self._is_named(client, headers):
            return "", ""
        if self.header and (user := headers.get(self.header.lower())) and "authorization" not in headers:
            return user, f"{self.header} from an address that is no proxy's"
        if self.password and "authorization" in headers:
            return _basic(headers["authorization"])[0], "wrong password"
        return "", ""

    def user(self, client: str, headers: dict[str, str]) -> str:
        """Return the name that an allowed request comes under."""
        if self._is_named(client, headers):
            return headers[self.header.lower()]
        return _basic(headers.get("authorization", ""))[0]

    def _is_named(self, client: str, headers: dict[str, str]) -> bool:
        """Return whether a proxy that is believed names a user."""
        if not (self.header and headers.get(self.header.lower())):
            return False
        address = address_of(client)
        return address is not None and any(address in _network(proxy) for proxy in self.proxies)


class HostMiddleware:
    """Answers 400 under a name that is not the dashboard's; whoever looks whether it is well knows its address only."""

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...]) -> None:
        from starlette.middleware.trustedhost import TrustedHostMiddleware

        self.app = app
        self.guarded = TrustedHostMiddleware(app, allowed_hosts=[*map(in_url, hosts)], www_redirect=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        is_open = scope["type"] == "http" and scope["path"] in OPEN_PATHS
        await (self.app if is_open else self.guarded)(scope, receive, send)


class AccessMiddleware:
    """Answers 401 to whoever may not see the dashboard, and 429 to whoever has tried too often."""

    def __init__(self, app: ASGIApp, access: Access, tokens: Tokens | None = None) -> None:
        self.app, self.access, self.tokens, self.attempts = app, access, tokens, Attempts()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        from starlette.datastructures import Headers

        if scope["type"] != "http" or scope["path"] in OPEN_PATHS:
            await self.app(scope, receive, send)
            return
        headers = {name.lower(): value for name, value in Headers(scope=scope).items()}
        client = scope["client"][0] if scope.get("client") else ""
        token = _bearer(headers) if scope["path"].startswith(API) else ""
        user, doubt = ("token", "unknown or expired") if token else self.access.attempt(client, headers)
        if doubt and (seconds := self.attempts.wait(client)):
            line = "Too many attempts to sign in failed. Please try again later."
            await _refusal(scope, 429, line, {"Retry-After": str(seconds)})(scope, receive, send)
            return
        if token:
            holder = self.tokens.holder(token) if self.tokens else ""
            asker = f"token {holder}" if holder else ""
        else:
            is_allowed = self.access.allows(client, headers)
            asker = (self.access.user(client, headers) or client or "-") if is_allowed else ""
        if asker:
            if token or not self.access.is_open:
                self.attempts.succeeded(client, asker if token else self.access.user(client, headers))
            await self.app({**scope, ASKER: asker}, receive, send)
            return
        if doubt:
            self.attempts.failed(client, user, doubt)
            await asyncio.sleep(WRONG_PASSWORD_SECONDS)
        challenge = ['Bearer realm="Insiders"'] if scope["path"].startswith(API) else []
        challenge += ['Basic realm="Insiders", charset="UTF-8"'] if self.access.password else []
        challenge_header = {"WWW-Authenticate": ", ".join(challenge)} if challenge else {}
        line = "The token is unknown or has expired." if token else "Please sign in."
        await _refusal(scope, 401, line, challenge_header)(scope, receive, send)


def _refusal(scope: Scope, status: int, line: str, headers: dict[str, str]) -> Response:
    """Return why a request is refused, as its asker reads it: a program as problem+json."""
    from starlette.responses import PlainTextResponse

    if scope["path"].startswith(API):
        return refused(Problem(status, line), headers)
    return PlainTextResponse(f"{line}\n", status_code=status, headers=headers)


def _bearer(headers: dict[str, str]) -> str:
    """Return the token of a request (RFC 6750), or nothing."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def in_url(host: str) -> str:
    """Return a host as it stands in an address: one of IPv6 in brackets."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _require_name(name: str, *, any_allowed: bool) -> None:
    stars = name.count("*")
    if (stars == 0 or (stars == 1 and name.startswith("*."))) and "/" not in name:
        return
    if name == "*" and any_allowed:
        return
    raise UsageError(
        f"{name!r} is no host name" if name != "*" else "any name would do, and a header is to be believed",
        where="INSIDERS_DASHBOARD_HOSTS",
        hint="write insiders.example.com or *.example.com, without https:// and port",
    )


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError:
        raise UsageError(
            f"{text!r} is no address or network",
            where="INSIDERS_DASHBOARD_PROXIES",
            hint="write 10.0.0.0/8 or 127.0.0.1",
        ) from None


def _basic(header: str) -> tuple[str, str]:
    """Return the user and the password of an HTTP Basic header (RFC 7617), or nothing."""
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(token, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password
