"""From the published list to a folder: files, tables that add up, one delivery at a time, and who is forgotten."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from insiders_assets.cli.deliver import deliver_audiences
from insiders_assets.cli.segment import show_segments
from insiders_assets.contracts.deliveries import DELIVERIES, DELIVERY_CHANGES
from insiders_assets.deliveries.deliver import deliver, one_delivery, pending, read
from insiders_assets.erasure.destinations import all_delivered, forget_delivered
from insiders_assets.erasure.tables import forget_in_tables
from insiders_assets.errors import InsidersError, UsageError
from insiders_assets.redaction.redactor import Redactor
from insiders_assets.settings import load_settings
from insiders_assets.storage.stores import Stores
from insiders_assets.storage.warehouse import TABLES
from insiders_assets_tests.leaks import leaks

YAML = """\
contacts: contacts.csv
destinations:
  mailing: {kind: folder, location: out/mailing, form: klaviyo}
  ads: {kind: folder, location: out/ads}
deliveries:
  welcome: {audience: members, destination: mailing, purpose: newsletter, fields: [tier]}
  big: {audience: big, destination: ads, purpose: ads}
"""


@pytest.fixture
def stores(refreshed, tmp_path, monkeypatch) -> Stores:
    """A home that was refreshed, with addresses of all members but one, and two deliveries."""
    _, home = refreshed.copy(tmp_path)
    monkeypatch.chdir(tmp_path)
    found = Stores(load_settings(home=str(home), landing=str(tmp_path / "landing")))
    members = sorted(found.warehouse.read("members")["customer_id"])
    lines = ["id,email", *(f"{who},{who}@shop.example" for who in members[1:])]
    (home / "contacts.csv").write_text("\n".join(lines))
    (home / "segments.yaml").write_text("big: {rules: [value>=1000]}")
    (home / "deliveries.yaml").write_text(YAML)
    return found


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def files(stores: Stores, folder: str) -> list[Path]:
    return sorted((stores.home / "out" / folder).glob("*.csv"))


def test_an_audience_arrives_and_then_what_changed(stores):
    insiders_table = stores.warehouse.read("insiders")
    would = pending(stores)
    assert not (stores.home / "out").exists()
    done = deliver(stores)
    assert done.unbalanced == ()
    row = done.rows["welcome"]
    members = insiders_table.filter("is_member")["customer_id"]
    kept_out = insiders_table.filter(
        pl.col("is_identified") & (pl.col("tier") == "insider") & ~pl.col("is_member")
    )
    assert row["members"] == len(members) + kept_out.height
    assert (row["delivered"], row["failed"]) == (len(members) - 1, 1)
    assert row["suppressed"] + row["held_out"] == kept_out.height
    assert row["added"] == would["welcome"].height == row["delivered"]
    (added,) = files(stores, "mailing/welcome")
    assert {person["Email"] for person in table(added)} == {
        f"{who}@shop.example" for who in sorted(members)[1:]
    }
    assert {person["tier"] for person in table(added)} == {"insider"}
    big = insiders_table.filter("is_identified", pl.col("suppressed_by").is_null(), pl.col("value") >= 1000)
    (added,) = files(stores, "ads/big")
    assert {person["customer_id"] for person in table(added)} == set(big["customer_id"])

    assert all(changes.is_empty() for changes in pending(stores).values())
    (stores.home / "segments.yaml").write_text("big: {rules: [value>=2000]}")
    gone = set(big.filter(pl.col("value") < 2000)["customer_id"])
    assert deliver(stores, "big").rows["big"]["removed"] == len(gone) > 0
    assert {person["customer_id"] for person in table(files(stores, "ads/big")[1])} == gone

    changes = stores.warehouse.read("delivery_changes")
    assert changes.height == len(members) - 1 + big.height + len(gone)
    assert set(changes["status"]) == {"acknowledged"}
    for contract in (DELIVERIES, DELIVERY_CHANGES):
        published = stores.warehouse.read(contract.name)
        assert published.equals(read(stores, contract))
        assert published.equals(pl.read_parquet(stores.home / "history" / f"{contract.name}.parquet"))


def test_the_command_shows_delivers_and_refuses(stores, capsys):
    def said(*, dry_run: bool = False, as_json: bool = False) -> str:
        deliver_audiences(stores.settings, None, dry_run=dry_run, retry=False, anew=False, as_json=as_json)
        return capsys.readouterr().out

    would = json.loads(said(dry_run=True, as_json=True))["would_send"]
    assert {each["change"] for each in would["welcome"]} == {"add"}
    count = len(would["welcome"])
    lines = said(dry_run=True).splitlines()
    assert lines[0] == f"welcome: would add {count:,}, update 0, remove 0; nothing is sent"
    assert lines[1] == f"  + {would['welcome'][0]['customer_id']}"
    assert lines[21] == f"  … and {count - 20:,} more (--json has all)"
    assert not (stores.home / "out").exists()
    assert said().startswith(f"welcome to mailing: {count:,} added, 0 updated, 0 removed; {count:,} of ")
    assert said().startswith(f"welcome to mailing: nothing sent; {count:,} of ")
    (row, _) = json.loads(said(as_json=True))["deliveries"]
    assert (row["added"], row["sent"]) == (count, {"add": 0, "update": 0, "remove": 0})
    shutil.rmtree(stores.home / "out")
    (stores.home / "out").write_text("in the way")
    (stores.home / "segments.yaml").write_text("big: {rules: [value>=2000]}")
    with pytest.raises(
        InsidersError, match=r"ads has not answered since \d{4}-.* UTC \(not_writable\); the refresh"
    ) as error:
        said()
    assert error.value.exit_code == 1


def test_nothing_is_sent_where_something_is_wrong(stores):
    yaml = stores.home / "deliveries.yaml"
    with pytest.raises(UsageError, match="there is no delivery 'nobody'; choose among welcome, big"):
        deliver(stores, "nobody")
    yaml.write_text(YAML.replace("out/ads", "landing").replace("home", "home"))
    elsewhere = Stores(load_settings(home=str(stores.home)))
    with pytest.raises(UsageError, match="lies in the landing zone"):
        deliver(elsewhere)
    (stores.home / "contacts.csv").unlink()
    yaml.write_text(YAML)
    with pytest.raises(UsageError, match=r"\(line 1\): contacts are in .*contacts.csv, which is not there"):
        deliver(stores)
    yaml.unlink()
    with pytest.raises(UsageError, match="names no delivery"):
        deliver(stores)
    assert not (stores.home / "out").exists()
    assert not stores.lake.path("deliveries").exists()


def test_a_destination_that_has_moved_is_asked_about(stores):
    deliver(stores, "big")
    yaml = stores.home / "deliveries.yaml"
    yaml.write_text(YAML.replace("out/ads", "out/new"))
    with pytest.raises(
        UsageError, match=r"\(line 7\): destination ads has moved .*insiders deliver big --anew"
    ):
        deliver(stores, "big")
    before = deliver(stores, "welcome").rows["welcome"]
    assert deliver(stores, "big", anew=True).rows["big"]["delivered"] == len(
        table(files(stores, "new/big")[0])
    )
    assert before["delivered"]


def test_a_folder_that_cannot_be_written_keeps_no_other_from_being_delivered(stores):
    (stores.home / "out").mkdir()
    (stores.home / "out" / "mailing").write_text("in the way")
    done = deliver(stores)
    assert done.rows["welcome"]["problem"] == "not_writable"
    assert done.rows["welcome"]["waiting"] == done.rows["welcome"]["failed"] - 1 > 0
    assert done.unbalanced == ()
    assert done.rows["big"]["failed"] == 0
    waiting = stores.warehouse.read("delivery_changes").filter(pl.col("status") == "waiting")
    assert set(waiting["delivery"]) == {"welcome"}
    (stores.home / "out" / "mailing").unlink()
    assert deliver(stores).rows["welcome"]["waiting"] == 0
    assert set(stores.warehouse.read("delivery_changes")["status"]) == {"acknowledged"}


def test_who_withdraws_consent_is_removed_and_an_unknown_purpose_stops_everything(stores):
    deliver(stores)
    members = sorted(stores.warehouse.read("members")["customer_id"])
    consents, given = stores.home / "consents.csv", [f"{who},newsletter,2026-01-01" for who in members]
    consents.write_text("\n".join(["id,purpose,given", *given]))
    with pytest.raises(
        UsageError, match=r"\(line 7\): big: nobody was asked for the purpose 'ads'.*among newsletter"
    ):
        deliver(stores)
    consents.write_text("\n".join(["id,purpose,given", *given[:-1], f"{members[0]},ads,no"]))
    done = deliver(stores)
    assert done.rows["welcome"]["removed"] == 1
    assert done.rows["big"]["delivered"] == 0
    assert done.rows["big"]["suppressed"] == done.rows["big"]["members"] - done.rows["big"]["held_out"]
    assert done.unbalanced == ()
    elsewhere = Stores(stores.settings.model_copy(update={"consents": str(consents) + ".gone"}))
    with pytest.raises(UsageError, match="without it, nobody may be written to"):
        deliver(elsewhere)


def test_a_list_of_a_few_stays_in_the_house(stores, tmp_path):
    few = stores.settings.model_copy(update={"smallest_cell": 1_000_000})
    with pytest.raises(
        InsidersError, match=r"segment big: has \d+ customers, and fewer than 1,000,000 stay in the"
    ):
        show_segments(few, "big", tmp_path / "big.csv", as_json=False)
    assert not (tmp_path / "big.csv").exists()
    some = stores.settings.model_copy(update={"smallest_cell": 5})
    show_segments(some, "big", tmp_path / "big.csv", as_json=False)
    given = pl.read_csv(tmp_path / "big.csv", infer_schema=False)
    assert given["headline"].null_count() == 0
    for name in ("country", "state", "cluster", "offer_type"):
        counts = given[name].drop_nulls().value_counts()["count"]
        assert counts.min() is None or counts.min() >= 5, name
    done = deliver(Stores(few)).rows["big"]
    assert (done["delivered"], done["suppressed"] + done["held_out"]) == (0, done["members"])


def test_one_delivery_at_a_time(stores):
    with one_delivery(stores), pytest.raises(InsidersError, match="another delivery is under way"):
        deliver(stores)


def test_who_is_forgotten_is_removed_there_and_remembered_nowhere(stores):
    deliver(stores)
    who = stores.warehouse.read("members").sort("value", descending=True)["customer_id"][0]
    assert all_delivered(stores, [who]).keys() == {"deliveries/welcome/mailing", "deliveries/big/ads"}
    redactor = Redactor([who])
    stores.transactions.tombstones.add([who])
    forget_in_tables(stores.lake_folder, redactor)
    stores.warehouse.purge(redactor)
    out = stores.home / "out"
    shutil.move(out / "ads", out / "away")
    (out / "ads").write_text("down")
    assert forget_delivered(stores, [who]) == [
        "ads (big) does not answer (not_writable): the next insiders deliver removes them there"
    ]
    added, removed = files(stores, "mailing/welcome")
    assert [person["Email"] for person in table(removed)] == [f"{who}@shop.example"]
    assert f"{who}@shop.example" not in {person["Email"] for person in table(added)}
    (out / "ads").unlink()
    shutil.move(out / "away", out / "ads")
    deliver(stores)
    assert [person["customer_id"] for person in table(files(stores, "ads/big")[-1])] == [who]
    assert all_delivered(stores, [who]) == {}
    assert not leaks(stores.home / "deliveries", who)
    for name in ("deliveries", "delivery_changes"):
        assert not stores.warehouse.read(name).filter(pl.any_horizontal(pl.col(pl.String) == who)).height
        assert read(stores, TABLES[name]).equals(stores.warehouse.read(name))
    # Nothing is there any more under their id, but for the file that has to name it.
    assert [path.name[-10:] for path in files(stores, "ads/big") if who in path.read_text()] == ["remove.csv"]
    assert forget_delivered(stores, [who]) == []
