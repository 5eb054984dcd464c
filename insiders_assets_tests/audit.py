"""Known vulnerabilities of what is locked, by pip-audit: ``python -m insiders_assets_tests.audit``.

Ends with 0 if every package was looked up and none has any, with 1 if some have, with 2 if the package index did not
answer for all: pip-audit by itself takes a package that it cannot look up for one without holes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

PIP_AUDIT = "pip-audit==2.10.1"
LOCK = Path(__file__).resolve().parents[1] / "requirements.lock"
PATIENCE = 300
CLEAN, VULNERABLE, UNANSWERED = 0, 1, 2


def verdict(report: dict[str, Any]) -> tuple[int, list[str]]:
    """The exit code for a report of pip-audit's in JSON, and what to say."""
    packages = report["dependencies"]
    holes = [
        f"{package['name']} {package['version']}: {hole['id']}"
        + (f", fixed in {', '.join(hole['fix_versions'])}" if hole["fix_versions"] else ", not fixed yet")
        for package in packages
        for hole in package.get("vulns", ())
    ]
    skipped = sum("skip_reason" in package for package in packages)
    if holes:
        return VULNERABLE, holes
    if skipped or not packages:
        return UNANSWERED, [
            f"audit: the package index did not answer for {skipped} of {len(packages)} packages: not audited"
        ]
    return CLEAN, [f"audit: {len(packages)} packages, no known vulnerability"]


def audit() -> tuple[int, list[str]]:
    """Ask pip-audit about the lock."""
    uv = str(Path(sys.executable).with_name("uv"))
    words = ["--disable-pip", "--require-hashes", "--requirement", str(LOCK), "--format", "json"]
    try:
        done = subprocess.run(
            [
                uv,
                "tool",
                "run",
                "--quiet",
                "--from",
                PIP_AUDIT,
                "pip-audit",
                *words,
                "--progress-spinner",
                "off",
            ],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        return verdict(json.loads(done.stdout))
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        return UNANSWERED, [f"audit: {PIP_AUDIT} got no answer from the package index: not audited"]


if __name__ == "__main__":
    code, lines = audit()
    print("\n".join(lines), file=sys.stderr if code else sys.stdout)
    sys.exit(code)
