"""Why a row of an export is no transaction."""

from insiders_assets.language.slots import Kind, text

_VALUES = {
    "row.empty": text("is empty"),
    "row.quantity": text("is not a whole number up to %(limit)s", limit=Kind.NUMBER),
    "row.weighed": text(
        "is not a whole number; goods by weight are read with decimal_quantities: true in the mapping"
    ),
    "row.price": text("is not a number up to %(limit)s", limit=Kind.NUMBER),
    "row.total": text(
        "is not a number up to %(limit)s, or has no quantity to be divided by", limit=Kind.NUMBER
    ),
    "row.no_rate": text("is in a currency without a rate; give it one under currency in the mapping"),
    "row.rounded": text(
        "is a number that a spreadsheet rounded, which is nobody's; export the file again with this column as text"
    ),
    "row.reserved": text(
        "begins with %(prefix)s, as ids do that are given to customers without one; call it something else",
        prefix=Kind.NAME,
    ),
}

_DATES = {
    "row.date": text(
        "is not a date between %(first)s and %(last)s, such as %(example)s",
        first=Kind.DAY, last=Kind.DAY, example=Kind.NAME,
    ),
    "row.date.placeholder": text(
        "is a day that programs write where they know none, long before every other date of the file"
    ),
    "row.date.after_file": text("is after the day on which the file was written"),
    "row.date.future": text("lies in the future"),
    "row.date.alone": text("is %(days)s days after every other date of the file", days=Kind.PLAIN),
}  # fmt: skip

_ROWS = {
    "row.fields": text(
        "has %(count)s field where the header names %(named)s",
        "has %(count)s fields where the header names %(named)s",
        count=Kind.PLAIN, named=Kind.PLAIN,
    ),
    "row.above": text("stands above the line that names the columns"),
    "row.nul": text("holds a NUL character"),
    "row.surrogate": text("holds half a character (a lone surrogate)"),
    "row.quote": text("has a quote inside a quoted field; quotes inside must be doubled"),
    "row.encoding": text("is not valid UTF-8, as the rest of the file is"),
    "row.json": text("is no JSON object"),
    "row.json.damaged": text("is no JSON object (%(error)s)", error=Kind.QUOTED),
}  # fmt: skip

_OTHERS = {
    "row.repeated": text("repeats an earlier row of its file exactly"),
    "row.repeated_order": text("stands in %(file)s, too, with its whole order", file=Kind.QUOTED),
    "row.lacking": text("stands in no file that fits %(files)s", files=Kind.QUOTED),
    "row.unasked": text("is on no line of the files that this one is joined to"),
    "row.forgotten": text("belongs to a customer who asked to be forgotten"),
}

TEXTS = _VALUES | _DATES | _ROWS | _OTHERS
