"""The API described as OpenAPI 3.1, from the contracts: an operation for every table, its columns typed."""

from __future__ import annotations

from functools import cache
from typing import Any

from insiders_assets import __version__
from insiders_assets.api import problem, schema, values
from insiders_assets.api.sources import Source, sources
from insiders_assets.api.wanted import BOUNDS, FORMATS, MOST_ROWS, ROWS

BASE = "/api/v1"
OBJECT = {"type": "object"}
_REF = "#/components/responses/"
_REFRESH = {
    "refresh_id": {"type": "string", "description": "The refresh that all of it is of."},
    "as_of": {"type": "string", "format": "date", "description": "The day that it looks back from."},
}
PROBLEMS = {
    "400": ("BadRequest", "The request is not one that can be answered: which part, and what is allowed."),
    "401": ("Unauthorized", "No sign-in, or a token that is unknown or expired."),
    "403": ("Forbidden", "A list of fewer people than may leave the house."),
    "404": ("NotFound", "There is no such thing."),
    "410": ("Gone", "The cursor is of an earlier refresh."),
    "429": ("TooManyRequests", "Too many requests: Retry-After says when."),
    "503": ("Unavailable", "Nothing is published yet, or the warehouse does not answer."),
}
EVERYWHERE = ("400", "401", "429", "503")


@cache
def document() -> dict[str, Any]:
    """Return the description of the API."""
    paths: dict[str, Any] = {
        BASE: _operation("index", "The latest refresh, and where everything is.", _answer()),
        f"{BASE}/openapi.json": _operation("openapi", "This document.", OBJECT),
        f"{BASE}/tables": _operation("tables", "Every published table and view.", _answer("tables", _array(OBJECT))),
        f"{BASE}/refreshes/latest": _operation(
            "latest_refresh", "The latest refresh.", _answer("refresh", _row("refreshes"))
        ),
        f"{BASE}/report": _operation("report", "report.json of the latest refresh.", OBJECT, "404"),
        f"{BASE}/segments": _operation(
            "segments", "The segments of the latest refresh.", _answer("segments", _array(_row("segments")))
        ),
        f"{BASE}/customers/{{customer_id}}": _operation(
            "customer", "What the tables tell of a customer.", _customer(), "404",
            parameters=[_path("customer_id", "The customer.")],
        ),
    }  # fmt: skip
    for each in sources().values():
        paths[f"{BASE}/tables/{each.name}"] = _operation(
            f"describe_{each.name}", f"The columns of {each.name}.", _answer("table", OBJECT)
        )
        paths[f"{BASE}/tables/{each.name}/rows"] = _rows(each, f"rows_{each.name}", each.contract.meaning)
    members = sources()["segment_customers"]
    paths[f"{BASE}/segments/{{segment}}/members"] = _rows(
        members, "segment_members", "The customers of a segment.", without="segment",
        parameters=[_path("segment", "The segment's name.")],
    )  # fmt: skip
    paths[f"{BASE}/refreshes"] = _rows(sources()["refreshes"], "refreshes", "The refreshes.")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Insiders",
            "version": __version__,
            "description": "The published tables, read-only. Every answer is of one refresh, which its ETag names.",
        },
        "paths": paths,
        "components": {
            "schemas": {"Problem": _problem()} | {each.name: schema.row(each) for each in sources().values()},
            "responses": {
                name: {"description": text, "content": {problem.MEDIA_TYPE: {"schema": _ref("Problem")}}}
                for name, text in PROBLEMS.values()
            },
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "password": {"type": "http", "scheme": "basic"},
            },
        },
        "security": [{"token": []}, {"password": []}, {}],
    }


def _operation(
    name: str, summary: str, content: dict[str, Any], *problems: str, parameters: list[Any] | None = None
) -> dict[str, Any]:
    """Return a path that answers GET with JSON."""
    responses: dict[str, Any] = {
        "200": {"description": summary, "content": {"application/json": {"schema": content}}},
        "304": {"description": "The same as If-None-Match says that the asker has."},
    }
    responses |= {code: {"$ref": _REF + PROBLEMS[code][0]} for code in sorted({*EVERYWHERE, *problems})}
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "parameters": parameters or [],
            "responses": responses,
        }
    }


def _rows(
    source: Source, name: str, summary: str, *, without: str = "", parameters: list[Any] | None = None
) -> dict[str, Any]:
    content = _answer("rows", _array(_row(source.name)))
    content["properties"]["next"] = {
        "type": ["string", "null"],
        "description": "The next page's cursor, or null.",
    }
    asked = [
        *(parameters or []),
        _query("fields", {"type": "string"}, "Columns to show, with commas between; all unless given."),
        _query(
            "limit",
            {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": ROWS},
            "Rows of a page.",
        ),
        _query("cursor", {"type": "string"}, "Where the page before ended: its next."),
        _query("format", {"type": "string", "enum": list(FORMATS)}, "JSON unless CSV is asked for."),
    ]
    for column in source.contract.columns:
        if column.name == without:
            continue
        json_schema = schema.argument(column)
        asked.append(_query(column.name, json_schema, f"Equal to: {column.described}"))
        if column.dtype in values.RANGED:
            asked += [
                _query(f"{column.name}.{bound}", json_schema, f"{sign} the value.")
                for bound, sign in BOUNDS.items()
            ]
    found = _operation(name, summary, content, "403", "404", "410", parameters=asked)
    found["get"]["responses"]["200"]["content"]["text/csv"] = {"schema": {"type": "string"}}
    return found


def _answer(name: str = "", content: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return an object that says which refresh it is of."""
    properties = _REFRESH | ({name: content} if content else {})
    return {"type": "object", "required": list(properties), "properties": properties}


def _customer() -> dict[str, Any]:
    row = {"anyOf": [_row("insiders"), {"type": "null"}]}
    lists = {
        "products": "customer_products",
        "months": "purchases_by_month",
        "changes": "membership_changes",
        "segments": "segment_customers",
    }
    found = _answer("customer", row)
    found["properties"]["customer_id"] = {"type": "string"}
    found["properties"] |= {name: _array(_row(table)) for name, table in lists.items()}
    return found


def _problem() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "What is wrong and what to do, in one line."},
        },
    }


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _row(table: str) -> dict[str, Any]:
    return _ref(table)


def _array(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


def _path(name: str, meaning: str) -> dict[str, Any]:
    json_schema = {"type": "string", "minLength": 1}
    return {"name": name, "in": "path", "required": True, "description": meaning, "schema": json_schema}


def _query(name: str, json_schema: dict[str, Any], meaning: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": meaning, "schema": json_schema}
