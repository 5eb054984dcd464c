"""Telling other programs that a refresh was published: a signed request to each address, in a bounded time.

Signed, repeated and keyed as batches of deliveries are (:mod:`insiders_assets.deliveries.destinations.webhook`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from insiders_assets.checksums import is_whole
from insiders_assets.deliveries.destinations.destination import DownError
from insiders_assets.deliveries.destinations.halving import RefusedError
from insiders_assets.deliveries.destinations.webhook import WebhookDestination
from insiders_assets.deliveries.due import Tick
from insiders_assets.deliveries.ledger import FOLDER
from insiders_assets.deliveries.model import DestinationRules
from insiders_assets.errors import InsidersError
from insiders_assets.refresh.due import LONGEST_WAIT, wait
from insiders_assets.storage.atomic_write import write_noted

if TYPE_CHECKING:
    from insiders_assets.places import Place
    from insiders_assets.storage.stores import Stores

EVENT = "refresh.published"
FILE = "announced.json"
ATTEMPTS, SECONDS = 3, 5.0
"""How often an address is tried, and how long one attempt may take: a refresh is over soon whoever does not answer."""
RETRIES = 12
"""How often whoever did not answer is tried again later, by the sensor."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")
COUNTS = ("customers", "identified_customers", "members", "members_entered", "members_left")


def announce(stores: Stores) -> list[str]:
    """Tell every address of the latest refresh, and return what went wrong, a line each. Raises nothing of it.

    An address that acknowledged the refresh is not notified again.
    """
    if not stores.settings.published_webhooks:
        return []
    try:
        latest = stores.warehouse.latest_refresh()
        if latest is None:
            return []
        before, now, problems = _remembered(stores), {}, []
        for url in stores.settings.published_webhooks:
            known = before.get(url, {})
            if known.get("key") == key_of(latest) and not known.get("problem"):
                now[url] = known
                continue
            problem = _announced(stores, url, latest)
            now[url] = {"key": key_of(latest), "refresh_id": latest["refresh_id"], "problem": problem}
            problems += [f"{_shown(url)} was not notified ({problem})"] if problem else []
        write_noted(_file(stores), json.dumps(now, indent=1) + "\n")
    except (
        Exception
    ) as error:  # whatever an address makes libraries raise: the refresh is published, and stays so
        why = str(error) if isinstance(error, InsidersError) else type(error).__name__
        return [f"nobody can be notified ({why})"]
    return problems


def again(stores: Stores, before: Tick, moment: float) -> tuple[bool, Tick, str]:
    """Return whether to tell, once more, who has not acknowledged the latest refresh; what to remember; and why not.

    The run that published it was the first to try. So each address is tried :data:`RETRIES` times more, ever more
    rarely, which takes some seven hours; whoever is still silent is notified of the next refresh.

    Args:
        stores: Where things lie.
        before: What was asked for last.
        moment: Now, in seconds since the epoch.
    """
    latest = stores.warehouse.latest_refresh() if stores.settings.published_webhooks else None
    if latest is None:
        return False, Tick(), "Nobody is to be notified of refreshes."
    waiting = len(unannounced(stores))
    if not waiting:
        return False, before, f"Everybody was notified of {latest['refresh_id']}."
    if before.asked != key_of(latest):
        before = Tick(key_of(latest), 1, moment)
    if before.attempts > RETRIES:
        return (
            False,
            before,
            f"{waiting} did not answer, and will be notified of the next refresh: insiders doctor names them.",
        )
    left = before.moment + wait(before.attempts) - moment
    if 0 < left <= LONGEST_WAIT:  # a clock that was set back must not make anybody wait for longer
        return False, before, f"{waiting} did not answer; tried again in {max(left / 60, 0.1):.1f} minutes."
    return True, Tick(before.asked, before.attempts + 1, moment), ""


def unannounced(stores: Stores) -> list[str]:
    """Return which addresses have not acknowledged the latest refresh, and why, a line each."""
    latest, known = stores.warehouse.latest_refresh(), _remembered(stores)
    found = []
    for url in stores.settings.published_webhooks if latest else ():
        last = known.get(url, {})
        if latest and (last.get("key") != key_of(latest) or last.get("problem")):
            why = last.get("problem") or "not tried"
            found.append(f"{_shown(url)} was not notified of {latest['refresh_id']} ({why})")
    return found


def body(latest: dict[str, Any], dashboard: str | None) -> bytes:
    """Return the content of the request: figures and links, and nothing about anybody.

    Args:
        latest: The row of ``refreshes``.
        dashboard: Where people open the dashboard; without it there are no links.
    """
    name = latest["refresh_id"]
    moment = f"{latest['published_at'].isoformat()}Z"
    at = dashboard.rstrip("/") if dashboard else ""
    links = {"report": f"{at}/reports/{name}/report.html", "api": f"{at}/api/v1"} if at else {}
    data = {"refresh_id": name, "as_of": latest["as_of"].isoformat(), "published_at": moment}
    data |= {each: latest[each] for each in COUNTS} | {"links": links}
    return json.dumps({"type": EVENT, "timestamp": moment, "data": data}, separators=(",", ":")).encode()


def key_of(latest: dict[str, Any]) -> str:
    """Return what a receiver knows the announcement by: the same for every attempt."""
    return f"{EVENT}-{latest['refresh_id']}-{latest['published_at']:%Y%m%dT%H%M%S%f}"


def _announced(stores: Stores, url: str, latest: dict[str, Any]) -> str:
    """Tell one address; return what went wrong, or nothing."""
    secret, parts = stores.settings.published_secret, urlsplit(url)
    if secret is None:
        return "INSIDERS_PUBLISHED_SECRET is not set"
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return "INSIDERS_PUBLISHED_WEBHOOKS: it is no https:// address"
    rules = DestinationRules("published", "webhook", url, attempts=ATTEMPTS, timeout=SECONDS)
    receiver = WebhookDestination(rules, url, secret.get_secret_value())
    try:
        receiver.acknowledged(key_of(latest), body(latest, stores.settings.dashboard_url))
    except (DownError, RefusedError) as error:
        return str(error)
    finally:
        receiver.close()
    return ""


def _remembered(stores: Stores) -> dict[str, dict[str, str]]:
    """Return what each address acknowledged last; nothing where that cannot be read: then it is notified once more."""
    path = _file(stores)
    try:
        found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() and is_whole(path) else {}
    except (ValueError, OSError):
        return {}
    return found if isinstance(found, dict) else {}


def _file(stores: Stores) -> Place:
    return stores.home / FOLDER / FILE


def _shown(url: str) -> str:
    """Return an address without what may be secret in it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}"
