"""Settings from the environment."""

from __future__ import annotations

import pytest

from insiders_assets.errors import UsageError
from insiders_assets.settings import load_settings


def test_lists_are_separated_by_commas(monkeypatch):
    monkeypatch.setenv("INSIDERS_EXCLUDED_CUSTOMERS", "16446, 12346,")
    assert load_settings().excluded_customers == ("16446", "12346")


def test_what_is_given_wins_over_the_environment(monkeypatch):
    monkeypatch.setenv("INSIDERS_HOME", "elsewhere")
    assert load_settings().landing_zone == "elsewhere/landing"
    assert load_settings(home="here", landing=None).landing_zone == "here/landing"


def test_a_wrong_value_names_its_variable(monkeypatch):
    monkeypatch.setenv("INSIDERS_PRICE_FLOOR", "cheap")
    with pytest.raises(UsageError, match=r"^INSIDERS_PRICE_FLOOR: .*'cheap'"):
        load_settings()


def test_the_password_of_the_database_shows_nowhere():
    settings = load_settings(database_url="postgresql://shop:hunter2@localhost/insiders")
    assert "hunter2" not in repr(settings) + str(settings) + settings.model_dump_json()


def test_the_digest_follows_the_rules_and_not_the_places():
    assert load_settings(home="a").digest() == load_settings(home="b").digest()
    assert load_settings(price_floor=0.05).digest() != load_settings().digest()
