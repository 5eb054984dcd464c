"""Which parts of transactions have kept their contract, so that no part is looked at twice.

A part never changes: what lies under its name is what its checksum says, which is compared whenever it is read. So its
rows need to be validated once under one contract, by one version of the code and of the library that looks at them.
"""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from typing import TYPE_CHECKING

from insiders_assets.checksums import is_whole
from insiders_assets.storage.atomic_write import write_noted
from insiders_assets.storage.lake import failures

if TYPE_CHECKING:
    import polars as pl

    from insiders_assets.contracts.table import Table
    from insiders_assets.places import Place
    from insiders_assets.storage.transactions import TransactionStore

FILE = "validated_parts.json"


def new_failures(
    transactions: TransactionStore, table: Table, folder: Place, code: str
) -> tuple[int, pl.DataFrame]:
    """Validate the parts that have not kept the contract before, and remember those that do now.

    Args:
        transactions: Where the parts lie.
        table: Their contract.
        folder: Where it is written down which parts have kept it.
        code: A hash of the code that validates.

    Returns:
        How many rows were looked at now, and how they break the contract, as
        :func:`insiders_assets.storage.lake.failures` tells it. Parts are remembered only if there is nothing to tell.
    """
    facts = json.dumps([repr(table), code, version("polars"), version("pandera")])
    contract, path = hashlib.sha256(facts.encode()).hexdigest(), folder / FILE
    exports = [export for _, export in transactions.manifest().exports()]
    known = _known(path, contract)
    rows, broken = failures(transactions.scan(table, but=known), table)
    now = sorted({part.checksum for export in exports for part in export.parts} - {""})
    if broken.is_empty() and set(now) != known:
        write_noted(path, json.dumps({"contract": contract, "parts": now}, indent=0) + "\n")
    return rows, broken


def _known(path: Place, contract: str) -> set[str]:
    """Checksums of the parts that have kept a contract; none if that is not known for sure."""
    try:
        noted = json.loads(path.read_text(encoding="utf-8")) if is_whole(path) else {}
        return set(noted["parts"]) if noted["contract"] == contract else set()
    except (FileNotFoundError, NotADirectoryError, KeyError, ValueError, TypeError):
        return set()
