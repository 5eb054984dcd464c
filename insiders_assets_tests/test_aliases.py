"""One person, two ids: counted together while the sheet says so, and forgotten together."""

from __future__ import annotations

import csv
import json
from datetime import date

import polars as pl
import pytest

from insiders_assets.aliases import Aliases, aliases_of, read_aliases, without
from insiders_assets.deliveries.contacts import read_contacts
from insiders_assets.deliveries.same_person import proposed
from insiders_assets.errors import UsageError
from insiders_assets.features.cleaning import CleaningRules, clean_purchases, returns
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.settings import load_settings
from insiders_assets.storage.stores import Stores
from insiders_assets_tests.commands import failure, insiders, run, told
from insiders_assets_tests.make import transactions


def sheet(folder, *lines, header="customer_id,same_as"):
    path = folder / "aliases.csv"
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def test_every_id_stands_for_the_one_at_the_end_of_its_chain(tmp_path):
    path = sheet(tmp_path, "7,8", "8 , 9", "", "x,y", header="id,is the same person as")
    assert read_aliases(path) == {"7": "9", "8": "9", "x": "y"}
    aliases = aliases_of(load_settings(home=str(tmp_path)))
    assert (aliases.main("7"), aliases.main("1")) == ("9", "1")
    assert aliases.everyone(["8"]) == ["7", "8", "9"]
    assert aliases.everyone(["1"]) == ["1"]
    assert aliases_of(load_settings(home=str(tmp_path / "none"))) == Aliases()


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("7,8", "8,7"), r"aliases\.csv \(line 3\): '7' leads in a circle to itself"),
        (("7,7",), r"\(line 2\): '7' leads in a circle to itself"),
        (("7,8", "7,9"), r"\(line 3\): '7' is the same person as '8' already \(line 2\)"),
        (("7,",), r"\(line 2\): '' is no customer's id"),
        (("anonymous-536365,7",), r"\(line 2\): 'anonymous-536365' is no customer's id"),
        (("7",), r"\(line 2\): has 1 cells"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, lines, said):
    with pytest.raises(UsageError, match=said):
        read_aliases(sheet(tmp_path, *lines))


def test_purchases_and_returns_of_all_ids_are_those_of_one_person_and_what_was_read_stays():
    raw = transactions(
        {"customer_id": "7", "quantity": 2},
        {"customer_id": "8", "quantity": -1},
        {"customer_id": "9", "quantity": 1},
        {"customer_id": None, "invoice_no": "5"},
    ).lazy()
    rules = CleaningRules(aliases={"7": "9", "8": "9"})
    assert clean_purchases(raw, rules).collect()["customer_id"].to_list() == ["9", "9", "anonymous-5"]
    assert returns(raw, rules).collect()["customer_id"].to_list() == ["9"]
    assert raw.collect()["customer_id"].to_list() == ["7", "8", "9", None]


def test_who_is_left_out_or_opted_out_is_so_under_every_id(tmp_path):
    sheet(tmp_path, "7,9", "8,9")
    (tmp_path / "out.txt").write_text("7\n1\n")
    settings = load_settings(
        home=str(tmp_path), excluded_customers="8,2", opted_out=str(tmp_path / "out.txt")
    )
    rules = CleaningRules.from_settings(settings, aliases=aliases_of(settings))
    assert rules.excluded_customers == ("2", "7", "8", "9")
    assert ProgrammeRules.from_settings(settings).opted_out == {"9", "1"}


def test_hashed_ids_are_joined_as_they_are_kept(tmp_path):
    sheet(tmp_path, "7,9")
    settings = load_settings(home=str(tmp_path), hash_columns="customer_id", hash_key="secret")
    kept = {each: settings.as_kept("customer_id", [each])[-1] for each in "79"}
    assert aliases_of(settings).main(kept["7"]) == kept["9"]


def test_the_address_of_the_id_that_a_person_is_known_by_comes_first(tmp_path):
    path = tmp_path / "contacts.csv"
    path.write_text("customer_id,email\n7,old@shop.test\n9,new@shop.test\n8,none@shop.test\n")
    found = read_contacts(path, lambda who: who, Aliases({"7": "9", "8": "6"}))
    assert sorted(found.select("customer_id", "email").rows()) == [
        ("6", "none@shop.test"),
        ("9", "new@shop.test"),
    ]


def test_lines_that_name_somebody_go_and_the_others_stay_as_they_are(tmp_path):
    path = sheet(tmp_path, "7,9", '"x, y",z', " 8 ,9 ")
    assert without(path, ["1"]) is None
    assert without(path, ["8"]) == b'customer_id,same_as\n7,9\n"x, y",z\n'


def test_ids_that_share_an_address_are_proposed_and_the_last_to_buy_is_the_one_to_be_known_by():
    contacts = pl.DataFrame(
        {
            "customer_id": ["1", "2", "3", "4", "5", "6", "7", "8", "9"],
            "email": [
                "A@Shop.test",
                " a@shop.test",
                None,
                "x@y",
                "n@shop.test",
                None,
                None,
                None,
                "a@shop.test",
            ],
            "phone": [
                "+44 20 7946 0000",
                None,
                "0044 (0)20 79460000",
                "020 7946 0000",
                None,
                *["+55 11 91234"] * 3,
                None,
            ],
        }
    )
    days = {str(number): date(2026, 1, number) for number in (1, 2, 3, 4, 5, 6, 7, 8)}
    found = proposed(contacts, days, Aliases())
    assert found.rows() == [("1", "2", "email"), ("6", "8", "phone"), ("7", "8", "phone")]
    known = proposed(contacts, days, Aliases({"1": "2"}))
    assert known.rows() == [("2", "3", "phone"), ("6", "8", "phone"), ("7", "8", "phone")]
    crowd = contacts.with_columns(email=pl.lit("shop@shop.test"), phone=None)
    assert proposed(crowd, days, Aliases()).is_empty()


@pytest.fixture
def home(refreshed, tmp_path):
    """The shipped exports and their home, with two members who are one person; and who they are."""
    landing, home = refreshed.copy(tmp_path)
    with (home / "reports" / "latest" / "members.csv").open(newline="") as file:
        one, other = (row["customer_id"] for row in list(csv.DictReader(file))[-2:])
    sheet(home, f"{other},{one}")
    return landing, home, one, other


def test_a_circle_is_said_before_anything_is_read(refreshed, tmp_path):
    sheet(tmp_path, "7,8", "8,7")
    line = failure(insiders("run", "--home", tmp_path, "--landing", tmp_path / "landing"), 2)
    assert "leads in a circle" in line


def test_everything_about_a_person_is_told_by_either_id(home):
    landing, folder, one, other = home
    words = ("--landing", landing, "--home", folder, "--json")
    found = [told(insiders("about", who, *words))["kept"] for who in (one, other)]
    assert found[0] == found[1]
    assert {row["customer_id"] for row in found[0]["transactions"]} == {one, other}
    assert found[0]["aliases"] == [{"customer_id": other, "same_as": one}]
    contacts = folder.parent / "contacts.csv"
    contacts.write_text(f"customer_id,email\n{one},a@shop.test\n{other},A@shop.test\n")
    assert insiders("aliases", "--home", folder).stdout == f"{other},{one}\n"
    assert insiders("aliases", "--home", folder, "--propose", contacts).stdout.count("\n") == 1
    (folder / "aliases.csv").unlink()
    lines = insiders("aliases", "--home", folder, "--propose", contacts).stdout.splitlines()
    assert lines[0] == "customer_id,same_as,because"
    assert sorted(lines[1].split(",")) == sorted([one, other, "email"])


@pytest.mark.full
def test_two_ids_are_one_member_until_the_line_goes_and_are_forgotten_together(home):
    landing, folder, one, other = home
    stores = Stores(load_settings(home=str(folder), landing=str(landing)))

    def value(who):
        rows = stores.warehouse.read("insiders").filter(pl.col("customer_id") == who)
        return rows["revenue"].to_list()

    apart = value(one) + value(other)
    assert not run(landing, folder)["nothing_new"]
    assert value(one) == [pytest.approx(sum(apart))]
    assert value(other) == []
    changes = stores.warehouse.read("membership_changes").filter(pl.col("customer_id") == other)
    assert changes.filter(pl.col("change") == "left")["cause"].to_list() == ["corrected"]
    (folder / "aliases.csv").unlink()
    assert not run(landing, folder)["nothing_new"]
    assert value(one) + value(other) == apart
    sheet(folder, f"{other},{one}")
    done = insiders("forget", other, "--landing", landing, "--home", folder, "--json")
    assert json.loads(done.stdout)["customers"] == 2, done.stderr
    assert value(one) == value(other) == []
    assert (folder / "aliases.csv").read_text() == "customer_id,same_as\n"
