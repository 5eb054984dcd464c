"""What programs ask: the published tables, read-only, as an HTTP API and for assistants. Never anything that writes."""
