"""What of an export is not kept: columns that are dropped or hashed while it is read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.errors import UsageError
from insiders_assets.ingest.erasure_filter import TEXTS, Forgotten
from insiders_assets.ingest.mapping.header_aliases import FIELDS
from insiders_assets.settings import pseudonym

if TYPE_CHECKING:
    from insiders_assets.ingest.converted import Converted
    from insiders_assets.settings import Settings

DROPPABLE = ("description", "country")
"""Columns that the platform can do without."""
HASHABLE = tuple(
    name for name in FIELDS if name not in ("stock_code", "quantity", "invoice_date", "unit_price")
)
"""Columns of which a hash can stand for the value; a product's code is left out, since its letters have a meaning."""


@dataclass(frozen=True)
class Privacy:
    """What is not kept.

    Attributes:
        dropped: Columns whose values are left out.
        hashed: Columns of which a keyed hash is kept in the place of the value.
        key: The key of those hashes.
        forgotten: Customers of whom nothing is kept.
    """

    dropped: tuple[str, ...] = ()
    hashed: tuple[str, ...] = ()
    key: str = field(default="", repr=False)
    forgotten: Forgotten = field(default_factory=Forgotten)

    @classmethod
    def from_settings(cls, settings: Settings) -> Privacy:
        """Return what the settings ask for.

        Raises:
            UsageError: A column cannot be dropped or hashed, or the key of the hashes is missing.
        """
        for names, allowed, where in (
            (settings.drop_columns, DROPPABLE, "INSIDERS_DROP_COLUMNS"),
            (settings.hash_columns, HASHABLE, "INSIDERS_HASH_COLUMNS"),
        ):
            if wrong := sorted(set(names) - set(allowed)):
                raise UsageError(
                    f"{wrong[0]} is none of {', '.join(allowed)}", where=where, hint="correct the setting"
                )
        if settings.hash_columns and not settings.hash_key:
            raise UsageError(
                "columns are to be hashed without a key", where="INSIDERS_HASH_KEY", hint="set it to a secret"
            )
        if "country" in settings.drop_columns and settings.excluded_countries:
            raise UsageError(
                f"country is dropped, and rows of {' and '.join(settings.excluded_countries)} could not be left out",
                where="INSIDERS_DROP_COLUMNS",
                hint="hash country instead, or set INSIDERS_EXCLUDED_COUNTRIES=, to leave out none",
            )
        key = settings.hash_key.get_secret_value() if settings.hash_key else ""
        return cls(tuple(sorted(settings.drop_columns)), tuple(sorted(settings.hash_columns)), key)

    @property
    def is_on(self) -> bool:
        """Whether anything is not kept."""
        return bool(self.dropped or self.hashed)

    @property
    def facts(self) -> list[object]:
        """What decides what is kept; the key only by its hash."""
        key = hashlib.sha256(b"insiders" + self.key.encode()).hexdigest() if self.hashed else ""
        return [self.dropped, self.hashed, key]

    def apply(self, found: Converted) -> Converted:
        """Leave out of some rows what is not kept. Of rejected rows only place and reason stay: their text says all."""
        hashed = "customer_id" in self.hashed
        found = self.forgotten.leave_out(found, partial(pseudonym, self.key) if hashed else None)
        if not self.is_on:
            return found
        columns = {name: self._hashes(found.transactions[name]) for name in self.hashed}
        gone = {name: pl.lit(None, dtype=pl.String) for name in self.dropped}
        return replace(
            found,
            transactions=found.transactions.with_columns(**columns | gone),
            rejected=found.rejected.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in TEXTS),
        )

    def _hashes(self, values: pl.Series) -> pl.Series:
        distinct = values.drop_nulls().unique()
        hashes = pl.Series([pseudonym(self.key, value) for value in distinct], dtype=pl.String)
        return values.replace_strict(distinct, hashes, default=None, return_dtype=pl.String)
