"""The outlook: who is expected to buy in the next 90 days, for how much and when, and how right that was before.

Purchases are forecast by BG/NBD and Gamma-Gamma, and ranges come from what such forecasts missed at past cut-offs. A
figure whose last three cut-offs were not as right as is claimed is withheld. Nothing here chooses a member.
"""

from insiders_assets.outlook.tables import outlook_tables

__all__ = ["outlook_tables"]
