"""Detectors of doubts: each says which columns make it look, and what it asks once it has seen all rows of them.

A detector that is to take part stands in :data:`DETECTORS`; questions are numbered in that order.
"""

from insiders_assets.ingest.doubts.detector import Detector
from insiders_assets.ingest.doubts.statuses import STATUSES

DETECTORS: tuple[Detector, ...] = (STATUSES,)
