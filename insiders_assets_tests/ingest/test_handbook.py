"""The worked examples of the documentation do what they say."""

import polars as pl
import pytest

from insiders_assets.errors import UsageError
from insiders_assets.ingest.mapping.header_aliases import FIELDS
from insiders_assets.ingest.mapping.schema import DERIVED, read_mappings
from insiders_assets_tests.ingest.exports import read
from insiders_assets_tests.ingest.handbook import PAGE, blocks, examples

ORDERS, SALES = examples()


def rows(folder, example, encoding="utf-8"):
    return read(
        folder, example.content.encode(encoding), example.name, mapping=example.mappings.of(example.name)
    )


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_orders_and_their_lines_in_one_file_are_read_as_documented(tmp_path, encoding):
    found = rows(tmp_path, ORDERS, encoding)
    assert found.column("quantity") == [2, 1, 1, 8, 5, -1]
    assert found.column("unit_price") == pytest.approx([8.9, 18.95, 4.95, 8.9, 1.9, 8.9])
    assert found.column("customer_id")[3:5] == ["A-1210", None]
    assert found.column("country")[0] == "Ireland"
    assert f"{found.rows['invoice_date'][0]}" == "2026-01-05 09:14:22"
    assert found.faults.height == 0


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_portuguese_with_decimal_commas_is_read_as_documented(tmp_path, encoding):
    found = rows(tmp_path, SALES, encoding)
    assert found.column("quantity") == [2, 1, 6, -1]
    assert found.column("unit_price") == [12.5, 1049.9, 12.5, 12.5]
    assert found.column("description")[0] == "Caneca azul"
    assert set(found.column("country")) == {"Brazil"}
    assert found.rows["invoice_date"].dt.date().to_list()[0] == pl.date(2026, 1, 5).pipe(pl.select).item()
    assert found.faults["value"].to_list() == ["meia dúzia"]


def test_a_header_of_windows_characters_above_plain_rows_is_read_by_its_mapping(tmp_path):
    ascii_rows = SALES.content.replace("Devolução", "Troca").replace("meia dúzia", "6").split("\n", 2)
    content = "\n".join([*ascii_rows[1:2], ascii_rows[2]]).encode("cp1252")
    assert content.split(b"\n", 1)[1].isascii()
    found = read(tmp_path, content, SALES.name, mapping=SALES.mappings.of(SALES.name))
    assert found.outcome.rows_transactions == 5


@pytest.mark.parametrize("written", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
def test_an_encoding_that_the_mapping_names_is_read_with_and_without_a_mark(tmp_path, written):
    given = ORDERS.mappings.exports[0].model_copy(
        update={"encoding": written.removesuffix("-le").removesuffix("-be")}
    )
    found = read(tmp_path, ORDERS.content.encode(written), ORDERS.name, mapping=given)
    assert found.outcome.rows_transactions == 6
    assert read(tmp_path, b"\xb5(/\xfd" * 3, ORDERS.name, mapping=given).outcome.rows_transactions == 0


def test_an_encoding_that_is_none_is_refused_where_the_mapping_is_read():
    for name in ("klingon", "base64"):
        with pytest.raises(UsageError, match=rf"exports\.0\.encoding: Value error, {name} is no encoding"):
            read_mappings(f"exports: [{{encoding: {name}}}]", "mapping.yaml")


def test_the_mapping_reference_is_a_mapping_that_names_every_key():
    (mapping,) = read_mappings(blocks("yaml")["mapping reference"], "").exports
    assert mapping.model_fields_set == set(type(mapping).model_fields)
    assert mapping.fits("shops/lisbon/2026.csv")


def test_every_column_is_named_on_the_page():
    text = PAGE.read_text("utf-8")
    assert all(f"`{name}`" in text for name in FIELDS)
    assert DERIVED in text
