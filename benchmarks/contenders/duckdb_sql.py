"""The features in DuckDB's SQL."""

from __future__ import annotations

from pathlib import Path

import duckdb

_WINDOW = 396

_FEATURES = """
CREATE VIEW bought AS SELECT * FROM read_parquet('{lake}/clean_purchases.parquet');
CREATE VIEW back AS SELECT * FROM read_parquet('{lake}/returns.parquet');
SET VARIABLE last_day = (SELECT greatest((SELECT max(invoice_day) FROM bought), (SELECT max(invoice_day) FROM back)));
COPY (
  WITH invoices AS (
    SELECT customer_id, is_identified, invoice_no, sum(quantity)::BIGINT AS units, count(*) AS lines,
           count(DISTINCT stock_code) AS products, sum(line_value) AS revenue, min(invoice_day) AS first_day,
           max(invoice_day) AS last_day, max(country) AS country
    FROM bought WHERE invoice_day > getvariable('last_day') - {window} GROUP BY ALL
  ), totals AS (
    SELECT customer_id, is_identified, sum(revenue) AS revenue, sum(units)::BIGINT AS units,
           sum(lines)::BIGINT AS lines, sum(products)::BIGINT AS products, count(*) AS orders,
           min(first_day) AS first_day, max(last_day) AS last_day, arg_max(country, last_day) AS country
    FROM invoices GROUP BY ALL
  ), variety AS (
    SELECT customer_id, count(DISTINCT stock_code) AS distinct_stock_code, count(DISTINCT invoice_day) AS days
    FROM bought WHERE invoice_day > getvariable('last_day') - {window} GROUP BY ALL
  ), sent_back AS (
    SELECT customer_id, -sum(quantity)::BIGINT AS returned
    FROM back WHERE invoice_day > getvariable('last_day') - {window} GROUP BY ALL
  )
  SELECT customer_id, is_identified, revenue, getvariable('last_day') - last_day AS recency, units AS total_products,
         distinct_stock_code, lines AS purchase_lines, orders AS total_purchases, units / orders AS basket_size,
         products / orders AS unique_basket_size, revenue / orders AS avg_ticket, revenue / lines AS avg_line_value,
         orders / (last_day - first_day + 1) AS frequency,
         CASE WHEN days > 1 THEN (last_day - first_day) / (days - 1) END AS avg_recency_days,
         coalesce(returned, 0) AS returned, getvariable('last_day') - first_day AS tenure, country
  FROM totals JOIN variety USING (customer_id) LEFT JOIN sent_back USING (customer_id) ORDER BY customer_id
) TO '{out}' (FORMAT parquet);
"""

_INGEST = """
COPY (
  SELECT * FROM read_csv('{exports}/*.csv', header = true, delim = ',', quote = '"', null_padding = true,
    ignore_errors = true, columns = {{'InvoiceNo': 'VARCHAR', 'StockCode': 'VARCHAR', 'Description': 'VARCHAR',
    'Quantity': 'BIGINT', 'InvoiceDate': 'TIMESTAMP', 'UnitPrice': 'DOUBLE', 'CustomerID': 'VARCHAR',
    'Country': 'VARCHAR'}})
) TO '{out}' (FORMAT parquet);
"""


def features(lake: Path, out: Path) -> int:
    """All features, in one query."""
    return _done(_FEATURES.format(lake=lake, out=out, window=_WINDOW), out)


def ingest(exports: Path, out: Path) -> int:
    """A typed read of all exports, straight to parquet: rows that do not fit are dropped."""
    return _done(_INGEST.format(exports=exports, out=out), out)


def _done(statements: str, out: Path) -> int:
    with duckdb.connect() as connection:
        connection.execute(statements)
        row = connection.execute(f"SELECT count(*) FROM read_parquet('{out}')").fetchone()  # noqa: S608
    return int(row[0]) if row else 0
