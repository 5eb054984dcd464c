"""Views for tiles: what the original dashboard showed, a query each, for BI tools that would rather not compute.

The SQL is written once for SQLite and PostgreSQL; what its columns are stands in the views' contracts.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from insiders_assets.contracts import tiles

if TYPE_CHECKING:
    import sqlalchemy as sa

    from insiders_assets.contracts.table import Table


@dataclass(frozen=True)
class View:
    """A view for one tile.

    Attributes:
        contract: Its name and columns.
        query: The query behind it, its columns named and ordered as in the contract.
    """

    contract: Table
    query: str

    @property
    def name(self) -> str:
        """The view's name."""
        return self.contract.name

    @property
    def digest(self) -> str:
        """A hash of the view, by which one of another version is known."""
        return sha256(f"{self.contract}{self.query}".encode()).hexdigest()[:16]


VIEWS = (
    View(
        tiles.TILE_INSIDERS,
        """SELECT mean_revenue, share_of_revenue, share_of_customers, mean_recency, mean_distinct_stock_code,
       mean_basket_size, members
FROM tier_summary
WHERE tier = 'insider'""",
    ),
    View(
        tiles.TILE_GAUGES,
        """SELECT feature, tier, mean,
       COALESCE((LAG(mean) OVER scale + mean) / 2, 0.0) AS low,
       COALESCE((LEAD(mean) OVER scale + mean) / 2, mean * 1.2) AS high
FROM (
    SELECT 'revenue' AS feature, tier, mean_revenue AS mean FROM tier_summary
    UNION ALL
    SELECT 'basket_size', tier, mean_basket_size FROM tier_summary
) AS means
WHERE mean IS NOT NULL
WINDOW scale AS (PARTITION BY feature ORDER BY mean, tier)""",
    ),
    View(
        tiles.TILE_TIERS,
        """SELECT CASE tier WHEN 'insider' THEN 1 WHEN 'viability' THEN 2 ELSE 3 END AS place, tier,
       identified_customers, share_of_customers, share_of_revenue, mean_revenue, mean_recency,
       mean_distinct_stock_code, mean_basket_size, mean_returned
FROM tier_summary""",
    ),
    View(
        tiles.TILE_CLUSTERS,
        """SELECT cluster, name, tier, identified_customers, share_of_customers, share_of_revenue, mean_revenue,
       mean_recency, action, revenue_at_stake
FROM cluster_profiles""",
    ),
    View(
        tiles.TILE_COUNTRIES,
        """SELECT country, tier, CAST(SUM(customers) AS BIGINT) AS customers, SUM(sum_revenue) AS revenue
FROM customer_summary
WHERE is_identified
GROUP BY country, tier""",
    ),
    View(
        tiles.TILE_MONTHS,
        """SELECT last_purchase_month, tier, CAST(SUM(customers) AS BIGINT) AS customers, SUM(sum_revenue) AS revenue
FROM customer_summary
WHERE is_identified
GROUP BY last_purchase_month, tier""",
    ),
    View(
        tiles.TILE_HISTORY,
        """SELECT refresh_id, as_of, published_at, identified_customers, members, members_entered, members_left,
       insider_share_of_customers, insider_share_of_revenue, rows_quarantined
FROM refreshes""",
    ),
    View(
        tiles.TILE_MOVEMENT,
        """SELECT refresh_id, as_of, change, cause, tier_before, tier_after, COUNT(*) AS customers
FROM membership_changes
GROUP BY refresh_id, as_of, change, cause, tier_before, tier_after""",
    ),
)


def ensure_views(connection: sa.Connection) -> None:
    """Make the views that are missing or of another version, inside the publishing transaction.

    A view that is as it should be is not touched. One that only gains columns is replaced in place, so that grants on
    it and views over it stay. Only one whose columns changed is dropped first, which PostgreSQL refuses while somebody
    else's view stands on it.
    """
    import sqlalchemy as sa

    known = _known(connection)
    for view in VIEWS:
        if known.get(view.name) == view.digest:
            continue
        if view.name in known and not _grows(connection, view):
            connection.exec_driver_sql(f'DROP VIEW "{view.name}"')
        if connection.dialect.name == "sqlite":  # it keeps the text as it is given
            connection.exec_driver_sql(f'CREATE VIEW "{view.name}" AS /* {view.digest} */ {view.query}')
            continue
        connection.exec_driver_sql(f'CREATE OR REPLACE VIEW "{view.name}" AS {view.query}')
        comments = {f'VIEW "{view.name}"': f"{view.contract.meaning} [{view.digest}]"} | {
            f'COLUMN "{view.name}"."{column.name}"': column.described for column in view.contract.columns
        }
        for what, meaning in comments.items():
            text = sa.literal(meaning).compile(
                dialect=connection.dialect, compile_kwargs={"literal_binds": True}
            )
            connection.exec_driver_sql(f"COMMENT ON {what} IS {text}")


def _grows(connection: sa.Connection, view: View) -> bool:
    """Return whether a view that is there can be replaced in place: its columns are the first ones of the new."""
    import sqlalchemy as sa

    if connection.dialect.name == "sqlite":
        return False
    present = [column["name"] for column in sa.inspect(connection).get_columns(view.name)]
    return view.contract.names[: len(present)] == present


def _known(connection: sa.Connection) -> dict[str, str]:
    """Return the digest of each of our views that is there, or nothing for one without."""
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'view'").all()
    else:
        rows = connection.exec_driver_sql(
            "SELECT relname, COALESCE(obj_description(oid, 'pg_class'), '') FROM pg_class"
            " WHERE relkind = 'v' AND pg_table_is_visible(oid)"
        ).all()
    texts = {str(name): str(text) for name, text in rows}
    return {
        view.name: view.digest if view.digest in texts[view.name] else ""
        for view in VIEWS
        if view.name in texts
    }
