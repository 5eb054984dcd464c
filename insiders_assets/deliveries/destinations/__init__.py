"""Ways out of the house: one small interface, and what is behind it."""

from insiders_assets.deliveries.destinations.destination import Destination, DownError
from insiders_assets.deliveries.destinations.opening import open_destination

__all__ = ["Destination", "DownError", "open_destination"]
