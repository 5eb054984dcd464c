"""Which files belong together: ``report.json`` names the bytes of the other files of its report.

A folder is read file by file, and a copy of one is made file by file. Whoever reads several of its files can tell by
this that they are of one report, wherever they lie; and reads again, or follows the pointer, if they are not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FACTS = "report.json"
SEAL = "files"
CHECKSUM = "checksum"


def facts_text(facts: Mapping[str, Any]) -> str:
    """Facts as JSON, with a line end."""
    return json.dumps(facts, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def sealed(facts: Mapping[str, Any], digests: Mapping[str, str]) -> str:
    """``report.json`` with the SHA-256 of every other file of the report, by name, and of all that it says itself."""
    whole = {**facts, SEAL: dict(sorted(digests.items()))}
    return facts_text({**whole, CHECKSUM: _of(whole)})


def opened(text: str) -> dict[str, Any]:
    """Return what a ``report.json`` says, its checksum included; one of a former version has none.

    Raises:
        ValueError: It is no JSON object, or not what was written.
    """
    facts = dict(json.loads(text))
    said = {key: fact for key, fact in facts.items() if key != CHECKSUM}
    if CHECKSUM in facts and facts[CHECKSUM] != _of(said):
        raise ValueError("its content is not what was written")
    return facts


def _of(facts: Mapping[str, Any]) -> str:
    return digest(facts_text(facts).encode())


def belong_together(files: Mapping[str, bytes]) -> bool:
    """Return whether files are those that the ``report.json`` among them names.

    Other files of the report may be left out.
    """
    named = json.loads(files[FACTS]).get(SEAL, {})
    return all(named.get(name) == digest(content) for name, content in files.items() if name != FACTS)


def digest(content: bytes | Path) -> str:
    """Return the SHA-256 of bytes, or of a file on this machine, in hex."""
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
