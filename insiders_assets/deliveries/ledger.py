"""What a destination has acknowledged and what is on its way to it: the memory of one delivery.

``<home>/deliveries/<delivery>/<destination>/`` holds tables under names that are used once, and ``state.json``, which
names those that count. It is replaced all at once, so that a kill at any moment leaves the memory of before or after.
A plan is written down before the first of it is sent, and a batch is settled before the next is sent: whatever was on
the wire when the process ended is sent again with the same content and key.
"""

from __future__ import annotations

import json
import secrets
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets import checksums
from insiders_assets.deliveries.changes import CUSTOMER, KNOWN, PLANNED, Batch, acknowledged, batches
from insiders_assets.errors import InsidersError
from insiders_assets.places import readable, sizes
from insiders_assets.storage.atomic_write import noted, write_noted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from insiders_assets.places import Place

FOLDER = "deliveries"
"""The folder of the memories, in the home."""
UNPUBLISHED = "unpublished.json"
"""The refreshes whose rows a delivery at work, or one that was cut short, has still to publish."""
REFUSED = {CUSTOMER: pl.String, "problem": pl.String}


@dataclass(frozen=True)
class State:
    """What ``state.json`` says.

    Attributes:
        address: Where the destination was when it acknowledged anything.
        identity: What tells this memory from one that was begun before or after it.
        sequence: The number of the last batch that was planned.
        known: The file of what the destination knows, or empty.
        plan: The file of what is being sent, or empty.
        refresh_id: The refresh of the plan, or of the last one.
        as_of: That refresh's as-of date, as ISO text.
        settled: When each batch of the plan was settled, as ISO text in UTC.
        refused: What was refused of the plan: why, by customer.
        settled_at: When anything was settled last.
        waiting_since: Since when the destination does not answer; empty if it does.
        problem: Why it does not.
    """

    address: str = ""
    identity: str = ""
    sequence: int = 0
    known: str = ""
    plan: str = ""
    refresh_id: str = ""
    as_of: str = ""
    settled: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    settled_at: str = ""
    waiting_since: str = ""
    problem: str = ""


class Ledger:
    """The memory of one delivery to one destination.

    Args:
        home: The home.
        delivery: The delivery's name.
        destination: The destination's name.

    Raises:
        InsidersError: It is damaged. Going on without it could leave people at the destination for ever.
    """

    def __init__(self, home: Place, delivery: str, destination: str) -> None:
        self.delivery, self.destination = delivery, destination
        self.folder = home / FOLDER / delivery / destination
        self.state = self._read()
        self.sent: Counter[str] = Counter()
        """What was acknowledged through this object, by kind of change."""

    def known(self) -> pl.DataFrame:
        """Return what the destination knows, without the plan that is under way, as ``changes.KNOWN``."""
        return self._table(self.state.known, KNOWN)

    def plan(self) -> pl.DataFrame:
        """Return what is being sent, settled batches among it, as ``changes.PLANNED``."""
        return self._table(self.state.plan, PLANNED)

    def outstanding(self) -> Iterator[Batch]:
        """Yield the batches that are planned and not settled, in order."""
        open_ones = self.plan().filter(~pl.col("sequence").is_in([int(each) for each in self.state.settled]))
        yield from self.batches(open_ones)

    def batches(self, plan: pl.DataFrame) -> Iterator[Batch]:
        """Yield the batches of a plan of this memory, in order."""
        return batches(self.delivery, self.destination, self.state.identity, plan)

    def refused(self) -> pl.DataFrame:
        """Return what was refused of the plan, as :data:`REFUSED`."""
        return pl.DataFrame(list(self.state.refused.items()), schema=REFUSED, orient="row")

    def begin(self, plan: pl.DataFrame, *, address: str, refresh_id: str, as_of: str) -> None:
        """Write a plan down; nothing of it may be sent before.

        Args:
            plan: As ``changes.PLANNED``; the plan before is done.
            address: Where the destination is.
            refresh_id: The refresh that it is of.
            as_of: That refresh's as-of date.
        """
        last = int(plan["sequence"].max() or self.state.sequence)  # type: ignore[arg-type]
        self._commit(
            plan=self._put("plan", last, plan) if plan.height else "",
            identity=self.state.identity or secrets.token_hex(8),
            sequence=last, address=address, refresh_id=refresh_id, as_of=as_of, settled={}, refused={},
        )  # fmt: skip
        self._tidy()

    def settle(self, batch: Batch, refused: Mapping[str, str]) -> None:
        """Write down that a batch was acknowledged, but for those of its customers that the destination refused."""
        now = moment()
        self._commit(
            settled={**self.state.settled, str(batch.sequence): now},
            refused={**self.state.refused, **refused},
            settled_at=now, waiting_since="", problem="",
        )  # fmt: skip
        self.sent.update(each.change for each in batch.changes if each.customer_id not in refused)

    def finish(self) -> None:
        """Take what a plan that is settled says into what the destination knows."""
        known = acknowledged(self.known(), self.plan(), self.refused())
        self._commit(known=self._put("known", self.state.sequence, known), plan="", settled={}, refused={})
        self._tidy()

    def wait(self, problem: str) -> None:
        """Write down that the destination does not answer."""
        self._commit(problem=problem, waiting_since=self.state.waiting_since or moment())

    def anew(self) -> None:
        """Forget what the destination acknowledged: everything is sent again."""
        self._commit(known="", plan="", settled={}, refused={}, address="", waiting_since="", problem="")

    def rewrite(self, known: pl.DataFrame, plan: pl.DataFrame) -> None:
        """Replace both tables, as somebody is forgotten.

        Args:
            known: What the destination knows, settled batches of the plan among it.
            plan: What is still to be sent.
        """
        last = self.state.sequence
        self._commit(
            known=self._put("known", last, known) if known.height else "",
            plan=self._put("plan", last, plan) if plan.height else "",
            settled={}, refused={},
        )  # fmt: skip
        self._tidy()

    def _commit(self, **changed: Any) -> None:
        self.state = replace(self.state, **changed)
        write_noted(self.folder / "state.json", json.dumps(asdict(self.state), indent=1) + "\n")

    def _put(self, kind: str, number: int, table: pl.DataFrame) -> str:
        """Write a table under a name that no state names yet."""
        taken, turn = {self.state.known, self.state.plan}, 0
        while (name := f"{kind}-{number:08d}-{turn}.parquet") in taken:
            turn += 1
        with noted(self.folder / name) as temporary:
            table.write_parquet(temporary, compression="zstd")
        return name

    def _tidy(self) -> None:
        """Delete what no state names any more; what cannot be deleted stays for the next time."""
        counts = {self.state.known, self.state.plan}
        for name in sizes(self.folder):
            if name.endswith(".parquet") and "/" not in name and name not in counts:
                with suppress(OSError, InsidersError):
                    (self.folder / name).unlink(missing_ok=True)
                    if isinstance(self.folder, Path):
                        (self.folder / checksums.FOLDER / f"{name}.sha256").unlink(missing_ok=True)

    def _table(self, name: str, schema: Mapping[str, Any]) -> pl.DataFrame:
        if not name:
            return pl.DataFrame(schema=dict(schema))
        path = self.folder / name
        checksums.require(path, f"restore it from a backup, or: insiders deliver {self.delivery} --anew")
        return pl.read_parquet(readable(path), glob=False)

    def _read(self) -> State:
        path = self.folder / "state.json"
        try:
            checksums.require(path, "")
            return State(**json.loads(path.read_text(encoding="utf-8")))
        except (FileNotFoundError, NotADirectoryError):
            return State()
        except (ValueError, TypeError, InsidersError):
            raise InsidersError(
                "is damaged, and says what was delivered",
                where=str(path),
                hint=f"restore it from a backup, or delete {self.folder} and send everything again",
            ) from None


def ledgers(home: Place) -> Iterator[Ledger]:
    """Yield every memory that a home has, those of deliveries that are no longer configured among them."""
    for name in sorted(sizes(home / FOLDER)):
        delivery, _, rest = name.partition("/")
        if rest.count("/") == 1 and rest.endswith("/state.json"):
            yield Ledger(home, delivery, rest.partition("/")[0])


def moment() -> str:
    """Return now, in UTC."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
