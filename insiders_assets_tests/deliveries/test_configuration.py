"""deliveries.yaml: what it says, and that whatever is wrong in it is one line with its place and what is allowed."""

from __future__ import annotations

import pytest

from insiders_assets import csv_files
from insiders_assets.aliases import aliases_of
from insiders_assets.deliveries.configuration import configuration, read_deliveries
from insiders_assets.deliveries.contacts import read_contacts
from insiders_assets.deliveries.model import Configuration
from insiders_assets.deliveries.prepared import consents_of
from insiders_assets.errors import UsageError
from insiders_assets.experiments import experiments_of
from insiders_assets.refresh.worth import costs_file
from insiders_assets.segments import segments_of
from insiders_assets.settings import load_settings

SEGMENTS = ("entered", "left")
GOOD = """\
contacts: contacts.csv
destinations:
  mailing: {kind: folder, location: out/mailing, form: klaviyo, batch: 50}
deliveries:
  welcome:
    audience: entered
    destination: mailing
    purpose: newsletter
    fields: [tier, valid_until, first_name]
  everybody: {audience: members, destination: mailing, purpose: newsletter}
"""


def test_what_a_file_says():
    found = read_deliveries(GOOD, "d.yaml", SEGMENTS)
    welcome, everybody = found.deliveries
    assert (welcome.audience, welcome.purpose) == ("entered", "newsletter")
    assert welcome.fields == ("tier", "valid_until", "first_name")
    assert (everybody.audience, everybody.fields) == ("members", ())
    assert welcome.destination.form == "klaviyo"
    assert welcome.destination.batch == 50
    assert found.contacts == "contacts.csv"
    assert found.place(everybody) == "d.yaml (line 10)"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "audience: entered",
            "audience: enterd",
            r"\(line 6\): welcome: there is no segment 'enterd'; choose among members, entered, left",
        ),
        (
            "    destination: mailing",
            "    destination: male",
            r"\(line 7\): welcome: there is no destination 'male'; choose among mailing",
        ),
        ("purpose: newsletter\n", "purpose: 1\n", r"\(line 8\): welcome: 1 is no purpose"),
        (
            "tier, valid",
            "teir, valid",
            r"\(line 9\): welcome: there is no column 'teir'; choose among revenue, .*email",
        ),
        (
            "fields: [tier, valid_until, first_name]",
            "field: tier",
            r"\(line 9\): 'field' is no word here; .*, fields",
        ),
        (
            "form: klaviyo",
            "form: klavio",
            r"\(line 3\): mailing: there is no form 'klavio'; choose among plain, klaviyo, google, meta",
        ),
        ("form: klaviyo", "form: google", r"\(line 9\): welcome: the form google takes no fields"),
        (
            "kind: folder",
            "kind: floppy",
            r"\(line 3\): mailing: there is no kind 'floppy'; choose among folder, webhook, email, sftp",
        ),
        ("kind: folder", "kind: [folder]", r"\(line 3\): mailing: there is no kind \['folder'\]"),
        ("form: klaviyo", "form: {a: b}", r"\(line 3\): mailing: there is no form {'a': 'b'}"),
        ("batch: 50", "batch: none", r"\(line 3\): batch is 'none'; write a number from 1 to"),
        ("batch: 50", "secret: hunter2", r"\(line 3\): 'secret' is no word here"),
        ("location: out/mailing, ", "", r"\(line 3\): mailing: has no location"),
        ("welcome:", "Welcome Mail:", r"\(line 5\): 'Welcome Mail': is no name"),
        ("contacts: contacts.csv", "contacts: 3", r"\(line 1\): contacts names no file"),
        ("contacts: contacts.csv\n", "contact: x\n", r"\(line 1\): 'contact' is no word here; .*contacts"),
        ("contacts: contacts.csv\n", "", r"\(line 8\): welcome: there is no column 'first_name'"),
    ],
)
def test_what_is_wrong_is_one_line_with_its_place_and_what_is_allowed(before, after, said):
    assert before in GOOD
    with pytest.raises(UsageError, match=said) as error:
        read_deliveries(GOOD.replace(before, after, 1), "d.yaml", SEGMENTS)
    assert str(error.value).startswith("d.yaml (line ")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,mail\n1,a@b.co\n", r"\(line 1\): 'mail' is no column here; choose among customer_id, email"),
        ("email\na@b.co\n", r"\(line 1\): has no column customer_id"),
        ("id,email\n1,a@b.co,x\n", r"\(line 2\): has 3 cells"),
        ("id,email\n1,a@b.co\n\n1,c@d.co\n", r"\(line 4\): customer '1' stands here for the second time"),
    ],
)
def test_what_is_wrong_in_contacts_names_its_line(tmp_path, text, said):
    path = tmp_path / "contacts.csv"
    path.write_text(text)
    with pytest.raises(UsageError, match=said):
        read_contacts(path, str)


def test_a_cell_without_an_end_is_one_line_and_a_long_one_is_read(tmp_path, monkeypatch):
    path, long = tmp_path / "contacts.csv", "x" * 200_000
    path.write_text(f'id,email\n1,"{long}')
    assert read_contacts(path, lambda who: who)["email"].to_list() == [long]
    with monkeypatch.context() as short:
        short.setattr(csv_files, "LONGEST_CELL", 1_000)
        with pytest.raises(UsageError, match=r"contacts\.csv \(line 2\): holds a row that cannot be read"):
            read_contacts(path, lambda who: who)
    csv_files.csv_rows("")  # the limit is the process's


def test_a_file_that_is_no_file_is_not_the_same_as_none(tmp_path):
    settings, nothing = load_settings(home=str(tmp_path)), Configuration("d.yaml")
    readers = {
        "consents.csv": lambda: consents_of(settings, nothing),
        "aliases.csv": lambda: aliases_of(settings),
        "segments.yaml": lambda: segments_of(tmp_path),
        "deliveries.yaml": lambda: configuration(tmp_path, ()),
        "costs.csv": lambda: costs_file(settings),
        "experiments.yaml": lambda: experiments_of(tmp_path, ()),
    }
    for name, read in readers.items():
        read()
        (tmp_path / name).symlink_to(tmp_path / "gone")
        with pytest.raises(UsageError, match=f"{name}: is no file; put the file there, or take away what is"):
            read()
        (tmp_path / name).unlink()
        (tmp_path / name).mkdir()
        with pytest.raises(UsageError, match=f"{name}: is no file"):
            read()
        (tmp_path / name).rmdir()


WEBHOOK = "destinations:\n  crm: {kind: webhook, url: https://crm.example.com/hook, secret: CRM_SECRET, timeout: 5}\n"


def test_a_webhook_names_the_variables_of_its_secrets():
    text = WEBHOOK + "deliveries:\n  all: {audience: members, destination: crm, purpose: ads}\n"
    (delivery,) = read_deliveries(text, "d.yaml", SEGMENTS).deliveries
    assert (delivery.destination.secret, delivery.destination.timeout) == ("CRM_SECRET", 5.0)
    assert read_deliveries(WEBHOOK.replace("https://crm.example.com/hook", "CRM_URL"), "d.yaml", ())


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("CRM_SECRET", "hunter2", "secret names no environment variable; write secret: CRM_WEBHOOK_SECRET"),
        ("CRM_SECRET", "INSIDERS_SECRET", "secret names no environment variable"),
        (", secret: CRM_SECRET", "", "secret names no environment variable"),
        ("https:", "http:", "is no https:// address"),
        ("https://", "https://me:word@", "the address holds a password"),
        (
            "https://crm.example.com/hook",
            "'https://[::1'",
            "is no address; write one that begins with https://",
        ),
        ("timeout: 5", "timeout: 0", "timeout is 0; write a number from 0.1 to 300"),
        ("timeout: 5", "form: google", "'form' is no word here"),
    ],
)
def test_what_is_wrong_with_a_webhook_is_one_line(before, after, said):
    with pytest.raises(UsageError, match=rf"^d\.yaml \(line 2\): .*{said}"):
        read_deliveries(WEBHOOK.replace(before, after, 1), "d.yaml", SEGMENTS)


SFTP = "destinations:\n  mail: {kind: sftp, location: sftp://me@sftp.example.com:2222/in, key: MAIL_KEY}\n"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("MAIL_KEY", "hunter2", "key names no environment variable; write key: CRM_SFTP_KEY"),
        (", key: MAIL_KEY", "", "has neither password nor key; write key: CRM_SFTP_KEY below it"),
        ("key:", "secret:", "'secret' is no word here; choose among kind, location, form, password, key"),
        ("me@", "me:word@", "the address holds a password"),
        ("me@", "", "is no address; write sftp://user@sftp.example.com/folder"),
        ("sftp://", "ftp://", "is no address"),
        (":2222", ":port", "is no address"),
    ],
)
def test_what_is_wrong_with_an_sftp_server_is_one_line(before, after, said):
    assert read_deliveries(SFTP, "d.yaml", ()).deliveries == ()
    with pytest.raises(UsageError, match=rf"^d\.yaml \(line 2\): .*{said}"):
        read_deliveries(SFTP.replace(before, after, 1), "d.yaml", SEGMENTS)


def test_contacts_are_known_by_what_tables_hold(tmp_path):
    path = tmp_path / "contacts.csv"
    path.write_text('\ufeffID,Email,first_name\n7, Ann@Shop.example ,"Ann, B."\n8,,\n')
    assert read_contacts(path, lambda who: f"kept-{who}").rows() == [
        ("kept-7", "Ann@Shop.example", "Ann, B."),
        ("kept-8", None, None),
    ]


def test_an_arm_that_there_is_not_is_told_with_those_there_are():
    text = GOOD.replace("    fields: [tier", "    arm: mail/cupon\n    fields: [tier", 1)
    with pytest.raises(
        UsageError, match=r"\(line 9\): welcome: there is no arm 'mail/cupon'; choose among mail/coupon"
    ):
        read_deliveries(text, "d.yaml", SEGMENTS, ["mail/coupon"])
    found = read_deliveries(text.replace("cupon", "coupon"), "d.yaml", SEGMENTS, ["mail/coupon"])
    assert [each.arm for each in found.deliveries] == ["mail/coupon", ""]
