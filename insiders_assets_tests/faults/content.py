"""Hostile words: mappings and settings that hold what nobody would write by chance."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from insiders_assets.errors import InsidersError
from insiders_assets_tests.faults.record import Outcome

if TYPE_CHECKING:
    from insiders_assets_tests.faults.families import Ground

REFUSED = "one line that names the place and what is wrong; nothing of it runs"
GOOD_MAPPING = """\
exports:
  - files: [shop-*.csv, "*.tsv"]
    columns: {invoice_no: Order, stock_code: Sku, line_total: Total}
    constants: {country: France}
    returns: {column: Kind, values: [return]}
    date_order: day_first
    separator: ";"
    cleaning: {price_floor: 0.1, excluded_countries: [Nowhere]}
"""
FRAGMENTS = (
    "!!python/object/apply:os.system [touch {mark}]",
    "!!python/name:os.system",
    "&a [*a, *a]",
    "*a",
    "{",
    "[" * 3000,
    "- " * 3000,
    "2025-13-45",
    "2025-02-30 99:99:99",
    "0b",
    "0x",
    "0o9",
    "1e999",
    ".nan",
    "-.inf",
    "!!float x",
    "!!int x",
    "!!timestamp x",
    "!!binary x",
    "!!set {a}",
    "? [a]",
    "? {a: b}\n: c",
    "<<: 1",
    "<<: [1]",
    "\0",
    "\t",
    "\ud800",
    "\x85",
    "%YAML 9.9\n---",
    "--- a\n--- b",
    "...",
    "null",
    "~",
    "1_000",
    "0_",
    "'",
    '"',
    "\\",
    "../../etc/passwd",
    "=1+1",
    "<script>",
    "\u202e",
    "9" * 5000,
    "1:" * 50,
    "'\\ud800'",
    "encoding: idna",
    "encoding: rot13",
    "encoding: hex",
    "encoding: punycode",
    "encoding: undefined",
    "encoding: unicode_escape",
    "separator: '\\0'",
    "separator: '\\n'",
)
VALUES = (
    "",
    " ",
    "0",
    "-1",
    "1e400",
    "nan",
    "inf",
    "9" * 400,
    "true",
    "[]",
    "{}",
    "null",
    "\0",
    "\n",
    "'",
    '"',
    "../../etc/passwd",
    "$(touch {mark})",
    "`touch {mark}`",
    "; DROP TABLE insiders; --",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "\ud800",
    "ü" * 999,
    "a,b,,c",
    "revenue>=",
    "revenue>=1e999",
    ">=<=",
    "import os",
    "{{7*7}}",
    "%s%n",
    "sqlite://",
    "postgresql://",
    "postgresql://:@:99999/x",
    "postgresql://[::1",
    "s3://",
    "s3:///",
    "s3://a b/c",
    "file:///etc",
    "~/x",
    "1kb",
    "1e9GB",
    "0GB",
    "9999-99-99",
    "0001-01-01",
    "2025-02-30",
    "5 * * * *",
    "99 99 99 99 99",
    "* * * * * * *",
    "@x",
)


class Broken:
    """Counts tries of one kind, and what was neither accepted nor refused in one line."""

    def __init__(self, on: Ground, fault: str, outcome: str = REFUSED) -> None:
        self.outcome = Outcome(fault, outcome=outcome)
        self.mark = on.folder(f"marks {fault[:20]}") / "it-ran"

    def tried(self, act: Callable[[], Any], what: object) -> None:
        """Try something that is accepted, or refused in one line."""
        wrong = []
        try:
            act()
        except InsidersError as error:
            if "\n" in str(error) or len(str(error)) > 2000:
                wrong = [f"{what!r:.200}: refused in more than a line: {str(error)[:200]!r}"]
        except BaseException as error:
            wrong = [f"{what!r:.200}: {type(error).__name__}: {error!s:.200}"]
        if self.mark.exists():
            wrong.append(f"{what!r:.200}: it ran")
            self.mark.unlink()
        self.outcome.add(wrong)


def damaged(text: str, fragments: tuple[str, ...], chance: random.Random) -> str:
    """A text with something cut, repeated or put in at some places."""
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(text) + 1)
        upto = min(at + chance.choice([0, 0, 1, 5, 40]), len(text))
        put = chance.choice([chance.choice(fragments), text[at:upto] * 3, ""])
        text = text[:at] + put + text[upto:]
    return text


def mappings(on: Ground) -> list[Outcome]:
    """Mapping files that are no YAML, or hold what no mapping has."""
    from insiders_assets.ingest.mapping.schema import read_mappings

    found, chance = (
        Broken(on, "mapping files, damaged at random or with YAML's traps in them"),
        on.chance("mappings"),
    )
    fragments = tuple(each.replace("{mark}", str(found.mark)) for each in FRAGMENTS)
    laughs = "\n".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9 if n else ['lol'] * 9)}]" for n in range(9)
    )
    for text in (*fragments, *(GOOD_MAPPING.replace("day_first", each) for each in fragments), laughs):
        found.tried(
            lambda text=text: read_mappings(text.encode("utf-8", "surrogatepass"), "mapping.yaml"), text
        )
    for _ in range(on.times(4000, least=100)):
        text = damaged(GOOD_MAPPING, fragments, chance)
        found.tried(
            lambda text=text: read_mappings(text.encode("utf-8", "surrogatepass"), "mapping.yaml"), text
        )
    return [found.outcome]


def settings(on: Ground) -> list[Outcome]:
    """Every setting with every value that it cannot take."""
    from insiders_assets.settings import Settings, load_settings

    found, chance = Broken(on, "every setting with values it cannot take"), on.chance("settings")
    values = tuple(each.replace("{mark}", str(found.mark)) for each in VALUES)
    every = [(name, value) for name in Settings.model_fields for value in values]
    for name, value in chance.sample(every, min(on.times(len(every), least=200), len(every))):
        found.tried(lambda name=name, value=value: load_settings(**{name: value}).digest(), (name, value))
    return [found.outcome]
