"""Reading exports: what a file is, its rows as transactions, and what could not be read. Never imports dagster."""

from insiders_assets.ingest.rules import IngestRules

__all__ = ["IngestRules"]
