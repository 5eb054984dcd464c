"""Audiences that change from refresh to refresh, and whoever receives them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from insiders_assets.deliveries.audience import WANTED, Audience, written
from insiders_assets.deliveries.changes import Batch
from insiders_assets.deliveries.destinations import DownError
from insiders_assets.deliveries.model import DeliveryRules, DestinationRules

People = dict[str, dict[str, Any]]

DESTINATION = DestinationRules("crm", "folder", "out", batch=4)
DELIVERY = DeliveryRules("spring", "members", DESTINATION, "newsletter", ("tier",))


def months(seed: int, count: int = 4) -> list[People]:
    """Return audiences of some refreshes: people come, go, come back, and change."""
    draw = random.Random(seed)
    everybody = [f"c{number:02d}" for number in range(12)]
    return [
        {who: {"tier": draw.choice("AB")} for who in everybody if draw.random() < 0.6} for _ in range(count)
    ]


def wanted(people: Mapping[str, Mapping[str, Any]]) -> Audience:
    """Return an audience of just these."""
    rows = [(who, written({"customer_id": who, **facts})) for who, facts in sorted(people.items())]
    frame = pl.DataFrame(rows, schema=WANTED, orient="row")
    return Audience(frozenset(people), frame, frozenset(), {}, frozenset())


class Receiver:
    """A destination that keeps the set of its people: each key changes it once, however often it comes.

    Args:
        refuses: Whom it never takes.
    """

    def __init__(self, refuses: Iterable[str] = ()) -> None:
        self.people: People = {}
        self.keys: dict[str, str] = {}
        self.answers: dict[str, dict[str, str]] = {}
        self.refuses, self.down = set(refuses), False

    def send(self, batch: Batch) -> dict[str, str]:
        if self.down:
            raise DownError("unreachable")
        content = json.dumps([[each.customer_id, each.change, each.record] for each in batch.changes])
        if batch.key in self.keys:
            assert self.keys[batch.key] == content, "a key came again with another content"
            return self.answers[batch.key]
        self.keys[batch.key] = content
        for each in batch.changes:
            if each.customer_id in self.refuses:
                continue
            if each.change == "remove":
                self.people.pop(each.customer_id, None)
            else:
                self.people[each.customer_id] = dict(each.record or {})
        self.answers[batch.key] = {
            each.customer_id: "refused" for each in batch.changes if each.customer_id in self.refuses
        }
        return self.answers[batch.key]

    def erase(self, delivery: str, records: object, before: int) -> int:
        return 0

    def close(self) -> None:
        """Nothing is open."""
