"""Who sees which appointments (R21), and the counts over them."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from realestate.core import clock
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, AppointmentMove
from scheduling.querysets import STATS
from tests.factories.scheduling import AppointmentFactory


@pytest.fixture
def rows(cast):
    """Asha and Ravi with Meera, Ravi with Kiran."""
    return {
        "asha": AppointmentFactory(customer=cast.asha.customer, project=cast.meera_project),
        "ravi": AppointmentFactory(customer=cast.ravi.customer, project=cast.meera_project),
        "kiran": AppointmentFactory(customer=cast.ravi.customer, project=cast.kiran_project),
    }


VIEWS = {
    "asha": {"asha"},
    "ravi": {"ravi", "kiran"},
    "meera": {"asha", "ravi"},
    "kiran": {"kiran"},
    "sana": {"asha", "ravi", "kiran"},
}


@pytest.mark.parametrize(("person", "seen"), VIEWS.items())
def test_R21_appointments_and_their_history(cast, rows, person, seen):
    user = getattr(cast, person)
    expected = {rows[name].pk for name in seen}
    for row in rows.values():
        AppointmentMove.objects.create(
            appointment=row,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            moved_by=cast.sana,
            moved_at=clock.now(),
        )
    assert {row.pk for row in Appointment.objects.for_user(user)} == expected
    moves = AppointmentMove.objects.for_user(user)
    assert {move.appointment_id for move in moves} == expected


def test_R21_nobody_sees_nothing(rows):
    assert not Appointment.objects.for_user(AnonymousUser()).exists()
    assert not AppointmentMove.objects.for_user(AnonymousUser()).exists()


def test_stats_add_up(cast):
    states = [
        *[AppointmentStatus.SCHEDULED] * 3,
        *[AppointmentStatus.CONFIRMED] * 2,
        AppointmentStatus.COMPLETED,
        *[AppointmentStatus.CANCELLED] * 4,
    ]
    for number, state in enumerate(states):
        AppointmentFactory(
            project=cast.meera_project,
            status=state,
            rescheduled_at=clock.now() - timedelta(days=1) if number == 0 else None,
        )
    assert Appointment.objects.for_user(cast.meera).aggregate(**STATS) == {
        "total": 10,
        "confirmed": 2,
        "pending": 3,
        "completed": 1,
        "cancelled": 4,
        "scheduled": 2,
        "rescheduled": 1,
    }
