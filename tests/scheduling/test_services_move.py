"""Moving an appointment along its states (R14.6)."""

from datetime import timedelta

import pytest

from realestate.core import clock
from realestate.core.errors import InvalidTransition, NotAllowed
from realestate.core.models import AuditEntry
from scheduling import services
from scheduling.enums import AppointmentAction, AppointmentStatus, Outcome
from scheduling.models import Appointment
from scheduling.rules import TRANSITIONS
from tests.factories.scheduling import AppointmentFactory

A, S = AppointmentAction, AppointmentStatus
ACTIONS = [action for action in A if action != A.RESCHEDULE]


@pytest.fixture
def begun(cast):
    """An appointment of Asha with Meera that has begun an hour ago."""

    def row(status=S.SCHEDULED):
        start = clock.now() - timedelta(hours=1)
        return AppointmentFactory(
            project=cast.meera_project,
            customer=cast.asha.customer,
            status=status,
            starts_at=start,
            ends_at=start + timedelta(hours=1),
            host_free_at=start + timedelta(hours=1),
        )

    return row


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("action", ACTIONS)
def test_R14_6_the_builder_makes_every_move_of_the_table_and_no_other(cast, begun, state, action):
    row = begun(state)
    expected = TRANSITIONS.get(state, {}).get(action)
    if expected is None:
        with pytest.raises(InvalidTransition) as refusal:
            services.move_appointment(actor=cast.meera, appointment_id=row.pk, action=action)
        assert refusal.value.extra["state"] == state
        row.refresh_from_db()
        assert row.status == state
        return
    services.move_appointment(actor=cast.meera, appointment_id=row.pk, action=action, reason="so")
    row.refresh_from_db()
    assert row.status == expected
    entry = AuditEntry.objects.get(object_type="scheduling.appointment", object_id=row.pk)
    assert (entry.action, entry.before, entry.after, entry.reason, entry.actor_id) == (
        action,
        {"status": state},
        {"status": expected},
        "so",
        cast.meera.pk,
    )


@pytest.mark.parametrize("action", [A.COMPLETE, A.NO_SHOW])
def test_R14_6_completed_and_missed_only_after_the_start(cast, visit, action):
    with pytest.raises(services.AppointmentNotStarted):
        services.move_appointment(actor=cast.meera, appointment_id=visit.pk, action=action)
    visit.refresh_from_db()
    assert (visit.status, visit.outcome) == (S.SCHEDULED, "")


@pytest.mark.parametrize("action", [A.COMPLETE, A.NO_SHOW])
def test_R14_6_of_what_is_over_the_state_is_said_not_the_time(cast, visit, action):
    services.cancel_appointment(actor=cast.asha, appointment_id=visit.pk)
    with pytest.raises(InvalidTransition):
        services.move_appointment(actor=cast.meera, appointment_id=visit.pk, action=action)


def test_R14_6_a_no_show_is_cancelled_with_its_outcome(cast, begun):
    row = begun(S.CONFIRMED)
    services.move_appointment(actor=cast.meera, appointment_id=row.pk, action=A.NO_SHOW)
    row.refresh_from_db()
    assert (row.status, row.outcome) == (S.CANCELLED, Outcome.NO_SHOW)


@pytest.mark.parametrize("action", [A.CONFIRM, A.REOPEN, A.COMPLETE, A.NO_SHOW])
def test_customers_may_only_cancel(cast, begun, action):
    row = begun(S.CONFIRMED if action == A.REOPEN else S.SCHEDULED)
    with pytest.raises(NotAllowed):
        services.move_appointment(actor=cast.asha, appointment_id=row.pk, action=action)
    assert Appointment.objects.get(pk=row.pk).status == row.status


@pytest.mark.parametrize("person", ["asha", "meera", "sana"])
def test_both_sides_and_staff_cancel(cast, visit, person):
    services.cancel_appointment(
        actor=getattr(cast, person), appointment_id=visit.pk, reason="Something came up"
    )
    visit.refresh_from_db()
    assert visit.status == S.CANCELLED


@pytest.mark.parametrize("person", ["ravi", "kiran"])
@pytest.mark.parametrize("action", ACTIONS)
def test_R21_for_strangers_it_does_not_exist(cast, visit, person, action):
    with pytest.raises(Appointment.DoesNotExist):
        services.move_appointment(
            actor=getattr(cast, person), appointment_id=visit.pk, action=action
        )
    visit.refresh_from_db()
    assert visit.status == S.SCHEDULED
