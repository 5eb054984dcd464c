"""The programme: tiers, members, profiles and the questions it answers. Never imports dagster."""

from insiders_assets.programme.inputs import Programme, ProgrammeInputs
from insiders_assets.programme.refresh import run_programme
from insiders_assets.programme.rules import ProgrammeRules

__all__ = ["Programme", "ProgrammeInputs", "ProgrammeRules", "run_programme"]
