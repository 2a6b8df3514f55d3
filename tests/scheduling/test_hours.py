"""R14.4 and R14.6: working hours, holidays, free starts, and reminders that are said once."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.test import Client
from django.urls import reverse

from notifications.models import Notification
from projects.models import Project
from realestate.core import clock
from realestate.core.errors import InvalidValue
from realestate.core.models import SystemSetting
from scheduling import services
from scheduling.jobs import send_appointment_reminders
from scheduling.models import Appointment, AppointmentReminder, Holiday, WorkingHours
from scheduling.rules import is_open, reminder_due, slot_from
from tests.factories.scheduling import AppointmentFactory

pytestmark = pytest.mark.django_db
INDIA = ZoneInfo("Asia/Kolkata")
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)  # Monday, 17:30 in India
FRIDAY = date(2026, 1, 9)
WEEKDAYS = [(day, time(10), time(13)) for day in range(5)] + [(4, time(14), time(17))]


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


@pytest.fixture
def hours(cast):
    services.set_hours(actor=cast.meera, project_id=cast.meera_project.pk, hours=WEEKDAYS)


def at(hour: float, day: date = FRIDAY) -> datetime:
    minutes = int(hour * 60)
    return datetime.combine(day, time(minutes // 60, minutes % 60), INDIA)


def book(cast, when, **facts):
    row = services.book_appointment(
        actor=cast.asha,
        project_id=cast.meera_project.pk,
        appointment_type="consultation",
        appointment_date=when,
        **{"meeting_location": "office", **facts},
    )
    # The database's clock runs on.
    Appointment.objects.filter(pk=row.pk).update(created_at=clock.now())
    return row


@pytest.mark.parametrize(
    ("hour", "minutes", "is_fine"),
    [
        (10, 60, True),
        (12, 60, True),
        (9.5, 60, False),
        (12.5, 60, False),
        (13, 60, False),
        (12.5, 120, False),
        (14, 180, True),
    ],
)
def test_R14_4_an_appointment_lies_within_one_opening(cast, hours, hour, minutes, is_fine):
    if is_fine:
        assert book(cast, at(hour), duration_minutes=minutes).pk
        return
    with pytest.raises(services.OutsideHours):
        book(cast, at(hour), duration_minutes=minutes)


def test_R14_4_a_day_without_an_opening_is_closed(cast, hours):
    with pytest.raises(services.OutsideHours):
        book(cast, at(11, date(2026, 1, 10)))


def test_R14_4_moving_obeys_the_hours_too(cast, hours):
    row = book(cast, at(10))
    with pytest.raises(services.OutsideHours):
        services.reschedule_appointment(
            actor=cast.asha, appointment_id=row.pk, appointment_date=at(18), reason="Late"
        )
    row.refresh_from_db()
    assert row.starts_at == at(10)


def test_R14_4_a_holiday_is_said_by_its_name(cast):
    services.set_holidays(
        actor=cast.meera, project_id=cast.meera_project.pk, holidays=[(FRIDAY, "Pongal")]
    )
    with pytest.raises(services.OnHoliday, match="Pongal"):
        book(cast, at(11))
    assert book(cast, at(11, date(2026, 1, 8))).pk


def test_R14_4_the_settings_hold_where_a_project_says_nothing(cast):
    assert book(cast, at(3)).pk
    for key, value in (("scheduling.opens", 9), ("scheduling.closes", 18)):
        SystemSetting.objects.create(key=key, scope="system", value=value)
    with pytest.raises(services.OutsideHours):
        book(cast, at(8.5))
    assert book(cast, at(17)).pk


def test_hours_across_a_clock_change_are_those_of_the_wall_clock():
    week = {6: [(time(9), time(17))]}
    for day, utc_hour in ((date(2026, 10, 18), 8), (date(2026, 10, 25), 9)):
        start = datetime(day.year, day.month, day.day, utc_hour, tzinfo=UTC)
        slot = slot_from(start, minutes=60, buffer_minutes=0)
        assert is_open(slot, "Europe/London", week)
        early = slot_from(start - timedelta(minutes=1), minutes=60, buffer_minutes=0)
        assert not is_open(early, "Europe/London", week)


@pytest.mark.parametrize(
    ("zone", "day", "hours_long"),
    [
        ("Asia/Kolkata", date(2026, 1, 9), 24),
        ("Europe/Berlin", date(2026, 3, 29), 23),  # 2:00 becomes 3:00
        ("Europe/Berlin", date(2026, 10, 25), 25),  # 3:00 becomes 2:00
        ("Africa/Cairo", date(2026, 4, 23), 24),  # the day ends where 0:00 becomes 1:00
        ("America/Santiago", date(2026, 4, 4), 25),  # 24:00 becomes 23:00 once
        ("America/Havana", date(2026, 10, 31), 24),  # 0:00 comes twice after it
    ],
)
def test_R14_4_an_opening_until_midnight_has_slots_up_to_it(cast, noon, as_, zone, day, hours_long):
    project = cast.meera_project
    Project.objects.filter(pk=project.pk).update(time_zone=zone)
    opening = {"weekday": day.weekday(), "opens": "22:00", "closes": "24:00"}
    path = f"/api/projects/{project.pk}"
    assert as_(cast.meera).post(f"{path}/working-hours", {"hours": [opening]}).json() == [opening]
    first, end = (
        datetime.combine(date_, time.min, ZoneInfo(zone)).astimezone(UTC)
        for date_ in (day, day + timedelta(days=1))
    )
    assert end - first == timedelta(hours=hours_long)
    noon.move_to(first - timedelta(days=2), tick=False)
    found = as_(cast.asha).get(f"{path}/slots?date={day}&duration=60").json()
    begun = [datetime.fromisoformat(row["starts_at"]) for row in found]
    real = 3 if zone == "America/Santiago" else 2  # hours from 22:00 to midnight
    assert begun == [end - timedelta(minutes=30 * step) for step in range(2 * real, 1, -1)]
    row = book(cast, begun[-1], duration_minutes=60)
    assert row.ends_at == end
    Appointment.objects.all().delete()
    with pytest.raises(services.OutsideHours):  # past midnight
        book(cast, end - timedelta(minutes=30), duration_minutes=60)


@pytest.mark.parametrize("closes", ["24:00", "24:00:00"])
def test_R14_4_the_end_of_the_day_is_24_00_on_the_way_in_and_out(as_, cast, closes):
    path = f"/api/projects/{cast.meera_project.pk}/working-hours"
    opening = {"weekday": 0, "opens": "09:00", "closes": closes}
    shown = [{"weekday": 0, "opens": "09:00", "closes": "24:00"}]
    assert as_(cast.meera).post(path, {"hours": [opening]}).json() == shown
    assert as_(None).get(path).json() == shown
    assert str(WorkingHours.objects.get()) == "0: 09:00-24:00"


@pytest.mark.parametrize(
    "opening",
    [
        {"opens": "24:00", "closes": "24:00"},
        {"opens": "09:00", "closes": "24:01"},
        {"opens": "09:00", "closes": "25:00"},
        {"opens": "09:00", "closes": "00:00"},  # before it opens
        {"opens": "09:00", "closes": 24},
        {"opens": "09:00", "closes": ["24:00"]},
        {"opens": "09:00", "closes": {}},
    ],
)
def test_other_hours_past_the_end_of_the_day_are_none(as_, cast, opening):
    path = f"/api/projects/{cast.meera_project.pk}/working-hours"
    reply = as_(cast.meera).post(path, {"hours": [opening | {"weekday": 0}]})
    assert reply.status_code == 400, reply.content
    assert not WorkingHours.objects.exists()


def test_the_back_office_shows_24_00(cast):
    hours = [(0, time(9), time.max), (1, time(9), time(18))]
    services.set_hours(actor=cast.meera, project_id=cast.meera_project.pk, hours=hours)
    office = Client()
    office.force_login(cast.sana)
    page = office.get(reverse("admin:scheduling_workinghours_changelist")).content.decode()
    assert [page.count(f">{text}<") for text in ("24:00", "18:00")] == [1, 1]
    row = WorkingHours.objects.earliest("weekday")
    page = office.get(reverse("admin:scheduling_workinghours_change", args=[row.pk]))
    assert "24:00" in page.content.decode()


@pytest.mark.parametrize(
    "wrong", [[(0, time(12), time(9))], [(0, time(9), time(12)), (0, time(11), time(13))]]
)
def test_openings_do_not_overlap(cast, hours, wrong):
    with pytest.raises(InvalidValue):
        services.set_hours(actor=cast.meera, project_id=cast.meera_project.pk, hours=wrong)
    assert WorkingHours.objects.count() == len(WEEKDAYS)


def test_only_the_builder_sets_them(cast):
    for stranger in (cast.kiran, cast.asha):
        with pytest.raises(ObjectDoesNotExist):
            services.set_hours(actor=stranger, project_id=cast.meera_project.pk, hours=[])
        with pytest.raises(ObjectDoesNotExist):
            services.set_holidays(actor=stranger, project_id=cast.meera_project.pk, holidays=[])


# --- free starts ------------------------------------------------------------------------------------------------------


def starts(cast, day=FRIDAY, minutes=60) -> list[str]:
    project = Project.objects.get(pk=cast.meera_project.pk)
    found = services.free_slots(project, day, minutes)
    assert {slot.host_name for slot in found} <= {"Meera Homes"}
    return [f"{slot.starts_at.astimezone(INDIA):%H:%M}" for slot in found]


def test_free_starts_leave_out_what_is_taken_and_its_buffer(cast, hours):
    morning = ["10:00", "10:30", "11:00", "11:30", "12:00"]
    afternoon = ["14:00", "14:30", "15:00", "15:30", "16:00"]
    assert starts(cast) == morning + afternoon
    book(cast, at(11))
    assert starts(cast) == afternoon
    assert starts(cast, minutes=30)[:2] == ["10:00", "12:30"]
    assert starts(cast, date(2026, 1, 10)) == []


def test_every_free_start_can_be_booked_and_no_other(cast, hours):
    book(cast, at(11))
    free = set(starts(cast, minutes=30))
    for step in range(48):
        when = at(step / 2)
        try:
            row = book(cast, when, duration_minutes=30)
        except (services.OutsideHours, services.SlotTaken):
            assert f"{when:%H:%M}" not in free
        else:
            assert f"{when:%H:%M}" in free
            services.cancel_appointment(actor=cast.asha, appointment_id=row.pk)


def test_free_starts_know_notice_horizon_and_holidays(cast, hours, noon):
    noon.move_to(datetime(2026, 1, 9, 5, 10, tzinfo=UTC), tick=False)  # 10:40 there
    assert starts(cast)[0] == "14:00"
    assert starts(cast, date(2026, 1, 8)) == []
    assert starts(cast, date(2026, 6, 5)) == []
    Holiday.objects.create(project=cast.meera_project, day=date(2026, 1, 12), name="Pongal")
    assert starts(cast, date(2026, 1, 12)) == []


@pytest.mark.parametrize("day", ["0001-01-01", "2026-01-04", "2026-03-08", "9999-12-31"])
def test_R14_4_days_that_are_over_or_beyond_the_horizon_have_no_free_start(as_, cast, day):
    path = f"/api/projects/{cast.meera_project.pk}/slots?date={day}"
    reply = as_(cast.asha).get(path)
    assert (reply.status_code, reply.json()) == (200, [])
    reply = as_(cast.asha).get(f"{path}&duration=1000")
    assert (reply.status_code, reply.json()["code"]) == (422, "duration_out_of_range")


def test_R14_4_a_night_does_not_reach_into_a_holiday(cast):
    holiday = FRIDAY + timedelta(days=1)
    Holiday.objects.create(project=cast.meera_project, day=holiday, name="Pongal")
    assert starts(cast)[-2:] == ["22:30", "23:00"]
    with pytest.raises(services.OnHoliday, match="Pongal"):
        book(cast, at(23.5))
    assert book(cast, at(23)).ends_at == at(0, holiday)


def test_a_full_site_has_no_free_start(cast, hours):
    SystemSetting.objects.create(key="scheduling.site_capacity", scope="system", value=1)
    AppointmentFactory(
        project=cast.meera_project,
        meeting_location="site",
        starts_at=at(10),
        ends_at=at(17),
        host_free_at=at(17),
    )
    assert starts(cast) == []


def test_free_starts_over_http(as_, cast, hours, django_assert_num_queries):
    path = f"/api/projects/{cast.meera_project.pk}/slots"
    assert as_(None).get(path).status_code == 401
    for bad in ("date=soon", "duration=0", "duration=x", "duration=1000", "host_id=9"):
        assert as_(cast.asha).get(f"{path}?{bad}").status_code in {400, 422}
    rows = as_(cast.asha).get(f"{path}?date=2026-01-09&duration=180").json()
    assert rows == [
        {
            "starts_at": "2026-01-09T04:30:00Z",
            "ends_at": "2026-01-09T07:30:00Z",
            "host_id": None,
            "host_name": "Meera Homes",
        },
        {
            "starts_at": "2026-01-09T08:30:00Z",
            "ends_at": "2026-01-09T11:30:00Z",
            "host_id": None,
            "host_name": "Meera Homes",
        },
    ]
    assert as_(cast.asha).get(path).json() == []  # today, after hours


def test_hours_and_holidays_over_http(as_, cast):
    base = f"/api/projects/{cast.meera_project.pk}"
    opening = {"weekday": 0, "opens": "09:00", "closes": "18:00"}
    for bad in ({}, {"hours": [opening | {"weekday": 7}]}, {"hours": [opening | {"opens": "x"}]}):
        assert as_(cast.meera).post(f"{base}/working-hours", bad).status_code == 400
    assert as_(cast.meera).post(f"{base}/working-hours", {"hours": [opening]}).json() == [opening]
    assert as_(None).get(f"{base}/working-hours").json() == [opening]
    day = {"day": "2026-08-15", "name": "Independence Day"}
    twice = as_(cast.meera).post(f"{base}/holidays", {"holidays": [day, day]})
    assert twice.status_code == 400
    assert as_(cast.meera).post(f"{base}/holidays", {"holidays": [day]}).json() == [day]
    assert as_(None).get(f"{base}/holidays").json() == [day]


# --- reminders --------------------------------------------------------------------------------------------------------


def told() -> list[tuple[str, str]]:
    rows = Notification.objects.filter(title__in=["Appointment tomorrow", "Appointment soon"])
    return list(rows.order_by("pk").values_list("title", "user__email"))


def test_R14_6_both_sides_are_reminded_once_a_day_and_two_hours_before(cast, noon):
    row = book(cast, at(11))
    both = [cast.asha.email, cast.meera.email]
    for hours, titles in (
        (25, []),
        (24, ["Appointment tomorrow"]),
        (23, ["Appointment tomorrow"]),
        (2, ["Appointment tomorrow", "Appointment soon"]),
        (1, ["Appointment tomorrow", "Appointment soon"]),
        (-1, ["Appointment tomorrow", "Appointment soon"]),
    ):
        noon.move_to(row.starts_at - timedelta(hours=hours), tick=False)
        send_appointment_reminders()
        send_appointment_reminders()
        assert told() == [(title, email) for title in titles for email in both], hours


def test_R14_6_after_a_standstill_only_the_nearest_is_said(cast, noon):
    row = book(cast, at(11))
    noon.move_to(row.starts_at - timedelta(hours=1), tick=False)
    send_appointment_reminders()
    assert {title for title, _ in told()} == {"Appointment soon"}
    assert services.remind_of_appointment(appointment_id=row.pk) is None


def test_R14_6_a_moved_appointment_is_reminded_of_anew_and_a_cancelled_one_not(cast, noon):
    row = book(cast, at(11))
    noon.move_to(row.starts_at - timedelta(hours=24), tick=False)
    send_appointment_reminders()
    later = at(11) + timedelta(days=3)
    services.reschedule_appointment(
        actor=cast.asha, appointment_id=row.pk, appointment_date=later, reason="Rain"
    )
    noon.move_to(later - timedelta(hours=24), tick=False)
    send_appointment_reminders()
    assert AppointmentReminder.objects.count() == 2
    services.cancel_appointment(actor=cast.asha, appointment_id=row.pk)
    noon.move_to(later - timedelta(hours=2), tick=False)
    send_appointment_reminders()
    assert AppointmentReminder.objects.count() == 2


def test_R14_6_what_was_made_later_has_said_itself():
    start, made = NOON + timedelta(hours=20), NOON
    assert reminder_due(start, made, NOON) is None
    assert reminder_due(start, made, start - timedelta(hours=2)) == 2
    assert reminder_due(start, made, start) is None
