"""Reading exports: what a file is, its rows as transactions, and what could not be read. Never imports dagster."""
