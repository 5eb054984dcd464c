"""Why an export is set aside whole, and what to do about it: the text of a code's ``.hint`` follows its own.

What is quoted from the export stands in brackets at the end, or where the text of the code's ``.quoting`` has it.
"""

from insiders_assets.language.slots import Kind, Text, text

_FORMS = {
    "export.with_hint": text("%(what)s; %(hint)s", what=Kind.TEXT, hint=Kind.TEXT),
    "export.quoting": text("%(what)s (%(quoted)s)", what=Kind.TEXT, quoted=Kind.QUOTED),
    "export.of_file": text("%(file)s %(what)s", file=Kind.QUOTED, what=Kind.TEXT),
    "export.columns.more": text("%(names)s and %(more)s more", names=Kind.QUOTED, more=Kind.PLAIN),
    "export.it_has": text("it has %(names)s", names=Kind.QUOTED),
    "export.it_has.nothing": text("it has none"),
}

_KINDS = {
    "export.kind.pdf": text("a PDF document"),
    "export.kind.picture": text("a picture"),
    "export.kind.program": text("a program"),
    "export.kind.database": text("a database"),
    "export.kind.rar": text("a RAR archive"),
    "export.kind.7z": text("a 7-Zip archive"),
    "export.kind.web_page": text("a web page"),
    "export.kind.xml": text("XML"),
    "export.kind.text": text("a text document"),
}

_FILES = {
    "export.empty": text("is empty"),
    "export.empty.hint": text("export it again or take it away"),
    "export.no_text": text("is no export of transactions but no text at all"),
    "export.no_text.hint": text("take it away"),
    "export.zeros": text("holds zero bytes in the place of text"),
    "export.zeros.hint": text("its copy was cut short: copy it here again, or take it away"),
    "export.other": text("is no export of transactions but %(kind)s", kind=Kind.TEXT),
    "export.other.hint": text("take it away"),
    "export.too_long": text("has more than %(rows)s rows", rows=Kind.NUMBER),
    "export.too_long.hint": text("export it in several files, or raise INSIDERS_MAX_FILE_ROWS"),
    "export.endless": text("line %(line)s is longer than %(size)s MB", line=Kind.PLAIN, size=Kind.PLAIN),
    "export.endless.hint": text("take it out and put the file back"),
    "export.unclosed": text("the quote that opens on line %(line)s is never closed", line=Kind.PLAIN),
    "export.unclosed.hint": text("close it and put the file back"),
    "export.ends_process": text("ended the program that read it, time and again"),
    "export.ends_process.hint": text("save it again in another format, and drop that"),
    "export.unopened": text("cannot be opened"),
    "export.unopened.hint": text("make it readable"),
    "export.unforeseen": text("cannot be read for a reason nobody foresaw"),
    "export.unforeseen.hint": text("please report it, with the file if you may"),
}

_PACKED = {
    "export.compressed": text("its compressed data is damaged or cut off"),
    "export.compressed.hint": text("copy it here again"),
    "export.packing": text("is packed in a way that cannot be read"),
    "export.packing.hint": text("pack it as .gz"),
    "export.bomb": text("unpacks to more than %(times)s times its size", times=Kind.PLAIN),
    "export.bomb.hint": text("unpack it yourself if it is an export"),
    "export.hollow": text("is an archive with nothing in it"),
    "export.hollow.hint": text("pack it again or take it away"),
    "export.wide": text("has more than %(columns)s columns", columns=Kind.NUMBER),
    "export.wide.hint": text("export the columns of a transaction only"),
    "export.crowded": text("is an archive of more than %(files)s files", files=Kind.NUMBER),
    "export.crowded.hint": text("pack fewer of them together"),
    "export.locked": text("is locked with a password"),
    "export.locked.hint": text("pack it without one"),
}

_TABLES = {
    "export.workbook": text("is a damaged workbook"),
    "export.workbook.hint": text("save it again or export it as CSV"),
    "export.workbook.empty": text("is a workbook without a sheet"),
    "export.workbook.empty.hint": text("take it away"),
    "export.workbook.slow": text(
        "is a workbook that takes more than %(minutes)s minutes to read", minutes=Kind.PLAIN
    ),
    "export.workbook.slow.hint": text("export it as CSV"),
    "export.workbook.large": text(
        "is a workbook that cannot be read within %(memory)s MB of memory", memory=Kind.NUMBER
    ),
    "export.workbook.large.hint": text(
        "save it again without cells far away from the others, or export it as CSV"
    ),
    "export.workbook.text": text(
        "is a workbook with a text of more than %(size)s characters", size=Kind.NUMBER
    ),
    "export.workbook.text.hint": text("shorten it, or export the workbook as CSV"),
    "export.sheet": text("has no sheet %(sheet)s", sheet=Kind.QUOTED),
    "export.sheet.hint": text("correct the mapping"),
    "export.sheet.damaged": text("has a sheet %(sheet)s that cannot be read", sheet=Kind.QUOTED),
    "export.sheet.damaged.hint": text("save it again or export it as CSV"),
    "export.parquet": text("is damaged parquet"),
    "export.parquet.hint": text("write it again"),
}

_JSON = {
    "export.json": text("its JSON breaks off or is damaged"),
    "export.json.hint": text("export it again"),
    "export.json.endless": text("its JSON array has no end"),
    "export.json.endless.hint": text("export it again"),
    "export.json.orders": text("its JSON has no array of objects that could only be the orders"),
    "export.json.orders.hint": text("name one as rows in the mapping"),
    "export.json.rows": text("its JSON has no array of objects %(path)s", path=Kind.QUOTED),
    "export.json.rows.hint": text("name one as rows in the mapping"),
    "export.json.no_lines": text("its JSON has no array of lines %(path)s", path=Kind.QUOTED),
    "export.json.no_lines.hint": text("correct the mapping"),
    "export.json.lines": text("its JSON has several arrays that may hold the lines of an order"),
    "export.json.lines.hint": text("name one as lines in the mapping"),
}

_COLUMNS = {
    "export.unnamed": text(
        "is no export of transactions: its first line names none of the columns looked for"
    ),
    "export.unnamed.hint": text("take it away, or map its columns in mapping.yaml"),
    "export.missing": text("column %(names)s is missing", names=Kind.QUOTED),
    "export.missing.hint": text("export it with that column, or map its columns in mapping.yaml"),
    "export.rivals": text("has %(columns)s columns for %(name)s", columns=Kind.PLAIN, name=Kind.NAME),
    "export.rivals.hint": text("leave one of them out, or map its columns"),
    "export.same_name": text("has %(columns)s columns called %(name)s", columns=Kind.PLAIN, name=Kind.QUOTED),
    "export.same_name.hint": text("leave all but one of them out"),
    "export.mapped": text("has no column %(name)s, which its mapping names", name=Kind.QUOTED),
    "export.mapped.hint": text("correct the mapping"),
    "export.waits": text("waits for a file that fits %(files)s, which its mapping joins", files=Kind.QUOTED),
    "export.waits.hint": text("drop it beside this one, or correct the mapping"),
}

_VALUES: dict[str, Text] = {
    "export.faulty": text(
        "%(faulty)s of its %(rows)s rows cannot be read, which is more than %(share)s",
        faulty=Kind.PLAIN, rows=Kind.PLAIN, share=Kind.TIGHT,
    ),
    "export.faulty.hint": text("correct them, or raise INSIDERS_MAX_REJECTED"),
    "export.faulty.column": text(
        "most often, %(column)s %(reason)s", column=Kind.NAME, reason=Kind.TEXT
    ),
    "export.faulty.value": text(
        "most often, %(column)s %(value)s %(reason)s",
        column=Kind.NAME, value=Kind.QUOTED, reason=Kind.TEXT,
    ),
    "export.currencies": text("its amounts are in several currencies and cannot be added up"),
    "export.currencies.quoting": text(
        "its amounts are in several currencies (%(quoted)s) and cannot be added up", quoted=Kind.QUOTED
    ),
    "export.currencies.hint": text(
        "export each currency apart, or with a column that names it (currency in the mapping gives rates)"
    ),
    "export.decimal": text("its numbers make sense with a decimal point and with a decimal comma"),
    "export.decimal.hint": text("say which by INSIDERS_DECIMAL=point or =comma"),
    "export.decimal.example": text(
        "its numbers make sense with a decimal point and with a decimal comma, such as %(example)s",
        example=Kind.QUOTED,
    ),
    "export.decimal.example.hint": text("say which by INSIDERS_DECIMAL=point or =comma"),
    "export.date_order": text(
        "its dates make sense day first and month first, such as %(example)s", example=Kind.QUOTED
    ),
    "export.date_order.hint": text("say which by INSIDERS_DATE_ORDER=day_first or =month_first"),
    "export.swapped_dates": text(
        "its dates were half swapped by a spreadsheet: no date such as %(early)s has a day after the %(last)sth, and "
        "those that have one stand as text, such as %(example)s",
        early=Kind.QUOTED, last=Kind.PLAIN, example=Kind.QUOTED,
    ),
    "export.swapped_dates.hint": text(
        "export it again without opening it in a spreadsheet, or say swapped_dates: undo (or keep) in its mapping"
    ),
}  # fmt: skip

TEXTS = _FORMS | _KINDS | _FILES | _PACKED | _TABLES | _JSON | _COLUMNS | _VALUES
