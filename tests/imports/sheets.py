"""Files for tests: a head and rows, as CSV or as a workbook."""

import csv
import io

from openpyxl import Workbook

from realestate.core.imports import start_import
from realestate.core.models import ImportRun

UNIT_HEAD = ["Unit number", "Unit type", "Floor", "Carpet area (sq ft)", "Price"]


def csv_of(head, *rows) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    return out.getvalue().encode()


def xlsx_of(head, *rows) -> bytes:
    book = Workbook()
    for row in (head, *rows):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def unit(number, price="7500000", **_more):
    return [number, "2BHK", "1", "1045.5", price]


def send(actor, kind, project, content, name="") -> ImportRun:
    """A dry run."""
    name = name or ("sheet.xlsx" if content.startswith(b"PK") else "sheet.csv")
    scope = project.pk if project is not None else 0
    return start_import(actor=actor, kind=kind, scope_id=scope, name=name, content=content)


def problems(run) -> list[list]:
    return run.report["problems"]
