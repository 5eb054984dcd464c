"""What cleans transactions and counts features: polars in this process, or Spark on as many machines as it has."""
