"""``insiders inspect`` shows what a file looks like, and proposes a mapping that is nearly right."""

import json
import os
import re

import polars as pl
import pytest

from insiders_assets.cli.inspect import inspect_file
from insiders_assets.errors import UsageError
from insiders_assets.ingest.inspection.inference import pattern_of
from insiders_assets.ingest.inspection.inspection import inspect
from insiders_assets.ingest.mapping.schema import read_mappings
from insiders_assets.ingest.rules import FileRules
from insiders_assets.ingest.sniffing.column_profile import _profile
from insiders_assets.settings import load_settings
from insiders_assets_tests.commands import SHIPPED, failure, insiders
from insiders_assets_tests.ingest.exports import csv, good, row
from insiders_assets_tests.ingest.handbook import examples
from insiders_assets_tests.ingest.shop import lines, plain, written

FOREIGN = {
    "German": (
        "Bestellnummer;Bestelldatum;Kundennummer;Artikelnummer;Artikelbezeichnung;Menge;Einzelpreis;Lieferland;Belegart",
        "B-1;25.03.2026 10:12;K7;A-1;Becher blau;2;12,50;Deutschland;Rechnung",
        "B-2;26.03.2026 10:12;K8;A-2;Becher rot;1;1.012,50;Deutschland;Gutschrift",
        {"invoice_no": "Bestellnummer", "stock_code": "Artikelnummer", "description": "Artikelbezeichnung",
         "quantity": "Menge", "invoice_date": "Bestelldatum", "unit_price": "Einzelpreis",
         "customer_id": "Kundennummer", "country": "Lieferland"},
        ("Gutschrift",),
    ),
    "French": (
        "N° commande;Date de commande;Code client;Référence article;Désignation;Quantité;Montant TTC;Port;Pays",
        "1001;25/03/2026;C7;A-1;Tasse bleue;2;25,00;3,50;France",
        "1002;26/03/2026;C8;A-2;Tasse rouge;-1;-12,50;3,50;France",
        {"invoice_no": "N° commande", "stock_code": "Référence article", "description": "Désignation",
         "quantity": "Quantité", "invoice_date": "Date de commande", "line_total": "Montant TTC",
         "customer_id": "Code client", "country": "Pays"},
        None,
    ),
    "Spanish": (
        "Nº factura|Fecha factura|Cliente|Código artículo|Descripción|Cantidad|Precio unitario|Importe|País|Devuelto",
        "F1|2026-03-25|900|A-1|Taza azul|2|12.50|25.00|España|no",
        "F2|2026-03-26|901|A-2|Taza roja|1|12.50|12.50|España|sí",
        {"invoice_no": "Nº factura", "stock_code": "Código artículo", "description": "Descripción",
         "quantity": "Cantidad", "invoice_date": "Fecha factura", "unit_price": "Precio unitario",
         "customer_id": "Cliente", "country": "País"},
        ("sí",),
    ),
    "Italian": (
        "Numero ordine\tData ordine\tCodice cliente\tCodice articolo\tDescrizione\tQuantità\tPrezzo unitario\tPaese",
        "O1\t25/03/2026\t900\tA-1\tTazza blu\t2\t12,50\tItalia",
        "O2\t26/03/2026\t901\tA-2\tTazza rossa\t1\t13,75\tItalia",
        {"invoice_no": "Numero ordine", "stock_code": "Codice articolo", "description": "Descrizione",
         "quantity": "Quantità", "invoice_date": "Data ordine", "unit_price": "Prezzo unitario",
         "customer_id": "Codice cliente", "country": "Paese"},
        None,
    ),
    "a web shop's": (
        "Order,Email,Created at,Total,Subtotal,Shipping,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,"
        "Shipping Country",
        "#1001,a@example.com,2026-03-25 10:12:00 +0100,30.00,25.00,5.00,2,Blue mug,12.50,A-1,GB",
        "#1002,b@example.com,2026-03-26 10:12:00 +0100,17.50,12.50,5.00,1,Red mug,12.50,A-2,GB",
        {"invoice_no": "Order", "stock_code": "Lineitem sku", "description": "Lineitem name",
         "quantity": "Lineitem quantity", "invoice_date": "Created at", "unit_price": "Lineitem price",
         "customer_id": "Email", "country": "Shipping Country"},
        None,
    ),
}  # fmt: skip


def corrections(proposed, documented):
    """Lines of a mapping that a person has to add, change or take away, to get from one to the other."""
    one, other = (
        {
            (part, name): value
            for part, entries in mapping.model_dump(exclude_defaults=True).items()
            for name, value in (entries.items() if isinstance(entries, dict) else [("", entries)])
        }
        for mapping in (proposed, documented)
    )
    return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_the_proposal_for_a_documented_export_needs_at_most_two_corrections(tmp_path, example, encoding):
    path = tmp_path / example.name
    path.write_bytes(example.content.encode(encoding))
    (documented,) = example.mappings.exports
    found = inspect(path, example.name, FileRules(max_rejected=0.5), documented.files[0])
    assert found.proposed
    assert len(corrections(found.mapping, documented)) <= 2
    assert {export.outcome.set_aside for export in found.exports} == {""}


@pytest.mark.parametrize("language", FOREIGN)
def test_exports_of_shops_that_nobody_described_are_read_by_the_proposal_alone(tmp_path, language):
    header, first, second, columns, returned = FOREIGN[language]
    path = tmp_path / "export.csv"
    path.write_text("\n".join([header, *[first] * 9, second]) + "\n", encoding="utf-8")
    found = inspect(path, "export.csv", FileRules(), "export.csv")
    assert found.mapping.columns == columns
    assert (found.mapping.returns.values if found.mapping.returns else None) == returned
    assert found.exports[0].outcome.rows_transactions == 10


def test_what_would_be_rejected_is_counted_by_reason_on_every_row(tmp_path):
    path = tmp_path / "export.csv"
    path.write_bytes(
        csv(*good(10), row(11, quantity="x"), row(12, quantity="y"), row(13, unit_price="?"), "a,b")
    )
    found = inspect(path, "export.csv", FileRules(), "export.csv")
    (export,) = found.exports
    assert found.mapping is None
    assert "4 of its 14 rows" in export.outcome.set_aside
    assert (export.outcome.rows_read, export.outcome.rows_transactions) == (14, 10)
    assert [(fault.column, fault.rows, fault.line) for fault in export.faults] == [
        ("quantity", 2, 12), ("unit_price", 1, 14), ("", 1, 15),
    ]  # fmt: skip


def test_dates_that_fit_both_ways_are_a_question_and_no_guess(tmp_path):
    path = tmp_path / "export.csv"
    path.write_bytes(csv(*good(5, invoice_date="03/04/2026")))
    found = inspect(path, "export.csv", FileRules(), "export.csv")
    assert [question.code for question in found.questions] == ["date_order"]
    assert found.exports[0].outcome.set_aside


@pytest.mark.parametrize("form", ["xlsx", "parquet", "jsonl"])
def test_a_table_of_any_kind_is_inspected(tmp_path, form):
    table = pl.DataFrame(
        {"Pedido": ["1", "2"], "Fecha": ["2026-01-31", "2026-02-01"], "Cliente": ["7", "8"], "Artículo": ["A1", "B2"],
         "Cantidad": [1, 2], "Precio": [1.5, 2.5]}
    )  # fmt: skip
    path = tmp_path / f"export.{form}"
    {"xlsx": table.write_excel, "parquet": table.write_parquet, "jsonl": table.write_ndjson}[form](path)
    found = inspect(path, path.name, FileRules(), path.name)
    assert found.mapping.columns["unit_price"] == "Precio"
    assert found.exports[0].outcome.rows_transactions == 2


def test_a_file_without_a_header_is_said_to_have_none(tmp_path):
    path = tmp_path / "export.csv"
    path.write_bytes(csv(*good(5)).split(b"\n", 1)[1])
    found = inspect(path, "export.csv", FileRules(), "export.csv")
    assert "put a line with names above it" in found.doubts[0]


@pytest.fixture
def landing(tmp_path):
    """A landing zone with a foreign export whose name a pattern would misread, and a mapping of another."""
    folder = tmp_path / "landing"
    folder.mkdir()
    lisbon = examples()[1]
    (folder / "vendas[1]?.csv").write_text(lisbon.content, encoding="utf-8")
    (folder / "mapping.yaml").write_text(
        "# ours\nexports:\n  - files: shop.csv   # the old shop\n    decimal: point\n  - files: '*'\n"
    )
    return folder


def test_writing_the_mapping_keeps_the_others_and_their_comments_and_does_it_once(landing):
    before = (landing / "mapping.yaml").read_text()
    name = "vendas[1]?.csv"
    for _ in range(2):
        done = insiders("inspect", name, "--landing", landing, "--write", max_rejected="0.5")
        assert done.returncode == 0, done.stderr
    text = (landing / "mapping.yaml").read_text()
    kept = iter(text.splitlines())
    assert all(line in kept for line in before.splitlines())
    mappings = read_mappings(text, "")
    assert [mapping.files for mapping in mappings.exports] == [("shop.csv",), (pattern_of(name),), ("*",)]
    assert mappings.of(name).columns["quantity"] == "Qtde"
    assert mappings.of("vendas1x.csv").columns == {}
    assert (
        "4 of 5 rows become transactions"
        in insiders("inspect", landing / name, "--landing", landing, max_rejected="0.5").stdout
    )


def test_a_mapping_file_that_cannot_be_added_to_is_left_alone(landing):
    (landing / "mapping.yaml").write_text("exports: [{files: shop.csv}]\n")
    said = failure(insiders("inspect", "vendas[1]?.csv", "--landing", landing, "--write"), 2)
    assert "add the proposed mapping by hand" in said
    assert (landing / "mapping.yaml").read_text() == "exports: [{files: shop.csv}]\n"


def test_json_has_everything_and_nothing_is_written_unless_asked(landing):
    before = (landing / "mapping.yaml").read_text()
    done = insiders("inspect", "vendas[1]?.csv", "--landing", landing, "--json")
    assert (
        done.returncode == 1
    )  # one row in five is too many; with more lenient rules it ends with 0, as above
    assert "vendas[1]?.csv: would be set aside whole" in done.stderr
    said = json.loads(done.stdout)
    assert said["mapping"]["columns"]["customer_id"] == "Cód. Cliente"
    assert said["exports"][0]["rejected"][0]["value"] == "meia dúzia"
    assert {column["holds"] for column in said["exports"][0]["columns"]} >= {"dates", "text", "numbers"}
    assert (said["written"], (landing / "mapping.yaml").read_text()) == (None, before)


def test_our_own_exports_need_no_mapping_and_what_is_no_export_has_none(tmp_path):
    done = insiders("inspect", sorted(SHIPPED.glob("*.csv"))[0])
    assert done.returncode == 0
    assert "No mapping is needed." in done.stdout
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7")
    done = insiders("inspect", tmp_path / "a.pdf")
    assert (done.returncode, "a PDF document" in done.stdout) == (1, True)
    assert "is not there" in failure(insiders("inspect", tmp_path / "b.csv"), 2)


def test_what_is_no_file_is_called_what_it_is(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "mem").symlink_to("/proc/self/mem")
    settings = load_settings(landing=str(tmp_path), home=str(tmp_path / "home"))
    for name, said in {
        "pipe": "is a socket, a pipe or a device, not an export",
        "loop": "is a link that leads nowhere",
        "mem": "is a link to a file of the system",
        "n" * 300: "cannot be opened (File name too long)",
        "a\0b": "is no name of a file",
        "nothing": "is not there",
    }.items():
        with pytest.raises(UsageError, match=re.escape(said)):
            inspect_file(settings, str(tmp_path / name), write=False, pattern=None, as_json=False)


def test_a_mapping_is_not_written_where_there_is_no_landing_zone(landing, tmp_path):
    settings = load_settings(home=str(tmp_path / "nowhere"))
    with pytest.raises(UsageError, match=r"nowhere.*--landing"):
        inspect_file(settings, str(landing / "vendas[1]?.csv"), write=True, pattern=None, as_json=False)
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_the_encoding_is_told_where_the_header_alone_has_letters_beyond_ascii(tmp_path, encoding):
    path = tmp_path / "export.csv"
    path.write_bytes("Nº factura,Cantidad\n1,2\n".encode(encoding))
    assert inspect(path, path.name, FileRules(), path.name).exports[0].form["encoding"] == encoding


def test_a_value_that_is_no_date_does_not_make_iso_dates_ambiguous():
    column = ["n/a", "2026-03-25", "2026-03-26", "2026-03-27", "2026-03-28", "2026-03-29"]
    assert _profile("date", pl.Series(column)).iso
    assert not _profile("date", pl.Series([*column, "25/03/2026"])).iso
    assert not _profile("name", pl.Series(["a", "b"])).iso


@pytest.mark.parametrize(
    "value", ["2025-13-45", "!!timestamp x", "!!int x", "[" * 2000], ids=lambda value: value[:14]
)
def test_a_mapping_with_a_value_that_cannot_be_read_is_refused_in_one_line(value):
    with pytest.raises(UsageError, match=r"ours\.yaml: (holds a value that cannot be read|is no YAML)"):
        read_mappings(f"exports: [{{constants: {{country: {value}}}}}]", "ours.yaml")


def test_an_order_of_no_pieces_is_none_and_moves_no_day(tmp_path):
    sold = lines()
    nothing = plain(sold[0], order_id="90001", quantity=0, date="2025-05-31 10:00:00")
    path = tmp_path / "export.csv"
    path.write_bytes(written([*map(plain, sold), nothing]))
    (found,) = inspect(path, path.name, FileRules(), path.name).exports
    assert (found.outcome.rows_transactions, found.says.orders, found.says.last) == (61, 30, sold[-1].when)
