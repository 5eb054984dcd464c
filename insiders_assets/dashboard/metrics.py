"""The latest refresh as metrics, in the text formats of OpenMetrics and Prometheus, for whatever watches."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

ROWS = ("read", "transactions", "quarantined", "purchases", "returns")


def exposition(refresh: Mapping[str, Any] | None, accept: str) -> tuple[bytes, str]:
    """Return the metrics of a refresh as text.

    Args:
        refresh: Its row of ``refreshes``, or None before the first.
        accept: The header ``Accept`` of whoever asks, which decides between the two formats.

    Returns:
        The text and its content type.
    """
    from prometheus_client import CollectorRegistry
    from prometheus_client.exposition import choose_encoder

    registry = CollectorRegistry()
    if refresh is not None:
        _fill(registry, refresh)
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type


def _fill(registry: Any, refresh: Mapping[str, Any]) -> None:
    from prometheus_client import Gauge

    def gauge(name: str, meaning: str, values: Mapping[tuple[str, str] | None, float]) -> None:
        """One metric: a value, or a value for each value of a label."""
        label = next(iter(values))
        made = Gauge(f"insiders_{name}", meaning, [label[0]] if label else [], registry=registry)
        for key, value in values.items():
            (made.labels(key[1]) if key else made).set(value)

    as_of = datetime.combine(refresh["as_of"], time(), UTC)
    gauge(
        "refresh_published_timestamp_seconds",
        "When the latest refresh was published.",
        {None: refresh["published_at"].replace(tzinfo=UTC).timestamp()},
    )
    gauge("refresh_as_of_timestamp_seconds", "The day it looks back from.", {None: as_of.timestamp()})
    gauge(
        "refresh_rows", "Rows of the exports, by what became of them.",
        {("kind", name): refresh[f"rows_{name}"] for name in ROWS},
    )  # fmt: skip
    customers = {"all": "customers", "identified": "identified_customers", "members": "members"}
    gauge("customers", "Customers.", {("who", who): refresh[column] for who, column in customers.items()})
    gauge("revenue", "Revenue of all customers, in the data's currency.", {None: refresh["revenue"]})
    gauge(
        "insider_share_ratio", "Insiders' share, among identified customers.",
        {("of", of): refresh[f"insider_share_of_{of}"] for of in ("customers", "revenue")},
    )  # fmt: skip
    gauge(
        "members_changed", "Members who entered and who left at the latest refresh.",
        {("change", change): refresh[f"members_{change}"] for change in ("entered", "left")},
    )  # fmt: skip
