"""Text to dates, numbers and identifiers: value by value, as people and programs write them."""
