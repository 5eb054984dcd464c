"""The Dagster layer: one module per group, each asset a few lines that call the layers below."""
