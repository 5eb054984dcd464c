"""Settings from the environment."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from insiders_assets.cli.configuration import show_settings
from insiders_assets.cli.doctor.machine import settings as examined
from insiders_assets.cli.options import given, given_to_run, refuse_unknown
from insiders_assets.errors import UsageError
from insiders_assets.settings import Settings, load_settings
from insiders_assets.settings.reference import markdown
from insiders_assets.storage.stores import Stores
from insiders_assets_tests.commands import failure, insiders


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


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("INSIDERS_PRICEFLOOR", "INSIDERS_PRICE_FLOOR"),
        ("INSIDERS_EXCLUDED_CONTRIES", "INSIDERS_EXCLUDED_COUNTRIES"),
    ],
)
def test_a_misspelt_setting_is_refused_and_the_nearest_named(name, meant, monkeypatch):
    monkeypatch.setenv(name, "1")
    with pytest.raises(UsageError, match=rf"^{name}: is no setting; did you mean {meant}\?$"):
        given()


def test_a_command_ends_with_2_at_a_misspelt_setting():
    assert "INSIDERS_HOME" in failure(insiders("upgrade", hoem="/nowhere"), 2)


def test_every_setting_and_what_kubernetes_adds_are_let_through():
    services = {
        "INSIDERS_SERVICE_HOST": "10.0.0.1",
        "INSIDERS_DASHBOARD_SERVICE_PORT_HTTP": "8500",
        "INSIDERS_PORT": "tcp://10.0.0.1:8500",
        "INSIDERS_PORT_8500_TCP_ADDR": "10.0.0.1",
    }
    refuse_unknown({f"INSIDERS_{name.upper()}": "" for name in Settings.model_fields} | services)
    with pytest.raises(UsageError, match="INSIDERS_PORT"):
        refuse_unknown({"INSIDERS_PORT": "8500"})


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"recipe": "foo"}, r"^INSIDERS_RECIPE: .*'foo'"),
        ({"recipe_target": "foo", "recipe_k": 5}, r"^INSIDERS_RECIPE_TARGET: 'foo' is no feature"),
        ({"recipe_inputs": "recency,foo"}, r"^INSIDERS_RECIPE_INPUTS: "),
        (
            {"recipe_space": "log", "recipe_clusterer": "medians"},
            r"^INSIDERS_RECIPE_SPACE, INSIDERS_RECIPE_CLUSTERER: ",
        ),
        ({"policy": "budget"}, r"^INSIDERS_POLICY: .*INSIDERS_BUDGET_MEMBERS"),
        (
            {"insider_coverage": 0.99},
            r"^INSIDERS_VIABILITY_COVERAGE: 0.97 is below INSIDERS_INSIDER_COVERAGE, 0.99",
        ),
        ({"hash_columns": "customer_id"}, r"^INSIDERS_HASH_KEY"),
    ],
)
def test_settings_that_do_not_go_together_are_refused_when_they_are_read(settings, said, tmp_path):
    with pytest.raises(UsageError, match=said):
        given_to_run(**settings)
    with pytest.raises(UsageError, match=said):
        list(examined(Stores(load_settings(home=str(tmp_path), **settings))))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"memory_limit": "100MB"}, r"^INSIDERS_MEMORY_LIMIT: '100MB' is no amount of memory such as 6GB"),
        ({"as_of": "31/12/2025"}, r"^INSIDERS_AS_OF: '31/12/2025' is no day such as 2025-12-31"),
        ({"currency": "XXZ"}, r"^INSIDERS_CURRENCY: 'XXZ' is no currency"),
        ({"home": __file__}, r"\.py: is a file; .*--home"),
    ],
)
def test_a_value_of_no_use_is_told_in_our_own_words(settings, said):
    with pytest.raises(UsageError, match=said):
        given_to_run(**settings)


@pytest.mark.parametrize("name", ["opted_out", "mapping", "hash_key", "excluded_countries"])
def test_bytes_that_are_no_text_are_refused_with_the_name_of_their_variable(monkeypatch, name):
    monkeypatch.setenv(f"INSIDERS_{name.upper()}", os.fsdecode(b"caf\xe9"))
    with pytest.raises(UsageError, match=f"INSIDERS_{name.upper()}: holds bytes that are no text"):
        load_settings()


def test_every_setting_is_shown_with_its_origin_and_no_secret(monkeypatch, capsys):
    monkeypatch.setenv("INSIDERS_WINDOW_DAYS", "90")
    monkeypatch.setenv("INSIDERS_HASH_KEY", "hunter2")
    options = {"home": "here", "landing": None}
    show_settings(given(**options), options, only_set=False, as_json=True)
    shown = json.loads(capsys.readouterr().out)
    assert {f"INSIDERS_{name.upper()}" for name in Settings.model_fields} == shown.keys()
    assert all(told["meaning"] for told in shown.values())
    told = {name: (shown[name]["value"], shown[name]["from"]) for name in shown}
    assert told["INSIDERS_WINDOW_DAYS"] == (90, "environment")
    assert told["INSIDERS_HOME"] == ("here", "option")
    assert told["INSIDERS_POLICY"] == ("value", "default")
    assert "hunter2" not in json.dumps(shown)
    assert shown["INSIDERS_WINDOW_DAYS"]["changes_results"]
    assert not shown["INSIDERS_HOME"]["changes_results"]
    show_settings(given(**options), options, only_set=True, as_json=False)
    lines = [line for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")]
    assert {line.split()[0] for line in lines} == {
        "INSIDERS_HOME",
        "INSIDERS_WINDOW_DAYS",
        "INSIDERS_HASH_KEY",
    }


def test_the_committed_reference_is_what_the_settings_give():
    page = Path(__file__).parents[2] / "docs" / "settings.md"
    assert page.read_text(encoding="utf-8") == markdown(), "run `make dictionary`"
    assert all(f"`INSIDERS_{name.upper()}`" in markdown() for name in Settings.model_fields)
