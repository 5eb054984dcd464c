"""Writes the bundle: the warehouse's URL as Superset shall open it, and the zip to write."""

import sys
from pathlib import Path

from insiders_assets.storage.warehouse.superset.bundle import write

if len(sys.argv) != 3:
    print("usage: python -m insiders_assets.storage.warehouse.superset DATABASE_URL OUT.zip", file=sys.stderr)
    sys.exit(2)
write(Path(sys.argv[2]), sys.argv[1])
