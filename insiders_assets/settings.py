"""Every setting, once. Each is an environment variable ``INSIDERS_<NAME>`` and, where useful, a command option."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ByteSize, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from insiders_assets.errors import UsageError
from insiders_assets.placeholders import refuse_placeholders
from insiders_assets.places import SCHEME, place


def _split(value: Any) -> Any:
    """Read ``a, b`` as two words: a list in an environment variable needs no JSON."""
    return (
        tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value
    )


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]


class Settings(BaseSettings):
    """Where things lie and which rules hold. Read from ``INSIDERS_*`` and never changed afterwards."""

    model_config = SettingsConfigDict(
        env_prefix="INSIDERS_", frozen=True, extra="forbid", env_ignore_empty=True
    )

    # Places
    home: str = Field("data", description="Where everything is kept: a directory or s3://bucket/prefix.")
    landing: str | None = Field(None, description="Where exports arrive; <home>/landing unless given.")
    database_url: SecretStr | None = Field(
        None, description="SQLAlchemy URL of the warehouse; SQLite in <home>/insiders.db unless given."
    )

    to_database_url: SecretStr | None = Field(
        None, description="The database that `insiders migrate` fills; SQLite in the new home unless given."
    )

    # Engine
    engine: Literal["polars", "spark"] = Field(
        "polars", description="What runs cleaning, features and assignment; spark needs the extra spark."
    )
    spark_master: SecretStr = Field(
        SecretStr("local[*]"),
        description="Where Spark runs: local[*], spark://host:7077, sc://host:15002 (Spark Connect), yarn or k8s://….",
    )
    spark_memory: str | None = Field(
        None,
        pattern="^[0-9]+[mg]$",
        description="Memory of Spark's driver, such as 8g; a quarter of the machine's where it works alone.",
    )
    executor: Literal["in_process", "multiprocess"] = Field(
        "in_process", description="How Dagster runs steps: one process, or one process each."
    )

    # Ingest
    date_order: Literal["auto", "day_first", "month_first"] = Field(
        "auto",
        description="How to read dates such as 03/04/2026; auto refuses a file where both readings fit.",
    )
    decimal: Literal["auto", "point", "comma"] = Field(
        "auto", description="How to read numbers such as 1,234; auto refuses a file where both readings fit."
    )
    decimal_quantities: bool = Field(
        False,
        description="Whether quantities may be decimal numbers: a line of goods by weight counts as one piece.",
    )
    future_dates: Literal["reject", "keep"] = Field(
        "reject", description="Whether rows dated after their file was written wait in quarantine or count."
    )
    date_gap_days: int = Field(
        180,
        ge=0,
        description="Days after every other date of its file from which on a lone row waits in quarantine; 0 for none.",
    )
    max_rejected: float = Field(
        0.05, ge=0, le=1, description="Share of a file's rows above which the whole file is set aside."
    )
    max_file_rows: int = Field(
        200_000_000, ge=1, description="Rows of one export above which it is set aside unread."
    )
    mapping: str | None = Field(
        None,
        description="Mapping file for other shops' exports; mapping.yaml in the landing zone unless given.",
    )
    same_content: Literal["once", "each"] = Field(
        "once", description="Whether files with the same content count once or each."
    )
    changed_files: Literal["replace", "add"] = Field(
        "replace", description="Whether a file's new content replaces its earlier rows or is added to them."
    )
    removed_files: Literal["forget", "keep"] = Field(
        "forget", description="Whether the rows of a file that is no longer there are let go or kept."
    )
    repeated_orders: Literal["once", "each"] = Field(
        "once", description="Whether an order that stands whole in several exports counts once or each time."
    )
    duplicate_rows: Literal["keep", "reject"] = Field(
        "keep", description="Whether a row that repeats an earlier one of its file exactly counts."
    )
    open_questions: Literal["stop", "pass"] = Field(
        "stop",
        description="Whether a file that leaves open what its money, status or customers mean is set aside, or read "
        "with the likeliest answers, which is said.",
    )
    drop_columns: Words = Field((), description="Columns whose values are not kept: description or country.")
    hash_columns: Words = Field(
        (),
        description="Columns of which only a keyed hash is kept: customer_id, invoice_no, description or country.",
    )
    hash_key: SecretStr | None = Field(None, description="The key of those hashes; needed to hash columns.")

    # Cleaning
    price_floor: Annotated[float, Field(ge=0)] | Literal["auto"] = Field(
        "auto",
        description="Unit prices must exceed this, in the data's currency; auto is 0.04, or 0 where what costs no more "
        "than that makes a thousandth of the money.",
    )
    drop_letter_codes: Literal["known"] | bool = Field(
        "known",
        description="Drop stock codes made of letters only: those known to stand for postage, fees or manual lines, "
        "all (true), or none (false).",
    )
    many_dropped: float = Field(
        0.01,
        ge=0,
        le=1,
        description="Share of lines or money above which what a rule drops is a warning.",
    )
    excluded_countries: Words = Field(
        ("Unspecified", "European Community"), description="Countries whose rows are dropped."
    )
    excluded_customers: Words = Field((), description="Customer ids whose rows are dropped.")

    # Features
    as_of: date | None = Field(
        None, description="The day features look back from; the newest date in the data unless given."
    )
    window_days: int = Field(
        396, ge=1, description="How many days features look back, the as-of date included."
    )

    # Segmentation
    recipe: str = Field(
        "kinds",
        description="How a segmentation model is fitted: kinds, ranks, octants, leaf, stable, diffusion or umap.",
    )
    recipe_population: Literal["identified", "all"] | None = Field(
        None, description="Who is fitted; as the recipe says unless given, like every choice below."
    )
    recipe_inputs: Words | None = Field(None, description="Features that customers are compared by.")
    recipe_targets: Words | None = Field(
        None, description="Features that named axes rank, one axis each (kinds, ranks, octants)."
    )
    recipe_target: str | None = Field(
        None, description="Feature that the forest explains by the inputs (leaf, diffusion, umap)."
    )
    recipe_space: Literal["leaf_means", "ranks", "leaves", "log", "min_max", "quantile"] | None = Field(
        None, description="What customers are compared by: named axes, forest leaves, or scaled inputs."
    )
    recipe_trees: int | None = Field(None, ge=1, description="Trees in the forest.")
    recipe_dimensions: int | None = Field(
        None, ge=0, description="Coordinates of the leaves' diffusion map; 0 compares leaves as names."
    )
    recipe_reducer: Literal["umap", "none"] | None = Field(
        None, description="What makes the two-dimensional embedding."
    )
    recipe_clustered_in: Literal["space", "embedding"] | None = Field(
        None, description="Whether clusters are looked for in the space or in the embedding."
    )
    recipe_clusterer: Literal["kmeans", "medians", "gmm", "ward"] | None = Field(
        None, description="What groups customers."
    )
    recipe_k: int | None = Field(None, ge=1, description="Clusters at most.")
    recipe_max_customers: int | None = Field(
        None,
        ge=100,
        description="Customers fitted at most; of more, a sample that every engine draws the same.",
    )
    seed: int = Field(42, ge=0, description="Seed of every random step of a fit.")

    # Programme
    insider_coverage: float = Field(
        0.85,
        gt=0,
        le=1,
        description="Insiders cover this share of identified customers' value, highest first.",
    )
    viability_coverage: float = Field(
        0.97, gt=0, le=1, description="The next are being analysed until this share of value is covered."
    )
    policy: Literal["value", "coverage", "clusters", "budget", "threshold"] = Field(
        "value", description="The selection policy: how customers, or whole clusters, are put into tiers."
    )
    value: Literal["gross", "net", "contribution"] = Field(
        "gross",
        description="What a customer is worth: gross revenue, net of returns, or contribution by costs.csv.",
    )
    insider_clusters: Words = Field(
        (), description="Policy clusters: numbers or names of the clusters that are Insiders."
    )
    viability_clusters: Words = Field(
        (), description="Policy clusters: numbers or names of the clusters being analysed."
    )
    budget_members: int | None = Field(
        None, ge=1, description="Policy budget: members at most, highest revenue first."
    )
    budget: float | None = Field(
        None, gt=0, description="Policy budget: what may be spent on members, in the data's currency."
    )
    cost_per_member: float | None = Field(
        None, gt=0, description="Policy budget: what a member costs, in the data's currency."
    )
    insider_thresholds: Words = Field(
        (), description="Policy threshold: rules such as revenue>=1000,recency<=90 that Insiders keep."
    )
    viability_thresholds: Words = Field(
        (), description="Policy threshold: rules that customers being analysed keep."
    )
    costs: str | None = Field(
        None,
        description="What products cost, for contribution; costs.csv in the landing zone or the home unless given.",
    )
    hysteresis: float | None = Field(
        None,
        ge=0,
        le=0.5,
        description="How far past the border those inside may drift before falling out; 0.05 by value, else 0.02.",
    )
    grace_days: int | None = Field(
        None,
        ge=0,
        le=3650,
        description="Days a member stays for after behaviour or a new model put them out; 30 unless given.",
    )
    review: Literal["daily", "monthly", "quarterly", "anniversary"] = Field(
        "daily",
        description="When a status may end: any day, the first of a month or quarter, or the anniversary of joining.",
    )
    grace_refreshes: int | None = Field(
        None,
        ge=0,
        description="Grace in refreshes (of one day: one), as homes from before grace_days counted it; not with it.",
    )
    suppress: Words = Field(
        ("mostly_returned",),
        description="Who is never invited beside anonymous and opted-out customers: wholesale, mostly_returned.",
    )
    opted_out: str | None = Field(
        None, description="A text file with one customer id per line: customers who are never invited."
    )
    wholesale_score: float = Field(
        3.5,
        gt=0,
        description="Robust score of log units per invoice or per line above which an account is wholesale.",
    )
    mostly_returned_share: float = Field(
        0.5, gt=0, description="Units returned per unit bought from which a customer mostly returns."
    )
    holdout_share: float = Field(
        0.0, ge=0, le=0.5, description="Share of eligible customers held out to measure the programme."
    )
    campaign_start: date | None = Field(
        None, description="First day of the campaign whose uplift is measured."
    )
    campaign_end: date | None = Field(None, description="Last day of the campaign whose uplift is measured.")

    # Report
    language: Literal["en", "pt_BR"] = Field("en", description="The language that people are spoken to in.")
    currency: str = Field(
        "",
        pattern="^([A-Z]{3})?$",
        description="ISO 4217 code of the data's currency, such as GBP; money is a bare number unless given.",
    )
    reports_kept: int = Field(
        400,
        ge=2,
        description="How many of the newest refreshes keep their report; older reports are deleted.",
    )
    runs_kept: int = Field(
        400,
        ge=2,
        description="How many finished runs of each job Dagster's history keeps; older ones are deleted.",
    )

    # Dashboard
    dashboard_password: SecretStr | None = Field(
        None, description="Password that the dashboard asks for; needed unless it listens on loopback only."
    )
    dashboard_user_header: str | None = Field(
        None,
        pattern="^[A-Za-z0-9-]+$",
        description="Header in which a reverse proxy names the signed-in user, such as X-Forwarded-User.",
    )
    dashboard_proxies: Words = Field(
        (), description="Addresses or networks of proxies whose header is believed; needed with the header."
    )
    dashboard_hosts: Words = Field(
        (),
        description="Host names the dashboard answers to; needed with the header. Unless given: loopback names, or "
        "any where a password is asked for.",
    )

    # Operating
    memory_limit: ByteSize | None = Field(
        None,
        ge=500_000_000,
        description="Memory that a refresh may take, such as 6GB; what the machine has unless given.",
    )
    backstop: str = Field(
        "30 5 * * *",
        description="Cron line (UTC) of the schedule that asks for a refresh if one is due; off for none.",
    )
    stale_after_hours: int = Field(
        192, ge=1, description="Hours without a new report after which the latest counts as stale."
    )
    alert_email_to: Words = Field(
        (), description="Addresses that alerts are sent to; needs INSIDERS_SMTP_URL."
    )
    alert_email_from: str | None = Field(
        None, description="Address that alerts come from; the first recipient unless given."
    )
    smtp_url: SecretStr | None = Field(
        None, description="Mail server: smtp://user:password@host:587 or smtps://user:password@host:465."
    )
    alert_slack_channel: str | None = Field(
        None, description="Slack channel that alerts are posted to; needs INSIDERS_SLACK_TOKEN."
    )
    slack_token: SecretStr | None = Field(
        None, description="Token of the Slack bot that posts alerts; needs the extra slack."
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="Whether logs are lines for people or JSON objects, one per line."
    )

    @property
    def landing_zone(self) -> str:
        """Where exports arrive."""
        return self.landing or f"{self.home.rstrip('/')}/landing"

    def as_kept(self, column: str, values: Iterable[str]) -> tuple[str, ...]:
        """Values of a column as tables hold them: with their hashes, where the column is hashed."""
        known = tuple(values)
        if column not in self.hash_columns or not self.hash_key:
            return known
        key = self.hash_key.get_secret_value()
        return (*known, *(pseudonym(key, value) for value in known))

    def decisive(self) -> set[str]:
        """Return the names of the settings that can change a result; places and secrets are none."""
        places = {"home", "landing", "database_url", "to_database_url", "engine", "executor", "memory_limit"}
        apart = ("dashboard_", "alert_", "spark_")
        places |= {name for name in type(self).model_fields if name.startswith(apart)}
        places |= {"backstop", "stale_after_hours", "smtp_url", "slack_token", "log_format"}
        places |= {"reports_kept", "runs_kept"}
        return type(self).model_fields.keys() - places

    def digest(self) -> str:
        """A short hash of every setting that can change a result."""
        rules = json.loads(self.model_dump_json(include=self.decisive()))
        if self.hash_key:
            rules["hash_key"] = hashlib.sha256(self.hash_key.get_secret_value().encode()).hexdigest()
        if self.costs:
            rules["costs"] = _content(self.costs)
        if self.opted_out:
            rules["opted_out"] = _content(self.opted_out)  # who opted out matters, not where the file lies
        return hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()[:16]


def pseudonym(key: str, value: str) -> str:
    """The keyed hash that stands for a value: HMAC-SHA-256, cut to 128 bits, in hex."""
    return hmac.new(key.encode(), value.encode(), "sha256").hexdigest()[:32]


def _content(location: str) -> str:
    """A hash of a file's bytes; ``missing`` if it cannot be read, which is an error where it is used."""
    try:
        return hashlib.sha256(place(location).read_bytes()).hexdigest()
    except OSError:
        return "missing"


_MEANT = {
    "memory_limit": "is no amount of memory such as 6GB, of 500MB or more",
    "as_of": "is no day such as 2025-12-31",
    "campaign_start": "is no day such as 2025-12-31",
    "campaign_end": "is no day such as 2025-12-31",
}
"""What to say of a value where the library that reads it would speak of its own inside."""


def load_settings(**given: Any) -> Settings:
    """Settings from the environment, with ``given`` (those that are not None) on top.

    Raises:
        UsageError: A setting has a value that it cannot take; the message names the variable.
    """
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as errors:
        first = errors.errors()[0]
        name = "_".join(str(part) for part in first["loc"][:1]).upper()
        what = f"{first['msg']}, not {first['input']!r}"
        if meant := _MEANT.get(name.lower()):
            what = f"{first['input']!r} {meant}"
        raise UsageError(
            what if first["type"] != "extra_forbidden" else "no such setting",
            where=f"INSIDERS_{name}",
            cure="correct the variable or the option of that name",
        ) from None
    for name, value in settings:
        if not _is_text(value):
            raise UsageError(
                "holds bytes that are no text in UTF-8",
                where=f"INSIDERS_{name.upper()}",
                cure="correct the variable or the option of that name",
            )
    secrets = {
        f"INSIDERS_{name.upper()}": value.get_secret_value()
        for name, value in settings
        if isinstance(value, SecretStr)
    }
    refuse_placeholders(
        secrets | {name: text for name, text in os.environ.items() if name.startswith("DAGSTER_")}
    )
    require_database(settings)
    return settings


def _is_text(value: Any) -> bool:
    """Whether what a setting says in letters can be written down; settings of other kinds can."""
    if isinstance(value, tuple):
        return all(map(_is_text, value))
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    try:
        return not isinstance(text, str) or b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def require_database(settings: Settings, variable: str = "INSIDERS_DATABASE_URL") -> None:
    """Refuse a home on S3 whose warehouse is no server: a file that grows in place cannot live in a bucket.

    Raises:
        UsageError: The home is on S3 and the database is not PostgreSQL.
    """
    url = settings.database_url.get_secret_value() if settings.database_url else ""
    if settings.home.startswith(SCHEME) and not url.strip().startswith("postgres"):
        raise UsageError(
            "a home on S3 needs its warehouse in PostgreSQL",
            where=variable,
            cure="set it to postgresql://user:password@host:5432/database",
        )
