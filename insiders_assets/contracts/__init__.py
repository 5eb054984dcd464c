"""Contracts: every table that crosses an asset boundary, with type, unit and meaning per column."""
