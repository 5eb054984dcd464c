"""Named parts of the customers: rules over what is known of each, for a campaign to begin with."""

from insiders_assets.segments.catalogue import BUILT_IN, FILE, read_segments, segments_of
from insiders_assets.segments.outputs import counted, segment_tables
from insiders_assets.segments.people import COLUMNS, MEMBERS, identified, in_audience, people, within
from insiders_assets.segments.rule import Rule, all_kept
from insiders_assets.segments.segment import Segment

__all__ = [
    "BUILT_IN",
    "COLUMNS",
    "FILE",
    "MEMBERS",
    "Rule",
    "Segment",
    "all_kept",
    "counted",
    "identified",
    "in_audience",
    "people",
    "read_segments",
    "segment_tables",
    "segments_of",
    "within",
]
