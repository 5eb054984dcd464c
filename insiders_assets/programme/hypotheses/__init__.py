"""Hypotheses about Insiders: what is claimed, what is measured, what the data say."""

from insiders_assets.programme.hypotheses.verdicts import judge

__all__ = ["judge"]
