"""Experiments: some are treated, some are left alone by lot, and what it brings may be looked at on any day."""

from insiders_assets.experiments.configuration import FILE, Configured, experiments_of, read_experiments
from insiders_assets.experiments.following import in_arms, with_arms
from insiders_assets.experiments.model import Experiment
from insiders_assets.experiments.registration import Registered, registered_now, require_unchanged

__all__ = [
    "FILE",
    "Configured",
    "Experiment",
    "Registered",
    "experiments_of",
    "in_arms",
    "read_experiments",
    "registered_now",
    "require_unchanged",
    "with_arms",
]
