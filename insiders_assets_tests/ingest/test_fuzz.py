"""Whatever bytes arrive, the readers answer with rows and reasons, and with nothing else."""

import gzip

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from insiders_assets.ingest.formats.archives import UNFORESEEN
from insiders_assets_tests.ingest.exports import csv, good, read_all
from insiders_assets_tests.ingest.forms import FORMS, tables

FUZZ = settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
FRAGMENTS = st.sampled_from(
    [b",", b";", b"\t", b'"', b"'", b"\n", b"\r\n", b"\r", b"\0", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\xc3\xa9",
     b"sep=;\n", b"InvoiceNo", b"Quantity", b"NaN", b"1e999", b"-", b"2010-12-01", b"01/02/10", b"1.234,5", b"{", b"}",
     b"PK\x03\x04", b"PAR1", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"(5)", b"\xe2\x88\x92", b"=1+1", b"\xed\xa0\x80"]
)  # fmt: skip
BYTES = st.lists(st.one_of(FRAGMENTS, st.binary(max_size=6)), max_size=40).map(b"".join)


def survives(folder, content, **rules):
    """Read ``content``; whatever it is, every row must be accounted for and no reason be one that nobody foresaw."""
    path = folder / "export"
    path.write_bytes(content)
    for found in read_all(path, **rules).values():
        outcome = found.outcome
        assert UNFORESEEN not in outcome.set_aside
        assert outcome.rows_read == outcome.rows_transactions + outcome.rows_quarantined
        assert outcome.rows_transactions == found.rows.height
        assert outcome.rows_quarantined == found.faults["rows"].sum()
        lines = found.rows["source_line"].to_list() if found.rows.width else []
        assert lines == sorted(set(lines))


@FUZZ
@given(BYTES)
def test_any_bytes_are_read_or_refused(tmp_path, content):
    survives(tmp_path, content)


@FUZZ
@given(BYTES, st.integers(0, 300), st.sampled_from(["auto", "day_first"]), st.sampled_from(["auto", "comma"]))
def test_an_export_with_bytes_thrown_in_is_read_or_refused(tmp_path, junk, at, date_order, decimal):
    content = csv(*good(6))
    survives(tmp_path, content[:at] + junk + content[at:], date_order=date_order, decimal=decimal)


@FUZZ
@given(st.sampled_from(sorted(FORMS)), st.data())
def test_a_damaged_file_of_any_form_is_read_or_refused(tmp_path, name, data):
    content = bytearray(FORMS[name].write(data.draw(tables(FORMS[name].alphabet))))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    survives(tmp_path, bytes(content[: data.draw(st.integers(0, len(content)))]))


@FUZZ
@given(st.binary(max_size=200))
def test_damaged_compressed_data_is_read_or_refused(tmp_path, junk):
    packed = gzip.compress(csv(*good(20)))
    survives(tmp_path, packed[: len(junk)] + junk + packed[2 * len(junk) :])
