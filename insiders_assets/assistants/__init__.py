"""What assistants ask over the Model Context Protocol: the queries of the API, read-only."""
