"""What a file and its columns look like, inferred before a row of it is read."""
