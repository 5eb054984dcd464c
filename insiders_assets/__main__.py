"""``python -m insiders_assets`` is ``insiders``."""

from insiders_assets.cli import main

main()
