"""How exports are read."""

from typing import Literal

from pydantic import BaseModel, Field, SecretStr

from insiders_assets.settings.fields import Words


class IngestSettings(BaseModel):
    """How exports are read."""

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
