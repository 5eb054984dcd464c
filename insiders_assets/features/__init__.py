"""Cleaning rules and per-customer features, written once over narwhals lazy frames. Never imports dagster."""
