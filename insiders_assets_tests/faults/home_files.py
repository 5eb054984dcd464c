"""Files that people keep in a home, as nobody would write them by chance."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from insiders_assets_tests.faults.content import FRAGMENTS, VALUES, Broken, damaged
from insiders_assets_tests.faults.record import Outcome

if TYPE_CHECKING:
    from insiders_assets_tests.faults.families import Ground

SEGMENTS = """\
big-french:
  meaning: French who spend
  rules: [revenue>=1000, "country=France,Spain", state=lost]
recent: {rules: [is_member=true, "tenure<=30"]}
"""
DELIVERIES = """\
contacts: contacts.csv
destinations:
  crm: {kind: webhook, url: "https://crm.example.com/x", secret: CRM_SECRET, batch: 100, timeout: 2.5, per_second: 4}
  ads: {kind: folder, location: out/ads, form: plain, batch: 10}
  mail: {kind: email, to: "a@example.com, b@example.com", form: plain}
deliveries:
  members-crm: {audience: members, destination: crm, purpose: newsletter, fields: [tier, valid_until]}
  recent-ads: {audience: recent, destination: ads, purpose: ads}
"""
EXPERIMENTS = """\
spring-mail:
  segment: recent
  arms: {control: 0.5, mail: 0.25, letter: 0.25}
  control: control
  start: 2026-03-01
  end: 2026-04-01
  outcome: revenue
  cost_per_contact: 0.5
  seed: 7
"""
ALIASES = "customer_id,same_as,because\n100,200,called us\n300,200,\n"
CONSENTS = (
    "customer_id,purpose,given,withdrawn,when\n"
    "100,newsletter,yes,,2025-01-31\n200,ads,2025-01-31T10:00:00+02:00,no,\n"
)
CONTACTS = "customer_id,email,phone\n100,a@example.com,+44 20 7946 0000\n200,b@example.com,\n"
COSTS = "stock_code,unit_cost,cost_share\nA,1.25,\nB,,0.6\n*,,0.5\n"
CELLS = (
    "x" * 200_000, '"' + "x" * 200_000, '"' * 7, '"a\n' * 50, ",,,", "\r", "\r\n", "\ufeff", "-inf", "yes", "24:00",
    "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2025-W01-1", "anonymous-1",
)  # fmt: skip
LAUGHS = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9 if n else ['lol'] * 9)}]" for n in range(9))
TRAPS = (
    LAUGHS,
    f"{LAUGHS}\nx: {{rules: *a8}}",
    f"{LAUGHS}\ndestinations: {{a: {{kind: *a8}}}}",
    f"{LAUGHS}\ndeliveries: {{b: {{audience: *a8}}}}",
    "a: &a {rules: [revenue>=1], meaning: *a}",
    "destinations: &d {a: &x {kind: folder, location: *x}}",
    "destinations: {a: {kind: [folder]}}",
    "destinations: {a: {kind: folder, location: x, form: {a: b}}}",
    "destinations: {a: {kind: webhook, url: 'https://[::1', secret: A}}",
    "destinations: {a: {kind: webhook, url: 'https://x:99999999/', secret: A}}",
    "destinations: {a: {kind: folder, location: x, batch: .nan}}",
    "? [a, b]\n: {rules: [x]}",
    EXPERIMENTS.replace("control: control", "control: [control]"),
    EXPERIMENTS.replace("outcome: revenue", "outcome: {a: b}"),
    EXPERIMENTS.replace("recent", "[recent]"),
)


def home_files(on: Ground) -> list[Outcome]:
    """Segments, deliveries, experiments, aliases, consents, contacts and costs, each made from a good one."""
    from insiders_assets.aliases import read_aliases
    from insiders_assets.deliveries.configuration import read_deliveries
    from insiders_assets.deliveries.consents import read_consents
    from insiders_assets.deliveries.contacts import read_contacts
    from insiders_assets.experiments.configuration import read_experiments
    from insiders_assets.features.costs import read_costs
    from insiders_assets.segments.catalogue import read_segments

    found, chance = (
        Broken(
            on, "segments, deliveries, experiments, aliases, consents, contacts and costs, damaged at random"
        ),
        on.chance("home files"),
    )
    path = on.folder("home files") / "file"
    kinds: tuple[tuple[str, tuple[str, ...], Callable[[Path], Any]], ...] = (
        (SEGMENTS, (*FRAGMENTS, *TRAPS), lambda file: read_segments(file.read_bytes(), "segments.yaml")),
        (
            DELIVERIES,
            (*FRAGMENTS, *TRAPS),
            lambda file: read_deliveries(file.read_bytes(), "deliveries.yaml", ["recent"]),
        ),
        (
            EXPERIMENTS,
            (*FRAGMENTS, *TRAPS),
            lambda file: read_experiments(file.read_bytes(), "experiments.yaml", ["recent"]),
        ),
        (ALIASES, (*VALUES, *CELLS), read_aliases),
        (CONSENTS, (*VALUES, *CELLS), lambda file: read_consents(file, lambda who: who)),
        (CONTACTS, (*VALUES, *CELLS), lambda file: read_contacts(file, lambda who: who)),
        (COSTS, (*VALUES, *CELLS), read_costs),
    )
    for good, put, read in kinds:
        texts = [*put, *(good + each for each in put)]
        texts += [damaged(good, put, chance) for _ in range(on.times(600, least=10))]
        for text in chance.sample(texts, min(on.times(len(texts), least=25), len(texts))):
            path.write_bytes(text.replace("{mark}", str(found.mark)).encode("utf-8", "surrogatepass"))
            found.tried(lambda read=read: read(path), text)
    return [found.outcome]
