"""Everything that is kept of a customer: shown to them, and taken out for good."""
