"""Landing zone, lake, warehouse and publications: one interface each, local and cloud behind it."""
