"""What stands in a column of dates where nothing happened."""

from __future__ import annotations

import re

_NO_DATE = re.compile(
    r"^(?:[-–—./ ]+|0+|0{2,4}[-/.]0{2}[-/.]0{2,4}.*|(?:1970|1900|1899|0001|1753)-(?:01|12)-(?:01|02|30|31)\b.*"
    r"|0?1[-/.]0?1[-/.](?:1970|1900|0001)\b.*|9999.*|n/?a|none|null|nil|never|no|nao|nein|non)$",
    re.IGNORECASE,
)
"""What programs write where there is no date."""


def is_no_date(value: str) -> bool:
    """Return whether a value stands where nothing happened."""
    return _NO_DATE.match(value.strip()) is not None
