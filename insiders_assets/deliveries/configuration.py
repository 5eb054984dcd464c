"""``deliveries.yaml``: which audience goes where, what for. Whatever is wrong in it is said before anything is sent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from insiders_assets.contracts.customers import INSIDERS
from insiders_assets.contracts.messages import without_facts
from insiders_assets.deliveries.forms import CONTACT, FORMS
from insiders_assets.deliveries.model import Configuration, DeliveryRules, DestinationRules
from insiders_assets.places import is_kept
from insiders_assets.segments import MEMBERS
from insiders_assets.yaml_files import YamlText, load_yaml

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from insiders_assets.places import Place

FILE = "deliveries.yaml"
_NAME = re.compile(r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
_VARIABLE = re.compile(r"^[A-Z][A-Z0-9_]*$")
_TOP = ("destinations", "deliveries", "contacts")
_LIMITS = {
    "batch": (int, 1, 100_000),
    "attempts": (int, 1, 20),
    "timeout": (float, 0.1, 300),
    "per_second": (float, 0.01, 1000),
}
_KINDS = {
    "folder": ("location", ("form", "batch")),
    "webhook": ("url", ("secret", "batch", "attempts", "timeout", "per_second")),
    "email": ("to", ("form", "batch")),
    "sftp": ("location", ("form", "password", "key", "batch", "timeout")),
}
"""What each kind of destination is found by, and what else may be said of it."""
_BATCH = {"folder": 100_000, "sftp": 100_000, "webhook": 500, "email": 100_000}
_SECRETS = {"secret": "CRM_WEBHOOK_SECRET", "password": "CRM_SFTP_PASSWORD", "key": "CRM_SFTP_KEY"}
"""What is the name of a variable of the environment, and such a name."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")
_NOT_SENT = {"customer_id", "is_identified", "suppressed_by", "embedding_x", "embedding_y", "embedding_z"}
FIELDS = tuple(column.name for column in INSIDERS.columns if column.name not in _NOT_SENT)
"""What may be sent of a customer beside the identifiers; with contacts, theirs as well."""


def configuration(home: Place, segments: Collection[str], arms: Collection[str] = ()) -> Configuration | None:
    """Return what a home's ``deliveries.yaml`` says, or None if there is none.

    Args:
        home: The home.
        segments: The names of the segments there are.
        arms: The arms of experiments that something may be delivered to, as ``experiment/arm``.

    Raises:
        UsageError: Something in it is unknown; the message names it, its line and what is allowed.
    """
    path = home / FILE
    return read_deliveries(path.read_bytes(), str(path), segments, arms) if is_kept(path) else None


def read_deliveries(
    text: str | bytes, where: str, segments: Collection[str], arms: Collection[str] = ()
) -> Configuration:
    """Return what a file ``deliveries.yaml`` says; see :func:`configuration`."""
    found = load_yaml(text, where)
    if found is None:
        return Configuration(where)
    return _Reader(YamlText(where, text), segments, arms).read(found)


class _Reader:
    """Reads one file, and knows the line of everything in it."""

    def __init__(self, file: YamlText, segments: Collection[str], arms: Collection[str]) -> None:
        self._file, self._segments, self._arms = file, segments, arms

    def read(self, found: Any) -> Configuration:
        if not isinstance(found, dict):
            raise self._file.wrong(
                (), "holds no deliveries", "write destinations: and deliveries:, as docs/campaigns.md shows"
            )
        self._known((), found, _TOP)
        contacts = found.get("contacts") or ""
        if not isinstance(contacts, str):
            raise self._file.wrong(("contacts",), "contacts names no file", "write contacts: contacts.csv")
        destinations = {
            name: self._destination(name, said)
            for name, said in self._named("destinations", found.get("destinations")).items()
        }
        deliveries = tuple(
            self._delivery(name, said, destinations, contacts=bool(contacts))
            for name, said in self._named("deliveries", found.get("deliveries")).items()
        )
        lines = {each.name: self._file.line("deliveries", each.name) for each in deliveries}
        return Configuration(self._file.where, deliveries, contacts, lines, self._file.line("contacts"))

    def _destination(self, name: str, said: dict[str, Any]) -> DestinationRules:
        place = ("destinations", name)
        kind = said.get("kind")
        if not isinstance(kind, str) or kind not in _KINDS:
            raise self._file.unknown((*place, "kind"), f"{name}: there is no kind {kind!r}", _KINDS)
        found_by, others = _KINDS[kind]
        self._known(place, said, ("kind", found_by, *others))
        location = said.get(found_by)
        if not isinstance(location, str) or not location.strip():
            raise self._file.wrong(place, f"{name}: has no {found_by}", f"write {found_by}: .. below it")
        form = said.get("form", "plain")
        if not isinstance(form, str) or form not in FORMS:
            raise self._file.unknown((*place, "form"), f"{name}: there is no form {form!r}", FORMS)
        if kind == "webhook":
            self._url((*place, "url"), name, location.strip())
        if kind == "email" and not all(
            re.fullmatch(r"[^@\s]+@[^@\s]+", each.strip()) for each in location.split(",")
        ):
            raise self._file.wrong(
                (*place, "to"), f"{name}: {location!r} are no addresses", "write a@b.com, c@d.com"
            )
        limits: dict[str, Any] = {"batch": _BATCH[kind]} | {
            key: self._number((*place, key), said[key]) for key in _LIMITS if key in said
        }
        if kind == "sftp":
            self._sftp((*place, "location"), name, location.strip(), said)
        asked = ("secret",) if kind == "webhook" else ()
        secrets: dict[str, Any] = {
            key: self._variable((*place, key), name, said.get(key))
            for key in _SECRETS
            if key in asked or key in said
        }
        return DestinationRules(name, kind, location.strip(), form=form, **secrets, **limits)

    def _variable(self, place: tuple[Any, ...], name: str, variable: Any) -> str:
        """Return the name of a variable of the environment that holds a secret."""
        key = place[-1]
        if isinstance(variable, str) and _VARIABLE.match(variable) and not variable.startswith("INSIDERS_"):
            return variable
        raise self._file.wrong(
            place,
            f"{name}: {key} names no environment variable",
            f"write {key}: {_SECRETS[key]} and put the value into the environment, never into this file",
        )

    def _sftp(self, place: tuple[Any, ...], name: str, url: str, said: dict[str, Any]) -> None:
        """Refuse an address that names no server and user, or holds what only the environment may."""
        try:
            parts = urlsplit(url)
            whole = parts.scheme == "sftp" and parts.hostname and parts.username and parts.port != 0
        except ValueError:
            whole = False
        if not whole or parts.query or parts.fragment:
            raise self._file.wrong(
                place, f"{name}: {url!r} is no address", "write sftp://user@sftp.example.com/folder"
            )
        if parts.password:
            raise self._file.wrong(
                place,
                f"{name}: the address holds a password",
                f"write password: {_SECRETS['password']} instead",
            )
        if not said.get("password") and not said.get("key"):
            raise self._file.wrong(
                place[:-1], f"{name}: has neither password nor key", f"write key: {_SECRETS['key']} below it"
            )

    def _url(self, place: tuple[Any, ...], name: str, url: str) -> None:
        """Refuse an address that anybody could read along, or that holds what only the environment may."""
        if _VARIABLE.match(url):
            return
        try:
            parts = urlsplit(url)
        except ValueError:
            raise self._file.wrong(
                place, f"{name}: {url!r} is no address", "write one that begins with https://"
            ) from None
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise self._file.wrong(
                place,
                f"{name}: {url!r} is no https:// address",
                "write one, or the name of a variable that holds it",
            )
        if parts.username or parts.password:
            raise self._file.wrong(
                place,
                f"{name}: the address holds a password",
                "put the address into the environment, and write the name of its variable",
            )

    def _delivery(
        self, name: str, said: dict[str, Any], destinations: Mapping[str, DestinationRules], *, contacts: bool
    ) -> DeliveryRules:
        place = ("deliveries", name)
        self._known(place, said, ("audience", "destination", "purpose", "fields", "arm"))
        audience, destination, purpose = (said.get(key) for key in ("audience", "destination", "purpose"))
        if audience not in (allowed := (MEMBERS, *self._segments)):
            raise self._file.unknown(
                (*place, "audience"), f"{name}: there is no segment {audience!r}", allowed
            )
        if not isinstance(destination, str) or destination not in destinations:
            raise self._file.unknown(
                (*place, "destination"), f"{name}: there is no destination {destination!r}", destinations
            )
        if not isinstance(purpose, str) or not _NAME.match(purpose):
            raise self._file.wrong(
                (*place, "purpose"),
                f"{name}: {purpose!r} is no purpose",
                "name it in lower case, such as newsletter",
            )
        arm = said.get("arm", "")
        if "arm" in said and arm not in self._arms:
            raise self._file.unknown((*place, "arm"), f"{name}: there is no arm {arm!r}", self._arms)
        to = destinations[destination]
        fields = said.get("fields") or []
        if not isinstance(fields, list):
            raise self._file.wrong(
                (*place, "fields"), f"{name}: fields are a list", "write fields: [tier, valid_until]"
            )
        if fields and not FORMS[to.form].takes_fields:
            raise self._file.wrong(
                (*place, "fields"),
                f"{name}: the form {to.form} takes no fields",
                "leave them out, or use another form",
            )
        columns = (*FIELDS, *(CONTACT if contacts else ()))
        for at, field in enumerate(fields):
            if field not in columns:
                raise self._file.unknown(
                    (*place, "fields", at), f"{name}: there is no column {field!r}", without_facts(columns)
                )
        return DeliveryRules(name, audience, to, purpose, tuple(dict.fromkeys(fields)), arm)

    def _named(self, what: str, found: Any) -> dict[str, dict[str, Any]]:
        """Return named parts, each a mapping."""
        if found is None:
            return {}
        if not isinstance(found, dict):
            raise self._file.wrong((what,), f"{what} are no names with what each is", "see docs/campaigns.md")
        for name, said in found.items():
            if not isinstance(name, str) or not _NAME.match(name):
                raise self._file.wrong(
                    (what, name),
                    f"{name!r}: is no name",
                    "name it in lower case with hyphens, such as spring-nudge",
                )
            if not isinstance(said, dict):
                raise self._file.wrong((what, name), f"{name}: says nothing", "see docs/campaigns.md")
        return found

    def _known(self, place: tuple[Any, ...], said: dict[Any, Any], allowed: Collection[str]) -> None:
        for key in said:
            if key not in allowed:
                raise self._file.unknown((*place, key), f"{key!r} is no word here", allowed)

    def _number(self, place: tuple[Any, ...], value: Any) -> float | int:
        kind, least, most = _LIMITS[place[-1]]
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not (whole or (kind is float and isinstance(value, float))) or not least <= value <= most:
            raise self._file.wrong(
                place, f"{place[-1]} is {value!r}", f"write a number from {least} to {most}"
            )
        return kind(value)
