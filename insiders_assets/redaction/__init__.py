"""Taking ids out of texts, pages, tables and messages."""
