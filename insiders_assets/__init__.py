"""Insiders: picks an e-commerce company's loyalty members from raw transaction exports."""

__version__ = "0.1.0"
