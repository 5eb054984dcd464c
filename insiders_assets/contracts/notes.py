"""What notes on exports begin with, by which a report tells one kind from another."""

PASSED_OVER = "a question was passed over"
"""A question that the settings let pass, with its proposed answer."""
