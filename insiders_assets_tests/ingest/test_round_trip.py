"""Any table, written in any form that is read, comes back as it was."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insiders_assets.ingest.mapping.header_aliases import FIELDS
from insiders_assets_tests.ingest.exports import REPEATABLE, read
from insiders_assets_tests.ingest.forms import FORMS, NAMES, tables


def comes_back(tmp_path, name, data):
    """A table of any values, written in the form of that name, is read as it was."""
    form = FORMS[name]
    table = data.draw(tables(form.alphabet))
    any_day = {"future_dates": "keep", "date_gap_days": 0}
    found = read(tmp_path, form.write(table), "export", **form.rules, **any_day, max_rejected=0)
    assert found.outcome.set_aside == ""
    assert found.outcome.rows_transactions == len(table)
    for field, column in zip(FIELDS, NAMES, strict=True):
        written = [row[column] for row in table]
        if field == "unit_price":
            written = [form.price(price) for price in written]
        assert found.column(field) == written, field


@pytest.mark.parametrize("name", FORMS)
@settings(REPEATABLE, max_examples=10)
@given(data=st.data())
def test_a_table_comes_back_as_it_was_written(tmp_path, name, data):
    comes_back(tmp_path, name, data)


@pytest.mark.full
@pytest.mark.parametrize("name", FORMS)
@settings(REPEATABLE, max_examples=40)
@given(data=st.data())
def test_many_tables_come_back_as_they_were_written(tmp_path, name, data):
    comes_back(tmp_path, name, data)
