"""Rows are found where a careful reader finds them, block by block, on the lines they stand on."""

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from insiders_assets.ingest.parsing.quotes import UnclosedQuoteError
from insiders_assets.ingest.parsing.row_boundaries import split_rows

QUICK = settings(max_examples=120, deadline=None, derandomize=True, database=None)
FIELDS = st.text(st.sampled_from('ab",\n '), max_size=6)
TABLES = st.lists(st.lists(FIELDS, min_size=2, max_size=2), min_size=1, max_size=6)
JUNK = st.text(st.sampled_from('ab"",\n\r,'), max_size=40)


def written(table, quoting, end):
    text = io.StringIO()
    csv.writer(text, quoting=quoting, lineterminator=end).writerows(table)
    return text.getvalue().encode()


def texts(block, rows):
    return [block[start:end] for start, end in zip(rows.starts, rows.ends, strict=True)]


@QUICK
@given(TABLES, st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), st.sampled_from(["\n", "\r\n"]))
def test_rows_are_those_that_the_csv_module_reads(table, quoting, end):
    block = written(table, quoting, end)
    rows = split_rows(block, ",", '"', 0, final=True)
    read = [next(csv.reader(io.StringIO(text.decode(), newline=""))) for text in texts(block, rows)]
    assert read == table
    assert (rows.fields == 2).all()
    assert not rows.broken.any()
    assert rows.lines.tolist() == [block[:start].count(b"\n") for start in rows.starts]


@QUICK
@given(TABLES, st.integers(0, 200))
def test_a_text_cut_anywhere_into_two_blocks_has_the_same_rows(table, cut):
    block = written(table, csv.QUOTE_MINIMAL, "\n")
    whole = split_rows(block, ",", '"', 0, final=True)
    first = split_rows(block[:cut], ",", '"', 0, final=False)
    second = split_rows(block[first.consumed :], ",", '"', 0, final=True)
    starts = [*first.starts, *(second.starts + first.consumed)]
    assert starts == whole.starts.tolist()
    assert [*first.lines, *(second.lines + first.newlines)] == whole.lines.tolist()


@QUICK
@given(JUNK)
def test_no_character_of_malformed_text_is_lost_between_rows(junk):
    block = junk.encode()
    try:
        rows = split_rows(block, ",", '"', 3, final=True)
    except UnclosedQuoteError:
        return
    kept = b"".join(texts(block, rows)).replace(b"\n", b"").replace(b"\r", b"")
    assert kept == block.replace(b"\n", b"").replace(b"\r", b"")


def test_a_row_longer_than_the_counter_is_counted_all_the_same():
    rows = split_rows(b"a," + b"," * 70000 + b"\nb,c\n", ",", '"', 2, final=True)
    assert rows.fields.tolist() == [70002, 2]


def test_a_quoted_field_that_would_swallow_whole_rows_is_an_open_quote():
    rows = split_rows(b'1,"a,3\n4,b,6\n7,c",9\n', ",", '"', 3, final=True)
    assert rows.broken.tolist() == [True, False, False]
    assert rows.fields.tolist()[1:] == [3, 3]


def test_a_quoted_address_over_several_lines_is_one_field():
    rows = split_rows(b'1,"12, High Street\nTown\nUK",3\n4,b,6\n', ",", '"', 3, final=True)
    assert rows.fields.tolist() == [3, 3]
    assert rows.lines.tolist() == [0, 3]


def test_an_inch_mark_leaves_the_next_lines_alone():
    rows = split_rows(b'1,RULER 12",3\n4,b,6\n7,RULER 15",9\n', ",", '"', 3, final=True)
    assert rows.literal.tolist() == [True, False, True]
    assert rows.fields.tolist() == [3, 3, 3]


def test_a_line_wider_than_a_row_is_part_of_the_quoted_field_that_it_stands_in():
    block = b'a,b,"x\n1,2,3,4\ny"\nc,d,e\n'
    rows = split_rows(block, ",", '"', 3, final=True)
    assert (rows.lines.tolist(), rows.broken.tolist()) == ([0, 3], [False, False])


def test_empty_fields_are_a_row_and_the_last_needs_no_line_end():
    rows = split_rows(b"a\tb\n\t\nc\t", "\t", '"', 2, final=True)
    assert (rows.lines.tolist(), rows.fields.tolist()) == ([0, 1, 2], [2, 2, 2])
    assert split_rows(b"a,b\r\n\r\n\nc,d", ",", '"', 2, final=True).lines.tolist() == [0, 3]
