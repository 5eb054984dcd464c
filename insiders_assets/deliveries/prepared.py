"""What deliveries follow from, read and found fit before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.aliases import aliases_of
from insiders_assets.contracts.programme import LEAVES_NEXT, MEMBERSHIP_CHANGES
from insiders_assets.deliveries.audience import Audience, Limits, audience
from insiders_assets.deliveries.configuration import FILE, configuration
from insiders_assets.deliveries.consents import FILE as CONSENTS
from insiders_assets.deliveries.consents import read_consents
from insiders_assets.deliveries.contacts import read_contacts
from insiders_assets.deliveries.destinations import open_destination
from insiders_assets.errors import InsidersError, UsageError
from insiders_assets.experiments import experiments_of
from insiders_assets.places import is_kept, named_in, place
from insiders_assets.refresh.experimenting import held_out_by, published_experiments
from insiders_assets.segments import identified, segments_of

if TYPE_CHECKING:
    from insiders_assets.deliveries.consents import Consents
    from insiders_assets.deliveries.destinations import Destination
    from insiders_assets.deliveries.model import Configuration, DeliveryRules
    from insiders_assets.places import Place
    from insiders_assets.settings import Settings
    from insiders_assets.storage.stores import Stores

CUSTOMER = "customer_id"
_TURNS = 5


@dataclass(frozen=True)
class Prepared:
    """What is published, and where it is to go.

    Attributes:
        configuration: What ``deliveries.yaml`` says.
        refresh: The published refresh's name and as-of date.
        audiences: The audience of each delivery.
        destinations: Each delivery's destination, opened.
    """

    configuration: Configuration
    refresh: tuple[str, str]
    audiences: dict[str, Audience] = field(default_factory=dict)
    destinations: dict[str, Destination] = field(default_factory=dict)

    def chosen(self) -> list[DeliveryRules]:
        """Return the deliveries that were asked for."""
        return [each for each in self.configuration.deliveries if each.name in self.audiences]


def configured(stores: Stores) -> Configuration | None:
    """Return what the home's ``deliveries.yaml`` says; None without a file, or with one that names no delivery.

    Raises:
        UsageError: Something in it, in ``segments.yaml`` or in ``experiments.yaml`` is unknown.
    """
    segments = [segment.name for segment in segments_of(stores.home)]
    experiments = experiments_of(stores.home, segments)
    arms = [f"{each.name}/{arm}" for each in experiments.experiments for arm in each.treated]
    found = configuration(stores.home, segments, arms)
    return found if found and found.deliveries else None


def prepare(stores: Stores, name: str | None = None) -> Prepared:
    """Read all that deliveries follow from. What is wrong is said here, before anything is sent.

    Args:
        stores: Where things lie.
        name: One delivery; all of them unless given.

    Raises:
        UsageError: A file or a name is wrong.
        InsidersError: Nothing is published yet, or something cannot be read.
    """
    found = configured(stores)
    if found is None:
        raise UsageError(
            "names no delivery", where=str(stores.home / FILE), hint="write one as docs/campaigns.md shows"
        )
    names = [each.name for each in found.deliveries]
    if name is not None and name not in names:
        raise UsageError(
            f"there is no delivery {name!r}", where=found.where, hint=f"choose among {', '.join(names)}"
        )
    chosen = [each for each in found.deliveries if name in (None, each.name)]
    destinations = {each.name: open_destination(each.destination, stores.settings) for each in chosen}
    segments = {segment.name: segment for segment in segments_of(stores.home)}
    contacts, consents = contacts_of(stores.settings, found), consents_of(stores.settings, found)
    forgotten = stores.transactions.tombstones.read()
    limits = Limits(
        is_forgotten=forgotten.holds if forgotten.marks else None, smallest=stores.settings.smallest_cell
    )
    refresh, everybody = published(stores)
    audiences = {
        each.name: audience(
            each,
            everybody,
            segments,
            contacts=contacts,
            limits=replace(limits, consenting=consents.given[each.purpose]) if consents else limits,
        )
        for each in chosen
    }
    return Prepared(found, refresh, audiences, destinations)


def published(stores: Stores) -> tuple[tuple[str, str], pl.DataFrame]:
    """Return the published refresh and its identified customers; one that is held is none of it.

    Raises:
        InsidersError: No refresh has been published, or another one is published again and again meanwhile.
    """
    for _ in range(_TURNS):
        latest = stores.warehouse.latest_refresh()
        if latest is None:
            raise InsidersError("no refresh has been published", where=str(stores.home), hint="insiders run")
        tables = [
            stores.warehouse.read(name) for name in ("insiders", MEMBERSHIP_CHANGES.name, LEAVES_NEXT.name)
        ]
        registered = published_experiments(stores)
        again = stores.warehouse.latest_refresh()
        if again and again["published_at"] == latest["published_at"]:
            changes = tables[1].filter(pl.col("refresh_id") == latest["refresh_id"])
            insiders = held_out_by(stores, registered, tables[0])
            everybody = identified(insiders, changes, tables[2])
            return (latest["refresh_id"], latest["as_of"].isoformat()), everybody
    raise InsidersError(
        "refreshes are published one after the other", where=stores.warehouse.place, hint="try again"
    )


def contacts_file(settings: Settings, found: Configuration) -> Place | None:
    """Return where the addresses are that ``deliveries.yaml`` names, whether they are there or not; None for none."""
    return named_in(settings.home, found.contacts) if found.contacts else None


def consents_file(settings: Settings) -> Place:
    """Return where it says who consents to what, whether it is there or not."""
    return place(settings.consents) if settings.consents else place(settings.home) / CONSENTS


def contacts_of(settings: Settings, found: Configuration) -> pl.DataFrame | None:
    """Return the addresses that ``deliveries.yaml`` names, or None.

    Raises:
        UsageError: The file is not there, or something is wrong in it.
    """
    path = contacts_file(settings, found)
    if path is None:
        return None
    if not path.is_file():
        raise UsageError(
            f"contacts are in {path}, which is not there",
            where=f"{found.where} (line {found.contacts_line})",
            hint="put the file there, or take the line out if customers are known by e-mail",
        )
    return read_contacts(path, lambda who: settings.as_kept(CUSTOMER, [who])[-1], aliases_of(settings))


def consents_of(settings: Settings, found: Configuration) -> Consents | None:
    """Return who consents to what; None where there is no file.

    Raises:
        UsageError: The file that is named is not there, something is wrong in it, or it does not know a purpose.
    """
    path = consents_file(settings)
    if not is_kept(path):
        if settings.consents:
            raise UsageError(
                "is not there",
                where=settings.consents,
                hint="put it there; without it, nobody may be written to",
            )
        return None
    aliases = aliases_of(settings)
    consents = read_consents(path, lambda who: aliases.main(settings.as_kept(CUSTOMER, [who])[-1]))
    for each in found.deliveries:
        if each.purpose not in consents.purposes:
            raise UsageError(
                f"{each.name}: nobody was asked for the purpose {each.purpose!r} in {consents.where}",
                where=found.place(each),
                hint=f"choose among {', '.join(consents.purposes)}"
                if consents.purposes
                else "fill that file first",
            )
    return consents
