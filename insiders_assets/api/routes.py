"""The HTTP API as an ASGI application that the dashboard's server mounts at ``/api``: which address answers what."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from insiders_assets.api import answers, openapi, writing
from insiders_assets.api.problem import Problem
from insiders_assets.api.rate import Rate
from insiders_assets.api.rows import page
from insiders_assets.api.sources import Source, source
from insiders_assets.api.wanted import Wanted
from insiders_assets.errors import InsidersError

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from insiders_assets.storage.warehouse.reading import Reader, View

ASKER = "insiders.asker"
"""Under what a request's scope says who asks."""
logger = logging.getLogger(__name__)


def create_api(
    reader: Reader,
    report: Callable[[str], bytes | None] = lambda _name: None,
    *,
    smallest: int = 0,
    per_minute: int = 0,
) -> ASGIApp:
    """Return the API over one warehouse.

    Args:
        reader: The warehouse.
        report: Returns ``report.json`` of a refresh, or None where it cannot be seen from here.
        smallest: People that a list has at least which is given out.
        per_minute: Requests that are answered to one asker within a minute; 0 for any number.
    """
    from starlette.exceptions import HTTPException
    from starlette.middleware.exceptions import ExceptionMiddleware
    from starlette.routing import Route, Router

    api = Api(reader, report, smallest)
    router = Router(
        [
            Route("/v1", api.index),
            Route("/v1/openapi.json", api.openapi),
            Route("/v1/tables", api.tables),
            Route("/v1/tables/{table}", api.table),
            Route("/v1/tables/{table}/rows", api.rows),
            Route("/v1/refreshes", api.refreshes),
            Route("/v1/refreshes/latest", api.latest),
            Route("/v1/report", api.report),
            Route("/v1/segments", api.segments),
            Route("/v1/segments/{segment:path}/members", api.members),
            Route("/v1/customers/{customer_id:path}", api.customer),
        ],
        redirect_slashes=False,
    )
    handlers: dict[Any, Any] = {
        Problem: _refused,
        InsidersError: _cannot_be_read,
        HTTPException: _no_such_address,
        Exception: _failed,
    }
    return RateMiddleware(ExceptionMiddleware(_Known(router), handlers=handlers), Rate(per_minute))


class Api:
    """The addresses.

    Args:
        reader: The warehouse.
        report: Returns ``report.json`` of a refresh.
        smallest: People that a list has at least which is given out.
    """

    def __init__(self, reader: Reader, report: Callable[[str], bytes | None], smallest: int) -> None:
        self._reader, self._report, self._smallest = reader, report, smallest

    def index(self, request: Request) -> Response:
        """Return the latest refresh, and where everything is."""
        return self._answer(request, writing.index)

    def openapi(self, request: Request) -> Response:
        """Return the description of the API; it needs no refresh."""
        _without_parameters(request)
        content = json.dumps(openapi.document(), ensure_ascii=False).encode()
        return writing.answer(request, content, "application/json", "openapi")

    def tables(self, request: Request) -> Response:
        """Return every table and view that is published."""
        return self._answer(request, lambda view: {"tables": answers.listed(view)})

    def table(self, request: Request) -> Response:
        """Return one table with its columns."""
        found = source(str(request.path_params["table"]))
        return self._answer(request, lambda _view: {"table": answers.described(found)})

    def rows(self, request: Request) -> Response:
        """Return a page of a table."""
        return self._rows(request, source(str(request.path_params["table"])))

    def refreshes(self, request: Request) -> Response:
        """Return a page of the refreshes."""
        return self._rows(request, source("refreshes"))

    def latest(self, request: Request) -> Response:
        """Return the latest refresh."""
        return self._answer(request, lambda view: {"refresh": answers.refresh(view)})

    def report(self, request: Request) -> Response:
        """``report.json`` of the latest refresh, as it is."""
        _without_parameters(request)
        with self._reader.view() as view:
            seen = _published(view)
            content = self._report(seen.refresh_id)
            if content is None:
                raise Problem(404, f"the report of {seen.refresh_id} cannot be seen from here")
            return writing.answer(request, content, "application/json", seen.refresh_id)

    def segments(self, request: Request) -> Response:
        """Return the segments of the latest refresh."""
        return self._answer(request, lambda view: {"segments": answers.segments(view)})

    def members(self, request: Request) -> Response:
        """Return a page of a segment's customers."""
        name = str(request.path_params["segment"])
        with self._reader.view() as view:
            known = [each["segment"] for each in answers.segments(_published(view))]
        if name not in known:
            raise Problem(404, f"there is no segment {name[:80]!r}: /api/v1/segments lists them")
        return self._rows(request, source("segment_customers"), ("segment", name))

    def customer(self, request: Request) -> Response:
        """Return one customer."""
        name = str(request.path_params["customer_id"])
        return self._answer(request, lambda view: answers.customer(view, name))

    def _answer(self, request: Request, tell: Callable[[View], dict[str, Any]]) -> Response:
        _without_parameters(request)
        with self._reader.view() as view:
            seen = _published(view)
            return writing.of_refresh(request, seen, tell(seen))

    def _rows(self, request: Request, found: Source, *more: tuple[str, str]) -> Response:
        wanted = Wanted.read(found, [*more, *request.query_params.multi_items()], personal=True)
        with self._reader.view() as view:
            seen = _published(view)
            rows = page(seen, found, wanted, smallest=self._smallest)
            return writing.of_rows(request, seen, found, rows, wanted.form)


class RateMiddleware:
    """Answers 429 to whoever asks too often."""

    def __init__(self, app: ASGIApp, rate: Rate) -> None:
        self.app, self.rate = app, rate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        who = scope.get(ASKER) or (scope["client"][0] if scope.get("client") else "")
        if seconds := self.rate.wait(str(who)):
            wait = {"Retry-After": str(seconds)}
            problem = Problem(429, f"too many requests: try again in {seconds} s (INSIDERS_API_PER_MINUTE)")
            await writing.refused(problem, wait)(scope, receive, send)
            return
        await self.app(scope, receive, send)


class _Known:
    """The router as part of an application: it then raises what it would answer in plain text."""

    def __init__(self, router: ASGIApp) -> None:
        self.router = router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.router({**scope, "app": self}, receive, send)


def _published(view: View | None) -> View:
    if view is None:
        raise Problem(503, "nothing is published yet: run a refresh first, with insiders run")
    return view


def _without_parameters(request: Request) -> None:
    for name in request.query_params:
        raise Problem(400, f"{name[:80]!r} is no parameter here: there are none")


def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - what it is registered for
    return writing.refused(error)


def _cannot_be_read(_request: Request, error: Exception) -> Response:
    return writing.refused(Problem(503, str(error)))


def _no_such_address(request: Request, error: Exception) -> Response:
    status = int(getattr(error, "status_code", 500))
    lines = {
        404: f"there is no {request.url.path[:200]!r}: {openapi.BASE} says what there is",
        405: f"{request.method[:20]} changes or asks what nobody can here: the API is read with GET",
    }
    line = lines.get(status, str(getattr(error, "detail", "")))
    return writing.refused(Problem(status, line), getattr(error, "headers", None))


def _failed(request: Request, error: Exception) -> Response:
    logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return writing.refused(Problem(500, "this is a fault of the platform's: its log says more"))
