"""What an examination finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["fine", "look", "mend"]
"""Nothing to do; worth a look; or a refresh, or somebody who reads it, will stumble over it."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        about: What was looked at.
        state: How it is.
        said: What was seen.
        hint: What to do, where there is something.
    """

    about: str
    state: State
    said: str
    hint: str = ""

    def facts(self) -> dict[str, str]:
        """Return it for programs, by the names that these know it by."""
        return {"about": self.about, "state": self.state, "said": self.said, "cure": self.hint}


def fine(about: str, said: str) -> Finding:
    """Return a finding with nothing to do."""
    return Finding(about, "fine", said)


def look(about: str, said: str, hint: str) -> Finding:
    """Worth a look."""
    return Finding(about, "look", said, hint)


def mend(about: str, said: str, hint: str) -> Finding:
    """Must be fixed."""
    return Finding(about, "mend", said, hint)
