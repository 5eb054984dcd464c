"""The report: what people read, built from the programme's tables. Never imports dagster."""
