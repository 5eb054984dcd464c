"""The warehouse: the SQL tables that marketing, BI tools and the dashboard read. SQLite or PostgreSQL."""

from insiders_assets.storage.warehouse.schema import HISTORY, OF_CUSTOMERS, TABLES, tables
from insiders_assets.storage.warehouse.views import VIEWS, View
from insiders_assets.storage.warehouse.warehouse import Warehouse

__all__ = ["HISTORY", "OF_CUSTOMERS", "TABLES", "VIEWS", "View", "Warehouse", "tables"]
