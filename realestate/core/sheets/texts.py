"""Rows of text: CSV in the encodings and with the separators that people have."""

import codecs
import csv
import io
from collections.abc import Iterator

from realestate.core.sheets.bounds import PIECE, Line, SheetNotReadable

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DELIMITERS = ",;\t"


def lines_of_text(content: bytes) -> Iterator[Line]:
    """The rows of a CSV file, one at a time. Raises SheetNotReadable (422)."""
    text = _decoded(content)
    if "\x00" in text:
        raise SheetNotReadable("This is no text; send a CSV or an XLSX file.")
    csv.field_size_limit(PIECE)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        for number, row in enumerate(reader, start=1):
            yield Line(number, tuple(row))
    except csv.Error as error:
        text = (
            f"Line {reader.line_num} is no CSV: a quotation mark is missing or a cell is too long."
        )
        raise SheetNotReadable(text) from error


def _decoded(content: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with it, else what Windows programs write in the west."""
    encoding = next((word for mark, word in MARKS if content.startswith(mark)), "utf-8")
    for tried in (encoding, "cp1252"):
        try:
            return content.decode(tried)
        except UnicodeError:
            continue
    raise SheetNotReadable("The letters of this file are not readable; save it as CSV UTF-8.")


def _delimiter(text: str) -> str:
    """What separates the head: a comma, a semicolon or a tab."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    return max(DELIMITERS, key=head.count)
