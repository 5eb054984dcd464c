"""The programme: tiers, members, profiles and the questions it answers. Never imports dagster."""

from insiders_assets.programme.compute import run_programme
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.programme.inputs import Programme, ProgrammeInputs

__all__ = ["Programme", "ProgrammeInputs", "ProgrammeRules", "run_programme"]
