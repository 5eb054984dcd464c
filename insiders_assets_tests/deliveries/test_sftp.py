"""A real SFTP server: files arrive whole or not at all, and only on the server that is known by its key."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

import paramiko
import pytest

from insiders_assets.deliveries.changes import Batch, Change
from insiders_assets.deliveries.destinations import DownError, open_destination
from insiders_assets.deliveries.ledger import Ledger
from insiders_assets.deliveries.model import DeliveryRules, DestinationRules
from insiders_assets.deliveries.sending import send
from insiders_assets.deliveries.tables import plan_rows
from insiders_assets.errors import UsageError
from insiders_assets.settings import load_settings
from insiders_assets_tests.deliveries.people import People, months, wanted
from insiders_assets_tests.deliveries.sftp_server import PASSWORD, USER, Server, serving


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    monkeypatch.setattr("os.fsync", lambda handle: None)
    with serving(tmp_path / "there") as found:
        (tmp_path / "home").mkdir()
        (tmp_path / "home" / "known_hosts").write_text(f"# ours\nno line\n{found.known}")
        yield found


def rules_of(server: Server, **more: object) -> DestinationRules:
    known = {"password": "MAIL_PASSWORD", "batch": 4, "timeout": 5.0}
    address = f"sftp://{USER}@127.0.0.1:{server.port}/in/lists"
    return DestinationRules("mail", "sftp", address, **known | more)


def opened(server: Server, home: Path, **more: object):
    return open_destination(rules_of(server, **more), load_settings(home=str(home)))


def a_batch(*changes: Change, sequence: int = 1) -> Batch:
    return Batch("spring", "mail", sequence, f"{sequence:032x}", changes)


ADD = a_batch(*(Change(who, "add", {"customer_id": who}, None) for who in ("7", "8")))
FILE = "in/lists/spring/00000001-00000000-add.csv"


def people_of(folder: Path) -> set[str]:
    """Who is on a list that a tool keeps by reading every file in its order."""
    there: set[str] = set()
    for path in sorted(
        (folder / "in" / "lists" / "spring").glob("[0-9]*.csv"), key=lambda path: path.name[:8]
    ):
        who = {row["customer_id"] for row in csv.DictReader(io.StringIO(path.read_text()))}
        there = there - who if path.name.endswith("-remove.csv") else there | who
    return there


@pytest.mark.parametrize("replaces", [True, False])
def test_files_arrive_under_their_names_and_replace_themselves(server, tmp_path, replaces):
    server.replaces = replaces
    destination = opened(server, tmp_path / "home")
    for _ in "12":
        assert destination.send(ADD) == {}
    destination.close()
    assert (server.folder / FILE).read_bytes() == b"customer_id\n7\n8\n"
    assert [path.name for path in (server.folder / FILE).parent.iterdir()] == [Path(FILE).name]
    assert destination.erase("spring", [{"customer_id": "7"}], before=2) == 1
    assert destination.erase("spring", [{"customer_id": "7"}], before=2) == 0
    assert destination.erase("other", [{"customer_id": "7"}], before=2) == 0
    destination.close()
    assert (server.folder / FILE).read_bytes() == b"customer_id\n8\n"
    assert server.signed_in == 2


def test_nobody_is_taken_for_the_server_who_is_not_known_to_be_it(server, tmp_path):
    hosts, key = tmp_path / "home" / "known_hosts", server.key
    hosts.write_text("")
    with pytest.raises(DownError) as unknown:
        opened(server, tmp_path / "home").send(ADD)
    assert unknown.value.problem == f"unknown_host_key {key.get_name()} {key.fingerprint}"
    another = paramiko.ECDSAKey.generate()
    hosts.write_text(server.known.replace(key.get_base64(), another.get_base64()))
    with pytest.raises(DownError) as changed:
        opened(server, tmp_path / "home").send(ADD)
    assert changed.value.problem == f"changed_host_key {key.get_name()} {key.fingerprint}"
    assert server.signed_in == 0
    assert not (server.folder / "in").exists()
    own = tmp_path / "nobody" / ".ssh"  # the user's file counts as well
    own.mkdir(parents=True)
    hosts.unlink()
    (own / "known_hosts").write_text(server.known)
    assert opened(server, tmp_path / "home").send(ADD) == {}


def test_a_key_signs_in_and_what_is_none_is_said_before_anything_is_sent(server, tmp_path, monkeypatch):
    server.trusted = paramiko.RSAKey.generate(2048)
    text = io.StringIO()
    server.trusted.write_private_key(text, password="opens")
    monkeypatch.setenv("MAIL_KEY", text.getvalue())
    monkeypatch.setenv("OPENS", "opens")
    with pytest.raises(UsageError, match="MAIL_KEY holds no private key, or one that needs a password"):
        opened(server, tmp_path / "home", key="MAIL_KEY", password="")
    destination = opened(server, tmp_path / "home", key="MAIL_KEY", password="OPENS")
    assert destination.send(ADD) == {}
    destination.close()
    monkeypatch.delenv("OPENS")
    with pytest.raises(UsageError, match="environment variable OPENS is not set"):
        opened(server, tmp_path / "home", key="MAIL_KEY", password="OPENS")
    monkeypatch.setattr("insiders_assets.deliveries.destinations.opening.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"needs the extra sftp; pip install 'insiders-assets\[sftp\]'"):
        opened(server, tmp_path / "home")


def test_what_goes_wrong_is_said_in_a_word(server, tmp_path, monkeypatch):
    def problem(**more: object) -> str:
        with pytest.raises(DownError) as error:
            opened(server, tmp_path / "home", **more).send(ADD)
        return error.value.problem

    monkeypatch.setenv("WRONG", "wrong")
    assert problem(password="WRONG") == "not_signed_in"
    server.is_full = True
    assert problem() == "not_writable"
    server.is_full, server.cut_after = False, 1
    assert problem() == "unreachable"
    server.stop()
    assert problem() == "unreachable"
    assert not (server.folder / FILE).exists()


def deliver(server: Server, home: Path, people: People) -> bool:
    """Deliver as a process does that knows nothing but what is in the home."""
    destination = opened(server, home)
    rules = DeliveryRules("spring", "members", rules_of(server), "newsletter", ("tier",))
    try:
        return send(
            Ledger(home, "spring", "mail"), rules, wanted(people), destination,
            refresh=("r", "2026-01-31"), record=plan_rows,
        )  # fmt: skip
    finally:
        destination.close()


@pytest.mark.parametrize("seeds", [2, pytest.param(60, marks=pytest.mark.full)], ids=["some", "many"])
def test_cut_off_in_the_middle_of_files_everybody_is_there_in_the_end(server, tmp_path, seeds):
    cut = 0
    for seed in range(seeds):
        draw, home = random.Random(seed), tmp_path / "homes" / str(seed)
        home.mkdir(parents=True)
        (home / "known_hosts").write_text(server.known)
        server.folder = tmp_path / "there" / str(seed)
        server.folder.mkdir()
        for people in months(seed, 3):
            server.cut_after = draw.randint(1, 120)
            cut += not deliver(server, home, people)
            whole = [path for path in server.folder.rglob("[0-9]*.csv") if path.read_bytes()[-1:] != b"\n"]
            assert not whole, "half a file under its name"
        server.cut_after = None
        assert deliver(server, home, people)
        assert people_of(server.folder) == people.keys(), seed
        assert not list(server.folder.rglob(".*.part")), "what was cut off is there"
    assert cut >= seeds
