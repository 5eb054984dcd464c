"""The pages of the dashboard: what each address answers, from one view of the warehouse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insiders_assets.dashboard.downloads import excel, kept_json, stream_csv, too_few
from insiders_assets.dashboard.filters import Filters, choices
from insiders_assets.dashboard.metrics import exposition
from insiders_assets.dashboard.pages import SHARED_STATIC, Pages
from insiders_assets.dashboard.reports import FILES, Reports
from insiders_assets.dashboard.views.budget import budget
from insiders_assets.dashboard.views.changes import changes
from insiders_assets.dashboard.views.clusters import clusters
from insiders_assets.dashboard.views.customer import customer, is_customer
from insiders_assets.dashboard.views.customers import customers
from insiders_assets.dashboard.views.deliveries import deliveries
from insiders_assets.dashboard.views.kept import kept
from insiders_assets.dashboard.views.over_time import over_time
from insiders_assets.dashboard.views.overview import overview
from insiders_assets.dashboard.views.products import products
from insiders_assets.dashboard.views.segments import segments
from insiders_assets.refresh.held_record import HELD
from insiders_assets.storage.warehouse.reading import Reader, View

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from insiders_assets.language import Language
    from insiders_assets.refresh.held_record import HeldRefresh


class Site:
    """The pages.

    Args:
        reader: The warehouse.
        words: The reader's language.
        pages: The templates.
        held: Tells which refresh is held.
        reports: The published reports.
        smallest: Customers that a list has at least which is given out as a file.
    """

    def __init__(
        self,
        reader: Reader,
        words: Language,
        pages: Pages,
        held: Callable[[], HeldRefresh | None],
        reports: Reports,
        smallest: int,
    ) -> None:
        self._reader, self._words, self._pages, self._held = reader, words, pages, held
        self._reports, self._smallest = reports, smallest

    def overview(self, request: Request) -> Response:
        """Tiles, tiers, countries and answers."""
        return self._page(
            request,
            "overview.html",
            lambda view: overview(
                view, self._words, _filters(request), request.query_params.get("compare", "")
            ),
        )

    def customers(self, request: Request) -> Response:
        """Return the list."""
        return self._page(
            request,
            "customers.html",
            lambda view: customers(view, self._words, _filters(request), request.query_params),
        )

    def customer(self, request: Request) -> Response:
        """Return one customer."""
        return self._customer(request, str(request.path_params["customer_id"]))

    def _customer(self, request: Request, name: str) -> Response:
        return self._page(request, "customer.html", lambda view: customer(view, self._words, name))

    def kept(self, request: Request) -> Response:
        """Return everything that is kept of one customer, or the page of one whose id ends in ``/kept``."""
        name = str(request.path_params["customer_id"])
        end = request.url.path.rpartition("/")[2]
        with self._reader.view() as view:
            is_name = view is not None and is_customer(view, f"{name}/{end}")
        if is_name:
            return self._customer(request, f"{name}/{end}")
        if end == "kept":
            return self._page(request, "kept.html", lambda view: kept(view, self._words, name))
        file = kept_json(self._reader, self._words, name)
        return file or self._problem(request, self._words.text("There is no such customer."), 404)

    def clusters(self, request: Request) -> Response:
        """Return the map and the profiles."""
        compare = request.query_params.get("compare", "")
        return self._page(request, "clusters.html", lambda view: clusters(view, self._words, compare))

    def budget(self, request: Request) -> Response:
        """Return the slider along the capture curve."""
        return self._page(
            request, "budget.html", lambda view: budget(view, self._words, request.query_params)
        )

    def changes(self, request: Request) -> Response:
        """Return two refreshes beside each other."""
        return self._page(
            request, "changes.html", lambda view: changes(view, self._words, request.query_params)
        )

    def over_time(self, request: Request) -> Response:
        """Return what months brought, and who came back."""
        return self._page(request, "over_time.html", lambda view: over_time(view, self._words))

    def products(self, request: Request) -> Response:
        """Return what a tier or a cluster buys."""
        return self._page(
            request, "products.html", lambda view: products(view, self._words, request.query_params)
        )

    def segments(self, request: Request) -> Response:
        """Return the segments, and how many were in each."""
        return self._page(request, "segments.html", lambda view: segments(view, self._words))

    def deliveries(self, request: Request) -> Response:
        """Return what became of every audience at its destination."""
        return self._page(request, "deliveries.html", lambda view: deliveries(view, self._words))

    def csv(self, request: Request) -> Response:
        """Return the list as CSV, streamed."""
        return self._given_out(request) or stream_csv(self._reader, _filters(request))

    def xlsx(self, request: Request) -> Response:
        """Return the list as an Excel file, if it fits."""
        return self._given_out(request) or excel(self._reader, self._words, _filters(request))

    def _given_out(self, request: Request) -> Response | None:
        """Return why a list is not given out as a file; None if it is."""
        from starlette.responses import PlainTextResponse

        why = too_few(self._reader, self._words, _filters(request), self._smallest)
        return PlainTextResponse(f"{why}\n", status_code=403) if why else None

    def report(self, request: Request) -> Response:
        """Return a file of the report of a published refresh."""
        from starlette.responses import Response

        name, file = (str(request.path_params[part]) for part in ("name", "file"))
        with self._reader.view() as view:
            published = view is not None and view.has_refresh(name)
        found = self._reports.read(name, file) if published else None
        if found is None:
            return self._problem(request, self._words.text("There is no such report."), 404)
        return Response(found, media_type=FILES[file])

    def pulse(self, request: Request) -> Response:
        """Return whether something newer than ``seen`` is published: the page asks every few seconds."""
        from starlette.responses import Response

        latest = self._reader.latest()
        news = {"HX-Trigger": "published"} if latest != request.query_params.get("seen", "") else {}
        return Response(status_code=200 if news else 204, headers=news)

    def health(self, _request: Request) -> Response:
        """That the server answers."""
        from starlette.responses import PlainTextResponse

        return PlainTextResponse("ok\n")

    def metrics(self, request: Request) -> Response:
        """Return the latest refresh in numbers, for monitoring."""
        from starlette.responses import Response

        with self._reader.view() as view:
            refresh = view.refresh if view else None
        text, content_type = exposition(refresh, request.headers.get("accept", ""))
        return Response(text, headers={"Content-Type": content_type})

    def shared(self, request: Request) -> Response:
        """Return a file that pages share with the report."""
        from starlette.responses import FileResponse

        file = SHARED_STATIC / request.url.path.rpartition("/")[2]
        return FileResponse(file, media_type="font/woff2" if file.suffix == ".woff2" else None)

    def cannot_be_read(self, request: Request, error: Exception) -> Response:
        """Return the page that says in one line, without what is secret, that the warehouse does not answer."""
        return self._problem(request, str(error), 503)

    def not_found(self, request: Request, _error: Exception) -> Response:
        """There is no such page."""
        return self._problem(request, self._words.text("There is no such page."), 404)

    def _problem(self, request: Request, text: str, status: int) -> Response:
        from starlette.responses import HTMLResponse

        page = self._pages.render(
            "problem.html", problem=text, page=request.url.path, seen="", refresh=None, held=None
        )
        return HTMLResponse(page, status_code=status)

    def _waiting(self, published: str) -> HeldRefresh | None:
        """Return the refresh that is held beside the one that is shown."""
        found = self._held()
        return found if found and found.status == HELD and found.published == published else None

    def _page(
        self, request: Request, template: str, build: Callable[[View], dict[str, Any] | None]
    ) -> Response:
        from starlette.responses import HTMLResponse

        with self._reader.view() as view:
            if view is None or not view.has("customer_summary"):
                return HTMLResponse(
                    self._pages.render("empty.html", page=request.url.path, seen="", refresh=None, held=None)
                )
            content = build(view)
            shared: dict[str, Any] = {
                "page": request.url.path,
                "here": str(request.url.path) + (f"?{request.url.query}" if request.url.query else ""),
                "seen": f"{view.refresh_id}@{view.refresh['published_at']}",
                "refresh": view.refresh,
                "filters": _filters(request),
                "choices": choices(view),
                "held": self._waiting(str(view.refresh_id)),
                "smallest": self._smallest,
                "has_report": self._reports.has(str(view.refresh_id)),
            }
        if content is None:
            return self._problem(request, self._words.text("There is no such customer."), 404)
        return HTMLResponse(self._pages.render(template, **shared, **content))


def _filters(request: Request) -> Filters:
    return Filters.read(request.query_params)
