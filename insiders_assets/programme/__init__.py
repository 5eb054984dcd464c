"""The programme: tiers, members, profiles and the questions it answers. Never imports dagster."""
