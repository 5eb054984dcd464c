"""The same tasks done by different tools. A module is a contender; its functions are named after the tasks.

``features(lake, out)``: from ``clean_purchases.parquet`` and ``returns.parquet`` to all features of every customer.
``ingest(exports, out)``: from CSV exports to parquet. Every function returns the rows that it made.
"""
