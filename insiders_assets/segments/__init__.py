"""Named parts of the customers: rules over what is known of each, for a campaign to begin with."""

from insiders_assets.segments.catalogue import BUILT_IN, read_segments
from insiders_assets.segments.people import COLUMNS, people, within
from insiders_assets.segments.rule import Rule
from insiders_assets.segments.segment import Segment

__all__ = ["BUILT_IN", "COLUMNS", "Rule", "Segment", "people", "read_segments", "within"]
