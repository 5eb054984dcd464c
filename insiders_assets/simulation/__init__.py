"""Simulated exports of a shop that does not exist. Never imports dagster."""
