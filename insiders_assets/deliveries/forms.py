"""The column forms of destinations: what each documents for a customer list, normalised and hashed where it asks.

Sources, as documented in 2026: *Format your customer data file* (Google Ads help, 7659867), *Customer File Custom
Audiences* with *Hashing and normalization* (Meta, Marketing API), *Create and add subscribers to a new list* (Klaviyo
help, 115005078967). All hash by SHA-256, in lower-case hex, after normalising.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

CONTACT = ("email", "phone", "first_name", "last_name", "country_code", "postcode", "city", "region")
"""What contacts.csv may say of a customer."""

Person = Mapping[str, Any]


@dataclass(frozen=True)
class Form:
    """How a destination writes a person.

    Attributes:
        name: What ``deliveries.yaml`` calls it.
        identity: What each identifying column holds, by the column's name, in their order.
        needed: Columns of which one at least must be filled for the destination to know whom it is about; with more
            than one name in a group, all of the group.
        takes_fields: Whether it takes further columns.
    """

    name: str
    identity: Mapping[str, Callable[[Person], str]]
    needed: tuple[tuple[str, ...], ...]
    takes_fields: bool = True

    def record(self, person: Person, fields: tuple[str, ...]) -> dict[str, Any] | None:
        """Return a person as the destination writes them, or None if it could not know who that is.

        Args:
            person: ``customer_id``, contacts and fields.
            fields: What is sent beside the identifiers.
        """
        who = {column: written(person) for column, written in self.identity.items()}
        if not any(all(who[column] for column in group) for group in self.needed):
            return None
        return who | {name: person.get(name) for name in fields}

    def who(self, record: Person) -> dict[str, Any]:
        """Return the identifying columns of a record."""
        return {column: record[column] for column in self.identity if column in record}


def _plain(name: str) -> Callable[[Person], str]:
    return lambda person: str(person.get(name) or "").strip()


def email(person: Person) -> str:
    """Return a person's e-mail address in lower case without blanks; empty without one that could be an address."""
    text = re.sub(r"\s", "", str(person.get("email") or "")).lower()
    return text if re.fullmatch(r"[^@]+@[^@]+\.[^@]+", text) else ""


def phone(person: Person) -> str:
    """Return a person's telephone number by E.164; empty without one that begins with a country's code.

    A number that does not begin with ``+`` or ``00`` says nothing of its country, and none is guessed.
    """
    text = str(person.get("phone") or "").strip().replace("(0)", "")  # dialled within the country alone
    digits = re.sub(r"\D", "", text)
    if text.startswith("00"):
        digits = digits[2:]
    elif not text.startswith("+"):
        return ""
    return f"+{digits}" if 7 <= len(digits) <= 15 and not digits.startswith("0") else ""


def _lower(name: str) -> Callable[[Person], str]:
    return lambda person: " ".join(unicodedata.normalize("NFC", str(person.get(name) or "")).split()).lower()


def _letters(name: str) -> Callable[[Person], str]:
    """In lower case without blanks, digits' neighbours such as hyphens, and other punctuation, as Meta asks."""
    return lambda person: re.sub(r"[\W_]", "", _lower(name)(person))


def _country(person: Person) -> str:
    text = str(person.get("country_code") or "").strip()
    return text.upper() if re.fullmatch(r"[A-Za-z]{2}", text) else ""


def _hashed(value: Callable[[Person], str]) -> Callable[[Person], str]:
    def written(person: Person) -> str:
        text = value(person)
        return hashlib.sha256(text.encode()).hexdigest() if text else ""

    return written


FORMS = {
    form.name: form
    for form in (
        Form("plain", {"customer_id": _plain("customer_id")}, (("customer_id",),)),
        Form(
            "klaviyo",
            {
                "Email": email,
                "Phone Number": phone,
                "First Name": _plain("first_name"),
                "Last Name": _plain("last_name"),
            },
            (("Email",), ("Phone Number",)),
        ),
        Form(
            "google",
            {
                "Email": _hashed(email),
                "Phone": _hashed(phone),
                "First Name": _hashed(_lower("first_name")),
                "Last Name": _hashed(_lower("last_name")),
                "Country": _country,
                "Zip": _plain("postcode"),
            },
            (("Email",), ("Phone",), ("First Name", "Last Name", "Country", "Zip")),
            takes_fields=False,
        ),
        Form(
            "meta",
            {
                "email": _hashed(email),
                "phone": _hashed(lambda person: phone(person).removeprefix("+")),
                "fn": _hashed(_letters("first_name")),
                "ln": _hashed(_letters("last_name")),
                "ct": _hashed(_letters("city")),
                "st": _hashed(_letters("region")),
                "zip": _hashed(lambda person: re.sub(r"[\s-].*$", "", _lower("postcode")(person))
                               if _country(person) == "US" else re.sub(r"\s", "", _lower("postcode")(person))),
                "country": _hashed(lambda person: _country(person).lower()),
            },
            (("email",), ("phone",), ("fn", "ln", "zip"), ("fn", "ln", "ct")),
            takes_fields=False,
        ),
    )
}  # fmt: skip
