"""Rescheduling (R14.5): history, the row is not in its own way, and everything that booking checks."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from realestate.core.errors import InvalidTransition
from realestate.core.models import AuditEntry
from scheduling import services
from scheduling.enums import AppointmentAction, AppointmentStatus, MeetingLocation
from scheduling.models import Appointment, AppointmentMove
from tests.factories.scheduling import AppointmentFactory, HostFactory


def wire(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


@pytest.fixture
def move(cast, visit):
    """Asha moves her visit."""

    def moved(when, **changes):
        wish = {"actor": cast.asha, "appointment_id": visit.pk, "appointment_date": when, **changes}
        return services.reschedule_appointment(**wish)

    return moved


def test_R14_5_the_old_time_is_kept(cast, visit, move, at):
    move(at(15), reason="Train is late")
    visit.refresh_from_db()
    assert (visit.starts_at, visit.ends_at, visit.host_free_at) == (at(15), at(16), at(16, 15))
    assert (visit.status, visit.reschedule_reason) == (AppointmentStatus.SCHEDULED, "Train is late")
    assert visit.rescheduled_at is not None
    history = AppointmentMove.objects.get(appointment=visit)
    assert (history.starts_at, history.ends_at, history.reason, history.moved_by_id) == (
        at(10),
        at(11),
        "Train is late",
        cast.asha.pk,
    )
    entry = AuditEntry.objects.get(object_id=visit.pk, action="rescheduled")
    assert entry.before["starts_at"] == str(at(10).astimezone(UTC))
    assert entry.after["starts_at"] == str(at(15).astimezone(UTC))


def test_R14_5_every_move_is_kept_in_order(visit, move, at):
    for hour in (12, 14, 16):
        move(at(hour))
    history = AppointmentMove.objects.filter(appointment=visit).order_by("pk")
    assert [row.starts_at for row in history] == [at(10), at(12), at(14)]


def test_R14_5_both_sides_read_the_history(cast, as_, visit, move, at):
    path = f"/api/appointments/{visit.pk}/history"
    assert as_(cast.asha).get(path).json() == []
    move(at(12), reason="Train is late")
    move(at(14), actor=cast.meera)
    rows = as_(cast.asha).get(path).json()
    assert rows == as_(cast.meera).get(path).json()
    found = list(AppointmentMove.objects.order_by("pk"))
    facts = ((10, "Train is late", cast.asha, "customer"), (12, "", cast.meera, "builder"))
    assert rows == [
        {
            "id": row.pk,
            "starts_at": wire(at(hour)),
            "ends_at": wire(at(hour + 1)),
            "reason": reason,
            "moved_by": who.pk,
            "moved_by_type": side,
            "moved_at": wire(row.moved_at),
        }
        for row, (hour, reason, who, side) in zip(found, facts, strict=True)
    ]
    for stranger in (cast.ravi, cast.kiran):
        assert as_(stranger).get(path).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_history_costs_two_queries(
    cast, as_, visit, move, at, django_assert_num_queries, count
):
    for hour in range(12, 12 + count):
        move(at(hour))
    with django_assert_num_queries(2):  # the appointment, rows
        assert len(as_(cast.asha).get(f"/api/appointments/{visit.pk}/history").json()) == count


def test_R14_5_it_is_not_in_its_own_way(visit, move, at):
    move(at(10, 30))
    visit.refresh_from_db()
    assert visit.starts_at == at(10, 30)


def test_R14_5_others_are_in_its_way(cast, visit, move, at):
    AppointmentFactory(
        project=cast.meera_project, starts_at=at(15), ends_at=at(16), host_free_at=at(16, 15)
    )
    with pytest.raises(services.SlotTaken):
        move(at(14, 30))
    visit.refresh_from_db()
    assert (visit.starts_at, visit.reschedule_reason) == (at(10), "")
    assert AppointmentMove.objects.count() == 0


def test_R14_2_the_site_may_be_full_at_the_other_time(cast, visit, move, at):
    times = {"starts_at": at(15), "ends_at": at(16), "host_free_at": at(16)}
    for _ in range(3):
        AppointmentFactory(project=cast.meera_project, host=HostFactory(), **times)
    with pytest.raises(services.SlotTaken, match="site is fully booked"):
        move(at(15))
    move(at(15), meeting_location=MeetingLocation.OFFICE, location="2nd floor")
    visit.refresh_from_db()
    assert (visit.meeting_location, visit.location) == (MeetingLocation.OFFICE, "2nd floor")


def test_a_confirmed_one_has_to_be_confirmed_again(cast, visit, move, at):
    services.move_appointment(
        actor=cast.meera, appointment_id=visit.pk, action=AppointmentAction.CONFIRM
    )
    move(at(15))
    visit.refresh_from_db()
    assert visit.status == AppointmentStatus.SCHEDULED


def test_R14_5_no_reason_is_needed_and_length_and_place_stay(cast, visit, move, at):
    services.reschedule_appointment(
        actor=cast.meera, appointment_id=visit.pk, appointment_date=at(12), duration_minutes=30
    )
    move(at(15))
    visit.refresh_from_db()
    assert (visit.duration_minutes, visit.ends_at) == (30, at(15, 30))
    assert (visit.reschedule_reason, visit.meeting_location) == ("", MeetingLocation.SITE)


@pytest.mark.parametrize("written", ["aware", "wall clock"])
def test_the_time_that_it_has_changes_nothing(cast, visit, move, at, written):
    services.move_appointment(
        actor=cast.meera, appointment_id=visit.pk, action=AppointmentAction.CONFIRM
    )
    move(at(10) if written == "aware" else at(10).replace(tzinfo=None))
    visit.refresh_from_db()
    assert (visit.status, visit.rescheduled_at) == (AppointmentStatus.CONFIRMED, None)
    assert AppointmentMove.objects.count() == 0


def test_R14_4_the_limits_hold_for_the_new_time(visit, move, at):
    with pytest.raises(services.InThePast):
        move(at(10, days=-3))
    with pytest.raises(services.TooFarAhead):
        move(at(10, days=90))
    with pytest.raises(services.DurationOutOfRange):
        move(at(15), duration_minutes=600)
    soon = at(15)
    with time_machine.travel(at(14), tick=False), pytest.raises(services.TooSoon):
        move(soon)
    visit.refresh_from_db()
    assert visit.starts_at == at(10)


@pytest.mark.parametrize("status", [AppointmentStatus.COMPLETED, AppointmentStatus.CANCELLED])
def test_R14_5_what_is_over_stays_as_it_is(visit, move, at, status):
    Appointment.objects.filter(pk=visit.pk).update(status=status)
    with pytest.raises(InvalidTransition):
        move(at(15))
    with pytest.raises(InvalidTransition):
        move(at(10))
    assert AppointmentMove.objects.count() == 0


@pytest.mark.parametrize("person", ["ravi", "kiran"])
def test_R21_for_strangers_it_does_not_exist(cast, visit, move, at, person):
    with pytest.raises(Appointment.DoesNotExist):
        move(at(15), actor=getattr(cast, person))
    visit.refresh_from_db()
    assert visit.starts_at == at(10)


def test_R14_7_a_slot_across_a_clock_change_keeps_its_real_length(cast, at):
    with time_machine.travel(datetime(2026, 10, 20, tzinfo=UTC), tick=False):
        row = AppointmentFactory(
            project=cast.meera_project, project__time_zone="Europe/Berlin", duration_minutes=120
        )
        type(cast.meera_project).objects.filter(pk=cast.meera_project.pk).update(
            time_zone="Europe/Berlin"
        )
        moved = services.reschedule_appointment(
            actor=cast.meera,
            appointment_id=row.pk,
            appointment_date=datetime(2026, 10, 25, 1, 30),  # noqa: DTZ001  # a wall clock
        )
    assert moved.ends_at - moved.starts_at == timedelta(hours=2)
    assert moved.starts_at == datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
