"""Where a value stands between the least and the most favourable, for cells that are coloured by it."""

LESS_IS_BETTER = ("recency", "returned")
"""Features whose heat is inverted: long ago and sent back are not what a shop wants more of."""


def heat(values: list[float | None], *, inverted: bool) -> list[float]:
    """Return each value's place between the least and the most favourable, 0 to 1; 0 for a missing one."""
    known = [value for value in values if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    if low == high:
        return [0.0] * len(values)
    shares = [0.0 if value is None else (value - low) / (high - low) for value in values]
    return [
        1 - share if inverted and value is not None else share
        for share, value in zip(shares, values, strict=True)
    ]
