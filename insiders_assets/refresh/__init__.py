"""One refresh: whether one is due, what identifies it, and how its results are published together."""
