"""Libraries load in the background, and one that is missing stops nothing."""

from __future__ import annotations

import json
import subprocess
import sys

from insiders_assets.cli import preload
from insiders_assets.cli.preload import TO_FIT, TO_REPORT

IMPORT_AHEAD = """
import json, sys
from insiders_assets.cli.preload import import_ahead
import_ahead(json.loads(sys.argv[1])).join()
print(json.dumps(sorted(sys.modules)))
"""


def test_a_lack_of_memory_for_a_library_is_left_to_whoever_needs_it(monkeypatch, capfd) -> None:
    def fail(name: str) -> None:
        raise MemoryError(name)

    monkeypatch.setattr(preload, "import_module", fail)
    preload.import_ahead(["a_library"]).join()
    assert capfd.readouterr().err == ""


def test_what_can_be_imported_is_and_what_cannot_is_left_to_whoever_needs_it() -> None:
    asked = ["no_such_library", *TO_FIT, *TO_REPORT]
    command = [sys.executable, "-c", IMPORT_AHEAD, json.dumps(asked)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)

    assert set(asked) - set(json.loads(run.stdout)) == {"no_such_library"}
    assert not run.stderr
