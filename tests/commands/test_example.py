"""The example of the documentation, run as it stands."""

import runpy
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from payments.models import LedgerEntry
from realestate.integrity import run_checks

SCRIPT = Path(settings.BASE_DIR) / "docs" / "examples" / "one_purchase.py"


@pytest.mark.django_db
def test_one_purchase_through_the_api_alone_and_every_figure_recomputed(capsys):
    story = runpy.run_path(str(SCRIPT))

    assert story["run"](date(2026, 11, 23)) == 40

    said = capsys.readouterr().out
    assert "Reversal of RC-" in said
    assert "40 figures recomputed by hand, all agree." in said
    assert LedgerEntry.objects.count() == 18
    assert [(f.check.name, f.rows) for f in run_checks() if f.rows] == []
