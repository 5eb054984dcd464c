"""What is dropped or hashed is nowhere; INSIDERS_MAPPING is heard."""

import shutil

import polars as pl
import pytest

from insiders_assets.errors import UsageError
from insiders_assets.ingest import IngestRules
from insiders_assets.ingest.mapping.schema import Mapping, read_mappings
from insiders_assets.settings import load_settings
from insiders_assets.storage.landing import open_landing
from insiders_assets.storage.transactions import TransactionStore
from insiders_assets_tests.commands import SHIPPED, failure, insiders, run
from insiders_assets_tests.ingest.exports import csv, good, read_all, row
from insiders_assets_tests.leaks import leaks

HASHED = {"hash_columns": "customer_id", "hash_key": "secret", "drop_columns": "description"}


WHO, WHAT, WHERE = "WHO-90210", "WHAT A LANTERN", "WHERELAND"


def test_a_whole_run_keeps_nothing_of_what_is_dropped_or_hashed_anywhere(tmp_path):
    landing, home = tmp_path / "landing", tmp_path / "home"
    shutil.copytree(SHIPPED, landing)
    for path in landing.glob("*.csv"):
        header, *lines = path.read_text().splitlines()
        lines = [
            line.rsplit(",", 2)[0] + f",{WHO},{WHERE}" if at % 9 == 0 else line
            for at, line in enumerate(lines)
        ]
        path.write_text("\n".join([header, *lines]).replace("FOLK", WHAT) + "\n")
    ours = {"customer_id": WHO, "description": WHAT, "country": WHERE}
    bad = [
        row(2, quantity="many", **ours),
        row(3, unit_price=WHO, **ours),
        f"broken,{WHO},{WHAT}",
        f'1,"{WHO}" x,2',
    ]
    (landing / "bad.csv").write_bytes(csv(*good(200, **ours), *bad))
    (landing / "headless.csv").write_bytes(csv(*good(5), header=",".join(row(9, **ours))))
    (landing / "partly.csv").write_bytes(
        csv(*good(5), header=f"InvoiceNo,StockCode,Quantity,{WHO},{WHAT},{WHERE},x,y")
    )
    (landing / "worst.csv").write_bytes(csv(*[row(n, quantity="many", **ours) for n in range(9)]))
    settings = {"hash_columns": "customer_id,invoice_no", "hash_key": "secret", "drop_columns": "description,country",
                "excluded_countries": ","}  # fmt: skip
    said = run(landing, home, **settings)
    assert said["members"] > 0
    assert insiders("replay", "--landing", landing, "--home", home, **settings).returncode == 0
    assert leaks(landing, WHO) != []
    assert [leaks(home, word) for word in (WHO, WHAT, WHERE, "secret")] == [[], [], [], []]


def test_dropping_what_a_cleaning_rule_needs_is_refused_in_one_line(landing, tmp_path):
    given = {"landing": str(landing), "home": str(tmp_path / "home"), "drop_columns": "country"}
    with pytest.raises(UsageError, match="rows of Unspecified and European Community could not be left out"):
        IngestRules.from_settings(load_settings(**given))
    (landing / "mapping.yaml").write_text("exports: [{cleaning: {excluded_countries: [France]}}]")
    with pytest.raises(UsageError, match=r"mapping\.yaml: excluded_countries could leave nothing out"):
        ingest(landing, tmp_path / "home", drop_columns="country", excluded_countries=",")


@pytest.mark.parametrize(
    "header", [",".join(row(9)), "InvoiceNo,StockCode,Quantity,17850,WHITE LANTERN,b,c,d"]
)
def test_a_first_line_that_may_be_personal_is_quoted_only_where_everything_is_kept(tmp_path, header):
    (tmp_path / "a.csv").write_bytes(csv(*good(5), header=header))
    for given, quoted in (({}, True), (HASHED, False)):
        rules = IngestRules.from_settings(load_settings(**given)).common
        (found,) = read_all(tmp_path / "a.csv", privacy=rules.privacy).values()
        assert ("17850" in found.outcome.set_aside) == ("17850" in found.reasons) == quoted
        mapped = Mapping(columns={"quantity": "Menge"})
        (found,) = read_all(tmp_path / "a.csv", privacy=rules.privacy, mapping=mapped).values()
        assert ("17850" in found.outcome.set_aside) == quoted


@pytest.mark.parametrize(
    ("rule", "named"),
    [("price_floor: cheap", "price_floor"), ("price_floor: -1", "price_floor"), ("price_floor: .nan", "price_floor"),
     ("drop_letter_codes: perhaps", "drop_letter_codes"), ("excluded_countries: [no]", "excluded_countries.0"),
     ("excluded_customers: {a: 1}", "excluded_customers"), ("window_days: 3", "window_days")],
)  # fmt: skip
def test_a_cleaning_rule_of_the_wrong_kind_is_one_line_that_names_file_and_key(rule, named):
    with pytest.raises(
        UsageError,
        match=rf"^ours\.yaml: exports\.0\.cleaning\.{named}: [^\n]*; (correct it|see docs/[^\n]*)$",
    ):
        read_mappings(f"exports: [{{cleaning: {{{rule}}}}}]", "ours.yaml")


@pytest.fixture
def landing(tmp_path):
    folder = tmp_path / "landing"
    folder.mkdir()
    (folder / "a.csv").write_bytes(csv(*good(30), *good(1), row(31, quantity="x")))
    (folder / "headless.csv").write_bytes(csv(*good(5), header=",".join(row(9))))
    (folder / "b.csv").write_bytes(csv(row(1), row(2, quantity="x"), row(3, quantity="y")))
    return folder


def ingest(landing, home, **given):
    store = TransactionStore(home)
    settings = load_settings(landing=str(landing), home=str(home), **given)
    return store, store.ingest(open_landing(str(landing)), IngestRules.from_settings(settings))


@pytest.mark.parametrize("repeats", ["keep", "reject"])
def test_what_is_dropped_or_hashed_is_in_no_file_of_the_home(landing, tmp_path, repeats):
    store, result = ingest(landing, tmp_path / "home", duplicate_rows=repeats, **HASHED)
    held = [pl.read_parquet(path) for path in (tmp_path / "home").rglob("*.parquet")]
    assert len(held) >= 4
    text = " ".join(str(value) for frame in held for line in frame.rows() for value in line)
    text += (tmp_path / "home" / "lake" / "raw_transactions.manifest.json").read_text()
    assert "17850" not in text
    assert "WHITE LANTERN" not in text
    assert result.rows_read == result.rows_transactions + result.rows_quarantined
    assert store.scan().collect()["customer_id"].n_unique() == 1


def test_another_setting_or_key_reads_again(landing, tmp_path):
    home = tmp_path / "home"
    seen = []
    for given in ({}, HASHED, HASHED | {"hash_key": "other"}, {}):
        store, _ = ingest(landing, home, **given)
        seen.append(store.scan().collect()["customer_id"][0])
    assert seen[0] == seen[3] == "17850"
    assert len(set(seen)) == 3
    digests = {load_settings(**HASHED | {"hash_key": key}).digest() for key in ("a", "b")}
    assert len(digests) == 2


def test_rules_about_hashed_values_still_find_them():
    settings = load_settings(**HASHED, excluded_customers="17850")
    assert len(settings.as_kept("customer_id", settings.excluded_customers)) == 2
    assert settings.as_kept("country", ["France"]) == ("France",)


@pytest.mark.parametrize(
    "given", [{"drop_columns": "customer_id"}, {"hash_columns": "quantity"}, {"hash_columns": "country"}]
)
def test_a_column_that_is_needed_and_a_missing_key_are_refused(given):
    with pytest.raises(UsageError):
        IngestRules.from_settings(load_settings(**given))


def test_a_mapping_that_a_setting_names_is_read_by_the_command(tmp_path):
    mapping = tmp_path / "ours.yaml"
    mapping.write_text("exports: 3")
    shutil.copytree(SHIPPED, tmp_path / "landing")
    words = ("run", "--landing", tmp_path / "landing", "--home", tmp_path / "home")
    assert "ours.yaml" in failure(insiders(*words, mapping=str(mapping)), 2)
