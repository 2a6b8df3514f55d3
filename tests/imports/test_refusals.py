"""What a service refuses while an import is applied ends it, with the row that it was about."""

from types import SimpleNamespace

import pytest
from django.core.exceptions import ObjectDoesNotExist

from projects.imports import UnitImport
from realestate.core.errors import NotAllowed
from realestate.core.imports import RowRefused, by_services

ROWS = [SimpleNamespace(row=SimpleNamespace(number=number)) for number in (6, 7, 8)]


@pytest.mark.django_db
@pytest.mark.parametrize("refusal", [NotAllowed("Not yours."), ObjectDoesNotExist()])
def test_the_first_refused_row_stops_the_import_and_names_itself(refusal):
    done = []

    def call(item):
        if item.row.number == 7:
            raise refusal
        done.append(item.row.number)

    with pytest.raises(RowRefused) as stopped:
        by_services(call, ROWS, UnitImport(), lambda _count: None)
    assert (stopped.value.code, stopped.value.problem.row, done) == ("import_row_refused", 7, [6])
