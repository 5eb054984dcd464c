"""What the audit says of pip-audit's answers."""

from __future__ import annotations

import pytest

from insiders_assets_tests.audit import CLEAN, UNANSWERED, VULNERABLE, verdict

FINE = {"name": "fine", "version": "1", "vulns": []}
HOLED = {"name": "holed", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}]}
UNKNOWN = {"name": "unknown", "skip_reason": "Dependency not found"}


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([FINE], CLEAN, "audit: 1 packages, no known vulnerability"),
        ([FINE, HOLED, UNKNOWN], VULNERABLE, "holed 2: PYSEC-1, fixed in 3"),
        (
            [FINE, UNKNOWN],
            UNANSWERED,
            "audit: the package index did not answer for 1 of 2 packages: not audited",
        ),
        ([], UNANSWERED, "audit: the package index did not answer for 0 of 0 packages: not audited"),
    ],
)
def test_a_package_that_could_not_be_looked_up_is_never_taken_for_a_safe_one(packages, code, said):
    assert verdict({"dependencies": packages}) == (code, [said])
