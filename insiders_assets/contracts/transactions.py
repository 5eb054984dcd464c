"""Tables of transactions: what came in, what was set aside, and what is left after cleaning."""

from dataclasses import replace

from insiders_assets.contracts.messages import facts
from insiders_assets.contracts.table import Column, Table

INVOICE_NO = Column("invoice_no", "str", "The invoice the line is on; a leading letter marks a cancellation.")
STOCK_CODE = Column("stock_code", "str", "The product's code.")
DESCRIPTION = Column("description", "str", "The product's name as typed by the shop.", nullable=True)
QUANTITY = Column("quantity", "int64", "Units on the line; negative for a return.", "units")
INVOICE_DATE = Column("invoice_date", "datetime", "When the invoice was made, in the shop's local time.")
INVOICE_DAY = Column("invoice_day", "int32", "The invoice's day, counted from 1970-01-01.", "days")
UNIT_PRICE = Column("unit_price", "float64", "Price of one unit.", "currency")
CUSTOMER_ID = Column(
    "customer_id", "str", "Who bought; empty where the shop did not know.", nullable=True, personal=True
)
COUNTRY = Column("country", "str", "The country the invoice was sent to.", nullable=True)
SOURCE_FILE = Column("source_file", "str", "The export the row came from, relative to the landing zone.")
SOURCE_LINE = Column(
    "source_line", "int64", "The row's line in that export, the header being line 1.", "line", ge=1
)

RAW_TRANSACTIONS = Table(
    "raw_transactions",
    "One line of an export: one product on one invoice.",
    (INVOICE_NO, STOCK_CODE, DESCRIPTION, QUANTITY, INVOICE_DATE, INVOICE_DAY, UNIT_PRICE, CUSTOMER_ID, COUNTRY,
     SOURCE_FILE, SOURCE_LINE),
)  # fmt: skip

UNIT_COST = Column(
    "unit_cost", "float64", "What one unit cost the shop; empty where the export does not say.", "currency",
    nullable=True, ge=0,
)  # fmt: skip
WITH_COSTS = replace(RAW_TRANSACTIONS, columns=(*RAW_TRANSACTIONS.columns, UNIT_COST))
"""``raw_transactions`` with what goods cost: only parts of exports whose mapping names a column of costs have it."""

REJECTED_ROWS = Table(
    "rejected_rows",
    "One row, or one whole file, that could not become a transaction.",
    (
        Column("source_file", "str", "The export, relative to the landing zone."),
        Column("source_line", "int64", "The row's line, the header being line 1; empty for a whole file.", "line",
               nullable=True, ge=1),
        Column("column", "str", "The column at fault; empty where the row as a whole is.", nullable=True),
        Column("value", "str", "The value at fault, as it was read.", nullable=True, personal=True),
        Column("reason", "str", "What is wrong and what would be accepted."),
        Column("row_text", "str", "The whole row as it was read, so that it can be corrected; empty for a whole file.",
               nullable=True, personal=True),
        Column("rows", "int64", "Rows of the export this line stands for.", "rows", ge=0),
        Column("arrived_at", "datetime", "When the export arrived (its modification time, UTC)."),
        *facts("reason"),
    ),
)  # fmt: skip

_CLEANED = (
    INVOICE_NO,
    STOCK_CODE,
    DESCRIPTION,
    QUANTITY,
    INVOICE_DATE,
    INVOICE_DAY,
    replace(UNIT_PRICE, gt=0),
    replace(
        CUSTOMER_ID, meaning="Who bought; anonymous-<invoice_no> where the shop did not know.", nullable=False
    ),
    COUNTRY,
    Column("is_identified", "bool", "Whether the shop knew the customer."),
    Column("line_value", "float64", "Quantity times unit price.", "currency"),
)

CLEAN_PURCHASES = Table(
    "clean_purchases",
    "A transaction that passed the cleaning rules, with a quantity above zero.",
    tuple(replace(column, ge=1) if column.name == "quantity" else column for column in _CLEANED),
)

RETURNS = Table(
    "returns",
    "A transaction that passed the cleaning rules, with a negative quantity.",
    tuple(replace(column, le=-1) if column.name == "quantity" else column for column in _CLEANED),
)
