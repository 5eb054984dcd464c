"""The landing zone lists exports, and nothing else, the same way in a folder and on S3."""

import cProfile
import os
import pstats
import time
from datetime import datetime

import pytest

from insiders_assets.errors import InsidersError, UsageError
from insiders_assets.storage.landing import MAPPING, open_landing, s3_listing
from insiders_assets.storage.landing.zone import own_places
from insiders_assets.storage.private import FILES, GIVEN, RECORDS, ROOMS
from insiders_assets_tests.s3 import serving_s3

EXPORTS = ["2026-01.csv", "2026-02.csv.gz", "shops/lisbon/orders.xlsx"]
OTHERS = [
    ".hidden.csv",
    "arriving.csv.tmp",
    "arriving.csv.part",
    ".git/config",
    "backup.csv~",
    "shops/.cache/x.csv",
]


class Folder:
    """A landing zone in a folder, as a test fills it."""

    def __init__(self, root):
        self.root, self.location = root, str(root)

    def put(self, name, content):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def take(self, name):
        (self.root / name).unlink()


class Bucket:
    """A landing zone on S3, as a test fills it."""

    def __init__(self, client):
        self.client, self.location = client, "s3://exports/shop"

    def put(self, name, content):
        self.client.put_object(Bucket="exports", Key=f"shop/{name}", Body=content)

    def take(self, name):
        self.client.delete_object(Bucket="exports", Key=f"shop/{name}")


@pytest.fixture(params=["folder", "s3"])
def place(request, tmp_path, monkeypatch):
    if request.param == "folder":
        yield Folder(tmp_path)
        return
    with serving_s3(monkeypatch, "exports") as client:
        client.put_object(Bucket="exports", Key="shop-of-others/a.csv", Body=b"not ours")
        client.put_object(Bucket="exports", Key="shop/", Body=b"")
        yield Bucket(client)


def test_a_listing_holds_exports_in_order_of_their_names_and_nothing_unfinished_or_hidden(place):
    for name in [*reversed(EXPORTS), *OTHERS]:
        place.put(name, b"content")
    found = open_landing(place.location).listing()
    assert list(found) == EXPORTS
    assert {signature.size for signature in found.values()} == {7}


def test_the_mapping_is_listed_only_where_there_are_exports(place):
    place.put(MAPPING, b"exports: []")
    assert open_landing(place.location).listing() == {}
    place.put("a.csv", b"content")
    assert list(open_landing(place.location).listing()) == ["a.csv", MAPPING]


def test_a_prefix_listed_before_is_listed_in_stretches_and_nothing_is_missed_or_named_twice(monkeypatch):
    monkeypatch.setattr(s3_listing, "MANY", 10)
    with serving_s3(monkeypatch, "exports") as client:
        names = [f"{number:03d} é{chr(97 + number % 26)}.csv" for number in range(40)]
        for name in names:
            client.put_object(Bucket="exports", Key=f"shop/{name}", Body=b"content")
        landing = open_landing("s3://exports/shop")
        first = landing.listing()
        assert list(first) == names
        assert landing.listing() == first
        for name in names[:1] + names[10:30] + names[-1:]:
            client.delete_object(Bucket="exports", Key=f"shop/{name}")
        for name in ("!.csv", "020.csv", "zzz.csv"):
            client.put_object(Bucket="exports", Key=f"shop/{name}", Body=b"content")
        expected = sorted({*names[1:10], *names[30:-1], "!.csv", "020.csv", "zzz.csv"})
        assert list(landing.listing()) == expected
        assert list(landing.listing()) == expected


def test_a_signature_changes_with_the_content_and_not_with_a_second_look(place):
    place.put("a.csv", b"one")
    landing = open_landing(place.location)
    before = landing.listing()
    assert open_landing(place.location).listing() == before
    assert not landing.has_changed("a.csv", before["a.csv"])
    place.put("a.csv", b"two")
    assert open_landing(place.location).listing() != before
    assert landing.has_changed("a.csv", before["a.csv"])
    place.take("a.csv")
    assert landing.has_changed("a.csv", before["a.csv"])


def test_an_export_is_fetched_as_it_lies_there(place):
    place.put("shops/a.csv", b"content")
    landing = open_landing(place.location)
    signature = landing.listing()["shops/a.csv"]
    with landing.fetch("shops/a.csv") as path:
        assert path.read_bytes() == b"content"
    assert abs((signature.arrived_at - datetime(1970, 1, 1)).total_seconds() - time.time()) < 60


def test_an_export_that_is_gone_leads_to_a_path_that_leads_nowhere(place):
    place.put("a.csv", b"content")
    landing = open_landing(place.location)
    landing.listing()
    place.take("a.csv")
    with landing.fetch("a.csv") as path:
        assert not path.exists()


def test_a_mapping_elsewhere_takes_the_place_of_the_one_beside_the_exports(place, tmp_path_factory):
    place.put("a.csv", b"content")
    mapping = tmp_path_factory.mktemp("elsewhere") / "ours.yaml"
    with pytest.raises(UsageError, match=r"ours\.yaml: the mapping cannot be opened"):
        open_landing(place.location, str(mapping)).listing()
    mapping.write_text("exports: []")
    landing = open_landing(place.location, str(mapping))
    assert landing.listing()[MAPPING].size == 11
    with landing.fetch(MAPPING) as path:
        assert path == mapping


def test_a_landing_zone_that_is_not_there_is_said_in_one_line(tmp_path):
    with pytest.raises(InsidersError, match="the landing zone is not there; make the folder") as error:
        open_landing(str(tmp_path / "nowhere")).listing()
    assert error.value.exit_code == 1


def test_a_file_in_the_place_of_the_landing_zone_is_a_usage_error(tmp_path):
    (tmp_path / "file.csv").write_bytes(b"content")
    with pytest.raises(UsageError, match="is a file, not a folder of exports"):
        open_landing(str(tmp_path / "file.csv")).listing()


def test_a_name_that_is_no_utf8_is_listed_in_escapes_and_fetched(tmp_path):
    name = os.fsdecode(b"caf\xe9.csv")
    (tmp_path / name).write_bytes(b"content")
    landing = open_landing(str(tmp_path))
    assert list(landing.listing()) == ["caf\\xe9.csv"]
    with landing.fetch("caf\\xe9.csv") as path:
        assert path.read_bytes() == b"content"


def test_pipes_and_links_that_lead_nowhere_are_no_exports(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "link.csv").symlink_to(tmp_path / "nowhere.csv")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert open_landing(str(tmp_path)).listing() == {}


def test_a_bucket_that_is_not_there_and_a_server_that_does_not_answer_are_said_in_one_line(monkeypatch):
    with (
        serving_s3(monkeypatch),
        pytest.raises(InsidersError, match=r"s3://nothing-here/: the landing zone cannot be"),
    ):
        open_landing("s3://nothing-here").listing()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(InsidersError, match="cannot be reached"):
        open_landing("s3://exports").listing()
    with pytest.raises(UsageError, match="names no bucket"):
        open_landing("s3://")


def test_the_work_of_a_listing_grows_no_faster_than_its_files(tmp_path):
    def calls(files: int) -> int:
        folder = tmp_path / str(files)
        folder.mkdir()
        for number in range(files):
            os.close(os.open(folder / f"{number}.csv", os.O_CREAT))
        landing = open_landing(str(folder))
        with cProfile.Profile() as profile:
            assert len(landing.listing()) == files
        return pstats.Stats(profile).total_calls

    calls(10)  # whatever is done once is done
    assert calls(2_000) <= 11 * calls(200)


@pytest.mark.parametrize("home", [".", "home", "deep/home"])
def test_what_the_platform_makes_in_a_home_that_lies_in_the_zone_is_no_export(tmp_path, home):
    for name in ("orders.csv", "home/orders.csv", f"{home}/lake/orders/a.parquet", f"{home}/reports/latest/members.csv",
                 f"{home}/forgotten.json", f"{home}/insiders.db", f"{home}/consents.csv"):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "link").symlink_to(tmp_path / home)
    zone = open_landing(str(tmp_path), home=tmp_path / "link")
    assert list(zone.listing()) == ["home/orders.csv", "orders.csv"]
    with pytest.raises(UsageError, match="a folder of the home"):
        open_landing(str(tmp_path / home / "lake"), home=tmp_path / home).listing()
    assert own_places("in/shop/", "in/shop/home") == {
        f"home/{name}" for name in (*ROOMS, *FILES, *RECORDS, *GIVEN)
    }
    assert own_places("in/shop/", "in/shop-home") == frozenset()
