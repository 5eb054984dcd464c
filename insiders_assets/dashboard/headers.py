"""Headers of every answer: nothing from elsewhere is loaded, nothing is kept by others, nothing frames the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Content security policy. Charts and heat colours need inline style; scripts come from files only."""

OF_REPORTS = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; "
    "font-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""That of reports, which hold all that they need: they reach nothing, this dashboard included."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class HeadersMiddleware:
    """Adds :data:`HEADERS`; pages about customers are not to be stored, files that never change are."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and add to its answer."""
        from starlette.datastructures import MutableHeaders

        async def adding(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                if scope["path"].startswith("/reports/") and message["status"] < 400:
                    headers["Content-Security-Policy"] = OF_REPORTS
                fixed = scope["path"].startswith("/static/") and message["status"] < 400
                # What programs ask has an ETag, by which what they have is asked about each time.
                asked = scope["path"].startswith("/api/") and "etag" in headers
                headers["Cache-Control"] = (
                    "public, max-age=86400" if fixed else "private, no-cache" if asked else "no-store"
                )
            await send(message)

        await self.app(scope, receive, adding if scope["type"] == "http" else send)
