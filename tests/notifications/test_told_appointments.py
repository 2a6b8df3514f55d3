"""Who reads what of appointments, and that nobody reads of one that was refused."""

from datetime import timedelta

import pytest

from notifications.models import Notification
from realestate.core import clock
from realestate.core.errors import Conflict
from realestate.core.transactions import service
from scheduling import services as scheduling
from scheduling.enums import AppointmentAction
from scheduling.models import Appointment
from tests.factories.scheduling import AppointmentFactory
from tests.notifications.telling import news, told


@pytest.fixture
def at_ten():
    """Ten o'clock in India, in three days."""
    day = clock.local(clock.now()) + timedelta(days=3)
    return day.replace(hour=10, minute=0, second=0, microsecond=0)


@pytest.fixture
def visit(cast, at_ten):
    """Asha books a visit with Meera."""
    return scheduling.book_appointment(
        actor=cast.asha,
        project_id=cast.meera_project.pk,
        appointment_type="site_visit",
        appointment_date=at_ten,
    )


def when(moment):
    return f"{moment:%A}, {moment.day} {moment:%B %Y} at {moment:%I:%M %p}"


def test_the_builder_reads_who_comes_and_when(cast, visit, at_ten):
    assert news() == [
        (
            cast.meera.pk,
            "New appointment",
            f"Site visit for Meera Gardens on {when(at_ten)} was made by Asha Rao.",
        )
    ]
    row = Notification.objects.get()
    assert (row.notification_type, row.action_url) == (
        "appointment_reminder",
        "/builder/appointments",
    )


def test_the_customer_reads_what_the_builder_did(cast, visit, at_ten):
    move = scheduling.move_appointment
    for action in (AppointmentAction.CONFIRM, AppointmentAction.REOPEN, AppointmentAction.CONFIRM):
        move(actor=cast.meera, appointment_id=visit.pk, action=action)
    scheduling.reschedule_appointment(
        actor=cast.meera,
        appointment_id=visit.pk,
        appointment_date=at_ten + timedelta(hours=3),
        reason="Rain",
    )
    scheduling.cancel_appointment(
        actor=cast.meera, appointment_id=visit.pk, reason="The site is closed."
    )
    then, now = f"on {when(at_ten)}", f"on {when(at_ten + timedelta(hours=3))}"
    assert [item[1:] for item in news() if item[0] == cast.asha.pk] == [
        ("Appointment confirmed", f"Site visit for Meera Gardens {then} is confirmed."),
        (
            "Appointment no longer confirmed",
            f"Site visit for Meera Gardens {then} has to be confirmed again.",
        ),
        ("Appointment confirmed", f"Site visit for Meera Gardens {then} is confirmed."),
        (
            "Appointment moved",
            (
                f"Site visit for Meera Gardens {now}: Meera Homes has moved it to this time."
                " Reason: Rain"
            ),
        ),
        (
            "Appointment cancelled",
            (
                f"Site visit for Meera Gardens {now} was cancelled by Meera Homes."
                " Reason: The site is closed."
            ),
        ),
    ]
    assert Notification.objects.filter(user=cast.meera).count() == 1


def test_both_sides_read_what_staff_did(cast, visit):
    Notification.objects.all().delete()
    scheduling.cancel_appointment(actor=cast.sana, appointment_id=visit.pk)
    assert told() == {cast.asha.pk, cast.meera.pk}


@pytest.mark.parametrize(
    ("action", "title"),
    [
        (AppointmentAction.COMPLETE, "Appointment completed"),
        (AppointmentAction.NO_SHOW, "Appointment missed"),
    ],
)
def test_the_customer_reads_how_it_ended(cast, action, title):
    start = clock.now() - timedelta(hours=2)
    row = AppointmentFactory(
        project=cast.meera_project,
        customer=cast.asha.customer,
        starts_at=start,
        ends_at=start + timedelta(hours=1),
    )
    scheduling.move_appointment(actor=cast.meera, appointment_id=row.pk, action=action)
    assert [item[:2] for item in news()] == [(cast.asha.pk, title)]


# --- in the same transaction ----------------------------------------------------------------------------


def test_a_refusal_leaves_no_notification(cast, visit, at_ten):
    before = news()
    with pytest.raises(scheduling.SlotTaken):
        scheduling.book_appointment(
            actor=cast.ravi,
            project_id=cast.meera_project.pk,
            appointment_type="site_visit",
            appointment_date=at_ten,
        )
    assert news() == before


def test_a_refusal_after_the_news_undoes_both(cast, visit):
    before = news()

    @service
    def told_and_refused():
        scheduling.cancel_appointment(actor=cast.asha, appointment_id=visit.pk)
        assert news() != before
        raise Conflict

    with pytest.raises(Conflict):
        told_and_refused()
    assert news() == before
    assert Appointment.objects.get(pk=visit.pk).is_live
