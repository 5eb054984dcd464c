"""How amounts and figures are written, whatever the language."""

WHOLE_FROM = 1_000
"""The amount from which on money is written without its cents: nobody reads them."""


def unsigned_zero(value: float, digits: int) -> float:
    """Return ``value``, or 0 without a sign where it is written with ``digits`` decimals as 0."""
    return value if round(value, digits) else 0.0


def with_minus(written: str) -> str:
    """Return a number as it is written, with a minus sign where Babel puts a hyphen."""
    return written.replace("-", "−")
