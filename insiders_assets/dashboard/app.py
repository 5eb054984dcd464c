"""The dashboard as an ASGI application: which address answers what."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from insiders_assets.api.routes import create_api
from insiders_assets.dashboard.access import Access, AccessMiddleware, HostMiddleware
from insiders_assets.dashboard.headers import HeadersMiddleware
from insiders_assets.dashboard.pages import SHARED, STATIC, Pages
from insiders_assets.dashboard.reports import Reports
from insiders_assets.dashboard.site import Site
from insiders_assets.errors import InsidersError
from insiders_assets.storage.warehouse.reading import Reader

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.applications import Starlette

    from insiders_assets.api.tokens import Tokens
    from insiders_assets.language import Language
    from insiders_assets.refresh.held_record import HeldRefresh
    from insiders_assets.storage.warehouse import Warehouse


def create_app(
    warehouse: Warehouse,
    words: Language,
    access: Access,
    held: Callable[[], HeldRefresh | None] = lambda: None,
    reports: Reports | None = None,
    smallest: int = 0,
    tokens: Tokens | None = None,
    per_minute: int = 0,
) -> Starlette:
    """Yield the dashboard over one warehouse.

    Args:
        warehouse: Opened read-only.
        words: The language that people are spoken to in.
        access: Who may look.
        held: Tells which refresh is held, as far as the home can be seen from here.
        reports: The published reports; none unless given.
        smallest: Customers that a list has at least which is given out as a file.
        tokens: The bearer tokens that open the API; none unless given.
        per_minute: Requests to the API that are answered to one asker within a minute; 0 for any number.
    """
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.middleware.gzip import GZipMiddleware
    from starlette.routing import Mount, Route
    from starlette.staticfiles import StaticFiles

    reader = Reader(warehouse)
    seen = reports or Reports()
    site = Site(reader, words, Pages(words), held, seen, smallest)
    api = create_api(reader, seen.facts, smallest=smallest, per_minute=per_minute)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        reader.close()

    return Starlette(
        routes=[
            Route("/", site.overview),
            Route("/customers", site.customers),
            Route("/customers.csv", site.csv),
            Route("/customers.xlsx", site.xlsx),
            Route("/customers/{customer_id:path}/kept", site.kept),
            Route("/customers/{customer_id:path}/kept.json", site.kept),
            Route("/customers/{customer_id:path}", site.customer),
            Route("/clusters", site.clusters),
            Route("/budget", site.budget),
            Route("/changes", site.changes),
            Route("/time", site.over_time),
            Route("/segments", site.segments),
            Route("/deliveries", site.deliveries),
            Route("/products", site.products),
            Route("/reports/{name}/{file}", site.report),
            Route("/pulse", site.pulse),
            Route("/health", site.health),
            Route("/metrics", site.metrics),
            Mount("/api", api),
            *(Route(f"/static/{name}", site.shared) for name in SHARED),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        middleware=[
            Middleware(HostMiddleware, hosts=access.hosts),
            Middleware(AccessMiddleware, access=access, tokens=tokens),
            Middleware(HeadersMiddleware),
            Middleware(GZipMiddleware, minimum_size=1024, compresslevel=5),
        ],
        exception_handlers={InsidersError: site.cannot_be_read, 404: site.not_found},
        lifespan=lifespan,
    )
