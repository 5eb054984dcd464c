"""What computes, and how."""

from typing import Literal

from pydantic import BaseModel, Field, SecretStr

from insiders_assets.settings.fields import Operational


class EngineSettings(BaseModel):
    """What computes, and how."""

    engine: Operational[Literal["polars", "spark"]] = Field(
        "polars", description="What runs cleaning, features and assignment; spark needs the extra spark."
    )
    spark_master: Operational[SecretStr] = Field(
        SecretStr("local[*]"),
        description="Where Spark runs: local[*], spark://host:7077, sc://host:15002 (Spark Connect), yarn or k8s://….",
    )
    spark_memory: Operational[str | None] = Field(
        None,
        pattern="^[0-9]+[mg]$",
        description="Memory of Spark's driver, such as 8g; a quarter of the machine's where it works alone.",
    )
    executor: Operational[Literal["in_process", "multiprocess"]] = Field(
        "in_process", description="How Dagster runs steps: one process, or one process each."
    )
