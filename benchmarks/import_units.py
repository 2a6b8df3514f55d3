"""How long the import of many units takes: ``python benchmarks/import_units.py [ROWS]`` in a throw-away database.

Prints seconds for reading, for the dry run and for applying, of CSV and of XLSX: new rows, then the same rows with
other prices. Nothing stays.
"""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "realestate.settings.test")

import django

django.setup()

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.test.utils import setup_databases, teardown_databases

from projects.models import Unit
from realestate.core.imports import apply_import, check_import, perform_import, start_import
from realestate.core.imports.kinds import kind_of
from realestate.core.models import ImportRun
from realestate.core.sheets import Cell, csv_bytes, read_sheet, xlsx_bytes
from tests.factories.accounts import BuilderFactory
from tests.factories.projects import ProjectFactory, TowerFactory

FLOORS, PER_FLOOR = 50, 10


def sheet(rows: int, form: str, prefix: str, price: int) -> bytes:
    """So many units in towers of fifty floors."""
    kind = kind_of("units")
    head = [column.label for column in kind.columns]
    lines: list[list[Cell]] = [
        [
            f"{prefix}{n:05d}",
            "East",
            "2BHK",
            n // PER_FLOOR % FLOORS + 1,
            Decimal("1045.50"),
            Decimal(price + n),
            2,
            1,
            1,
            "east",
            "corner; garden view",
            "yes",
        ]
        for n in range(rows)
    ]
    return csv_bytes(head, lines) if form == "csv" else xlsx_bytes("Units", head, lines)


def timed(what: str, call: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[Any, float]:
    """Print how long it takes."""
    began, worked = time.perf_counter(), time.process_time()
    result = call(*args, **kwargs)
    seconds, cpu = time.perf_counter() - began, time.process_time() - worked
    print(f"  {what:<28}{seconds:8.2f} s  (own CPU {cpu:.2f} s)", flush=True)
    return result, seconds


def measure(rows: int, form: str, actor: Any, project: Any) -> None:
    """New rows, then changed ones."""
    for label, price in (("new", 7_000_000), ("changed", 8_000_000)):
        content = sheet(rows, form, form, price)
        print(f"{form}, {rows:,} {label} units, {len(content) / 1e6:.1f} MB")
        name = f"units.{form}"
        timed("read alone", read_sheet, name, content)
        run, sent = timed(
            "send",
            start_import,
            actor=actor,
            kind="units",
            scope_id=project.pk,
            name=name,
            content=content,
        )
        _, checked = timed("dry run", check_import, run_id=run.pk)
        run, begun = timed("begin", apply_import, actor=actor, run_id=run.pk)
        _, written = timed("apply", perform_import, run_id=run.pk, attempt=run.attempt)
        run = ImportRun.objects.get(pk=run.pk)
        print(f"  in all {sent + checked + begun + written:.2f} s: {run.state}, {run.counts}")


def main() -> None:
    """Both forms."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    settings.MEDIA_ROOT = tempfile.mkdtemp()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        builder = BuilderFactory()
        project = ProjectFactory(builder=builder)
        TowerFactory(project=project, name="East")
        for form in ("csv", "xlsx"):
            measure(rows, form, builder.user, project)
        print(f"units stored: {Unit.objects.count():,}")
    finally:
        teardown_databases(databases, verbosity=0)
        shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)


if __name__ == "__main__":
    main()
