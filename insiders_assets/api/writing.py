"""Answers as they are sent: JSON or CSV, with the refresh as ETag, so that what is known already is not sent again."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from insiders_assets.api import openapi
from insiders_assets.api.problem import MEDIA_TYPE, Problem
from insiders_assets.api.values import written

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from insiders_assets.api.rows import Page
    from insiders_assets.api.sources import Source
    from insiders_assets.storage.warehouse.reading import View

REFRESH = "Insiders-Refresh"
"""The header that names the refresh."""


def of_refresh(request: Request, view: View, body: dict[str, Any]) -> Response:
    """Return an answer that is one JSON object of a refresh."""
    named = {"refresh_id": view.refresh_id, "as_of": view.as_of.isoformat()}
    return answer(request, _json(named | body), "application/json", view.refresh_id)


def of_rows(request: Request, view: View, source: Source, page: Page, form: str) -> Response:
    """Return a page of rows; the address of the next stands in the header ``Link`` (RFC 8288), too."""
    headers = {}
    if page.next:
        following = request.url.include_query_params(cursor=page.next)
        headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
    if not form:
        form = "csv" if request.headers.get("accept", "").lower().startswith("text/csv") else "json"
    if form == "csv":
        return answer(request, _csv(source, page), "text/csv; charset=utf-8", view.refresh_id, headers)
    rows = [dict(zip(page.fields, map(written, row), strict=True)) for row in page.rows]
    body = {"refresh_id": view.refresh_id, "as_of": view.as_of.isoformat(), "rows": rows, "next": page.next}
    return answer(request, _json(body), "application/json", view.refresh_id, headers)


def answer(
    request: Request, content: bytes, kind: str, refresh_id: str, headers: dict[str, str] | None = None
) -> Response:
    """Return an answer, or 304 where the asker has it.

    Its ETag names the refresh and a hash of the content: ``insiders forget`` and deliveries change tables between
    refreshes, and nobody may take a copy for current that has somebody in it who was forgotten.
    """
    from starlette.responses import Response

    tag = f'"{refresh_id}.{hashlib.sha256(content).hexdigest()[:16]}"'
    sent_headers = {"ETag": tag, "Vary": "Accept", REFRESH: refresh_id} | (headers or {})
    known = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    if tag in known or known == ["*"]:
        return Response(status_code=304, headers=sent_headers)
    return Response(content, media_type=kind, headers=sent_headers)


def refused(problem: Problem, headers: dict[str, str] | None = None) -> Response:
    """Return what is wrong as problem+json."""
    from starlette.responses import Response

    return Response(_json(problem.body()), problem.status, headers, MEDIA_TYPE)


def index(view: View) -> dict[str, Any]:
    """Return where everything is."""
    places = ("openapi.json", "tables", "refreshes", "refreshes/latest", "report", "segments")
    return {
        "published_at": written(view.refresh["published_at"]),
        "links": [f"{openapi.BASE}/{each}" for each in places],
    }


def _json(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _csv(source: Source, page: Page) -> bytes:
    import polars as pl

    from insiders_assets.formulas import csv_line, csv_rows

    columns = zip(*page.rows, strict=True) if page.rows else ([] for _ in page.fields)
    frame = pl.DataFrame(
        [
            pl.Series(name, list(values), source.contract.polars_schema[name])
            for name, values in zip(page.fields, columns, strict=True)
        ]
    )
    return csv_line(page.fields).encode() + (csv_rows(frame) if page.rows else b"")
