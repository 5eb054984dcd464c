"""The column forms that mailing tools and ad platforms document, with the digests that they give as examples."""

from __future__ import annotations

from hashlib import sha256

import pytest

from insiders_assets.deliveries.forms import FORMS, email, phone

ANN = {
    "customer_id": "17850",
    "email": " Ann.Lee@Example.COM ",
    "phone": "+44 (0)20 7031 3000",
    "first_name": "  Ann-Marie ",
    "last_name": "O'Neill",
    "country_code": "gb",
    "postcode": "WC2H 8LG",
    "city": "St. Albans",
    "region": "",
    "tier": "insider",
}


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def test_plain_is_the_shops_own_id_and_fields():
    assert FORMS["plain"].record(ANN, ("tier",)) == {"customer_id": "17850", "tier": "insider"}


def test_klaviyo_reads_addresses_as_they_are():
    record = FORMS["klaviyo"].record(ANN | {"phone": "0044 20 7031 3000"}, ("tier",))
    assert record == {
        "Email": "ann.lee@example.com",
        "Phone Number": "+442070313000",
        "First Name": "Ann-Marie",
        "Last Name": "O'Neill",
        "tier": "insider",
    }


def test_google_takes_digests_but_for_country_and_postcode():
    record = FORMS["google"].record(ANN, ())
    assert record == {
        "Email": digest("ann.lee@example.com"),
        "Phone": digest("+442070313000"),
        "First Name": digest("ann-marie"),
        "Last Name": digest("o'neill"),
        "Country": "GB",
        "Zip": "WC2H 8LG",
    }


def test_meta_takes_digests_of_letters_and_digits():
    record = FORMS["meta"].record(
        ANN | {"phone": "+1 650 551 1234", "country_code": "US", "postcode": "94035-1234"}, ()
    )
    assert record["phone"] == digest("16505511234")
    assert record["fn"] == digest("annmarie")
    assert record["ln"] == digest("oneill")
    assert record["ct"] == digest("stalbans")
    assert record["zip"] == digest("94035")
    assert record["country"] == digest("us")
    assert record["st"] == ""
    # Meta's own example of a hashed address.
    assert (
        FORMS["meta"].record({"email": "mary@example.com"}, ())["email"]
        == "f1904cf1a9d73a55fa5de0ac823c4403ded71afd4c3248d00bdcd0866552bb79"
    )


@pytest.mark.parametrize("form", ["klaviyo", "google", "meta"])
@pytest.mark.parametrize(
    "person",
    [
        {"customer_id": "1"},
        {"email": "nobody", "phone": "020 7031 3000"},
        {"first_name": "Ann", "last_name": "Lee"},
    ],
)
def test_nobody_is_sent_whom_the_destination_could_not_know(form, person):
    assert FORMS[form].record(person, ()) is None


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("+44 20 7031-3000", "+442070313000"),
        ("+44 (0)20 7031 3000", "+442070313000"),
        ("0049 170 1234567", "+491701234567"),
        ("020 7031 3000", ""),  # of which country, nobody says
        ("+44", ""),
        ("+0123456789", ""),
        ("", ""),
    ],
)
def test_telephone_numbers_are_written_by_e164_or_not_at_all(said, read):
    assert phone({"phone": said}) == read


@pytest.mark.parametrize(
    ("said", "read"), [("A b@C.de", "ab@c.de"), ("a@b", ""), ("a@@b.de", ""), (None, "")]
)
def test_what_is_no_address_is_none(said, read):
    assert email({"email": said}) == read
