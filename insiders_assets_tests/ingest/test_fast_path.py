"""The quick way of reading gives what the thorough way gives, whatever rows are thrown in between."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insiders_assets.ingest import fast_path
from insiders_assets.ingest.formats import delimited
from insiders_assets.ingest.mapping.text import TEXTS
from insiders_assets_tests.ingest.exports import REPEATABLE, csv, read, row

VALUES = {
    "quantity": ["6", "-3", "0", "six", "1.0", "1.5", "1,000", "9" * 20, "1000000001", "", "(5)"],
    "unit_price": ["2.55", "2,55", "1,234", "£2.50", "NaN", "inf", "-inf", "1e400", "1e3", "", "-1", "1.234,50"],
    "invoice_date": ["2010-12-01 08:26:00", "2010-12-01", "01/02/2010", "25/12/2010", "12/26/2010",
                     "9999-12-31 00:00:00", "1969-12-31 23:59:59", "2010-02-30 10:00:00", "", "31 Jan 2010"],
    "customer_id": ["17850", "17850.0", "", "NULL", "A.0B", ".0", " 17850", "17850.0 ", " ", " NULL"],
    "invoice_no": ["536365", "536365.0", "", "C536365", "536365 ", "  ", "536365.0\u00a0"],
    "description": ["LANTERN", "", 'A ""quoted"" B', "CAFÉ", "a, b", " a, b", '""', "nan", "A\tB", "\tA", "A\u00a0",
                    "\u0085A", "\u3000A", "A\u2028", "\u1680", "\fA", "A\v", "£5 CARD", "A\rB"],
    "country": ["France", "France ", "", " ", "N/A"],
}  # fmt: skip
ROWS = st.lists(
    st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in VALUES.items()}),
    min_size=1,
    max_size=12,
)


def quoted(fields):
    return ",".join(f'"{field}"' if set(field) & set(',"\r') and field != '""' else field for field in fields)


@pytest.mark.parametrize("first", [True, False])
@settings(REPEATABLE, max_examples=30)
@given(odd=ROWS, decimal=st.sampled_from(["auto", "point", "comma"]), order=st.sampled_from(["auto", "day_first"]),
       repeats=st.sampled_from(["keep", "reject"]),
       end=st.sampled_from(["\n", "\r\n"]))  # fmt: skip
def test_both_ways_of_reading_find_the_same(tmp_path, first, odd, decimal, order, repeats, end):
    good = [quoted(row(number)) for number in range(1, 6)]
    bad = [quoted(row(number, **values)) for number, values in enumerate(odd, 40)]
    lines = [*good[:3], *bad, *good[3:]] if first else [*bad, *good]
    rules = {"decimal": decimal, "date_order": order, "duplicate_rows": repeats, "max_rejected": 1.0}
    both_ways(tmp_path, csv(*lines, end=end), **rules)


@settings(REPEATABLE, max_examples=25)
@given(rows=ROWS, encoding=st.sampled_from(["utf-8", "cp1252"]))
def test_a_text_to_be_cleaned_is_cleaned_in_whichever_block_it_comes(tmp_path, rows, encoding):
    kept = [{name: value for name, value in values.items() if name in TEXTS} for values in rows]
    content = csv(*(quoted(row(number, **values)) for number, values in enumerate(kept, 1)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "BLOCK", 200)
        both_ways(tmp_path, content.decode().encode(encoding, "ignore"), max_rejected=1.0)


def both_ways(tmp_path, content, **rules):
    """Read an export quickly and thoroughly."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fast_path, "ODD_SHARE", 1.0)
        quick = read(tmp_path, content, **rules)
        patch.setattr(fast_path.PlainReader, "read", lambda *_: None)
        thorough = read(tmp_path, content, **rules)
    assert quick.outcome == thorough.outcome
    assert quick.rows.equals(thorough.rows)
    assert quick.faults.equals(thorough.faults)
