"""R20: reminders of what is open: the ladder, quiet hours, one message a day, proofs, and what was missed."""

from datetime import UTC, date, datetime, timedelta

import pytest

from notifications.models import Notification, Preference
from payments import services
from payments.enums import PaymentMethod, ReminderChannel
from payments.jobs import send_reminders
from payments.models import Payment, Reminder
from payments.services import reminders
from payments.services.reminders import LADDER
from projects.models import Project
from realestate.core import clock
from realestate.core.enums import SettingScope
from realestate.core.models import AuditEntry, SystemSetting
from tests.factories.bookings import BookingFactory
from tests.factories.projects import UnitFactory
from tests.payments.account import D, demand, interest, pay, signed
from tests.races.support import run_together, winners

pytestmark = pytest.mark.django_db
STANDARD = (-7, 0, 1, 7, 15, 30)
DUE = date(2026, 1, 12)
ISSUED = date(2025, 12, 1)
MORNING = 6  # UTC; 11:30 in India


@pytest.fixture
def booking(cast):
    """Asha's, signed, without money."""
    return signed(cast)


@pytest.fixture
def at(noon):
    """``at(day)``: half past eleven of a day in India."""

    def move(day, hour=MORNING, minute=0):
        noon.move_to(datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC), tick=False)

    return move


def setting(key, value, scope=SettingScope.SYSTEM, scope_id=0):
    SystemSetting.objects.create(key=key, value=value, scope=scope, scope_id=scope_id)


def told():
    """Texts of the reminders, in order."""
    rows = Notification.objects.filter(dedupe_key__contains=":reminder:").order_by("pk")
    return list(rows.values_list("message", flat=True))


def rungs(channel=ReminderChannel.IN_APP):
    """(Demand, rung) of what was sent, in order."""
    rows = Reminder.objects.filter(channel=channel).order_by("pk")
    return list(rows.values_list("demand", "rung"))


def test_R20_an_unusable_ladder_in_a_row_counts_as_absent(cast):
    setting("payments.reminder_ladder", "soon")
    assert LADDER.for_project(cast.meera_project) == ("-7", "0", "1", "7", "15", "30")


# --- what is sent ----------------------------------------------------------------------------------------------------


def test_R20_each_rung_is_said_once_on_its_day(booking, at):
    row = demand(booking, "100000", "5000", issued=ISSUED, due=DUE)
    days = []
    for offset in range(-10, 35):
        at(DUE + timedelta(days=offset))
        for _ in range(2):
            before = len(told())
            send_reminders(something_newer="is ignored")
            days += [offset] * (len(told()) - before)
    assert tuple(days) == STANDARD
    assert rungs() == rungs(ReminderChannel.EMAIL) == [(row.pk, rung) for rung in STANDARD]


def test_R20_principal_tax_and_interest_are_said_apart(cast, booking, at):
    first = demand(booking, "100000", "5000", issued=ISSUED, due=date(2025, 12, 29))
    pay(cast, booking, "5000", date(2025, 12, 20))
    at(date(2026, 1, 5))
    send_reminders()
    assert told() == [  # 100,000 × 10.90 × 7 / 36500
        (
            f"Booking {booking.booking_number}, unit A-101 in Meera Gardens:\n"
            f"{first.number} was due on 29 December 2025: ₹1,00,209.04"
            " (principal ₹1,00,000.00, tax ₹0.00, interest ₹209.04)."
        )
    ]
    row = Notification.objects.get(dedupe_key__contains=":reminder:")
    assert (row.user_id, row.title, row.priority, row.send_via, row.action_url) == (
        cast.asha.pk,
        "Payment overdue",
        "high",
        "email",
        "/customer/bookings",
    )
    assert (row.related_entity_type, row.related_entity_id) == ("booking", booking.pk)
    assert AuditEntry.objects.filter(action="reminded").count() == 1


def test_R20_posted_and_accrued_interest_are_one_figure_and_counted_once(cast, booking, at):
    first = demand(booking, "100000", "5000", issued=ISSUED, due=date(2025, 12, 29))
    interest(cast, booking, date(2026, 1, 4))  # 179.18 of the 209.04 of the next day
    at(date(2026, 1, 5))
    send_reminders()
    note = Reminder.objects.exclude(demand=first).get(channel=ReminderChannel.IN_APP)
    assert (note.demand.kind, note.rung) == ("interest", 1)
    assert told() == [
        (
            f"Booking {booking.booking_number}, unit A-101 in Meera Gardens:\n"
            f"{first.number} was due on 29 December 2025: ₹1,05,209.04"
            " (principal ₹1,00,000.00, tax ₹5,000.00, interest ₹209.04)."
        )
    ]


def test_R20_an_interest_note_alone_is_asked_for_as_interest(cast, booking, at):
    demand(booking, "100000", issued=ISSUED, due=date(2025, 12, 29))
    interest(cast, booking, date(2026, 1, 4))
    pay(cast, booking, "100000", date(2026, 1, 4))
    at(date(2026, 1, 5))
    send_reminders()
    note = Reminder.objects.get(channel=ReminderChannel.IN_APP).demand
    assert told() == [
        (
            f"Booking {booking.booking_number}, unit A-101 in Meera Gardens:\n"
            f"{note.number} was due on 4 January 2026: ₹179.18"
            " (principal ₹0.00, tax ₹0.00, interest ₹179.18)."
        )
    ]


def test_R20_everything_of_a_booking_is_one_message(booking, at):
    late = demand(booking, "100000", "5000", issued=ISSUED, due=date(2025, 12, 29))
    soon = demand(booking, "200000", "10000", issued=ISSUED, due=DUE)
    at(date(2026, 1, 5))
    send_reminders()
    assert told() == [
        (
            f"Booking {booking.booking_number}, unit A-101 in Meera Gardens:\n"
            f"{late.number} was due on 29 December 2025: ₹1,05,209.04"
            " (principal ₹1,00,000.00, tax ₹5,000.00, interest ₹209.04).\n"
            f"{soon.number} is due on 12 January 2026: ₹2,10,000.00"
            " (principal ₹2,00,000.00, tax ₹10,000.00, interest ₹0.00).\n"
            "In all: ₹3,15,209.04 (principal ₹3,00,000.00, tax ₹15,000.00, interest ₹209.04)."
        )
    ]
    assert rungs() == [(late.pk, 7), (soon.pk, -7)]


def test_R20_what_comes_later_on_a_day_waits_for_the_next(booking, at):
    first = demand(booking, "100", issued=ISSUED, due=DUE)
    at(DUE)
    send_reminders()
    second = demand(booking, "200", issued=ISSUED, due=DUE)
    at(DUE, hour=MORNING + 1)
    send_reminders()
    assert rungs() == [(first.pk, 0)]
    at(DUE + timedelta(days=1))
    send_reminders()
    assert rungs() == [(first.pk, 0), (first.pk, 1), (second.pk, 1)]
    assert len(told()) == 2


def test_R20_what_is_paid_is_not_asked_for(cast, booking, at):
    demand(booking, "100000", "5000", issued=ISSUED, due=DUE)
    pay(cast, booking, "105000", date(2026, 1, 4))
    at(DUE)
    send_reminders()
    assert (told(), rungs()) == ([], [])


def test_R20_a_booking_that_has_ended_is_left_alone(booking, at):
    demand(booking, "100000", issued=ISSUED, due=DUE)
    type(booking).objects.filter(pk=booking.pk).update(state="cancelled")
    at(DUE)
    send_reminders()
    assert services.remind_buyer(booking_id=booking.pk) == []
    assert (told(), rungs()) == ([], [])


def test_R20_who_wants_no_mail_is_told_in_the_app_only(cast, booking, at):
    Preference.objects.create(
        user=cast.asha, notification_type="payment_due", channel="email", enabled=False
    )
    row = demand(booking, "100000", issued=ISSUED, due=DUE)
    at(DUE)
    send_reminders()
    assert len(told()) == 1
    assert rungs() == [(row.pk, 0)]
    assert rungs(ReminderChannel.EMAIL) == []


def test_R20_the_ladder_is_the_projects(cast, booking, at):
    project = cast.meera_project.pk
    setting("payments.reminder_ladder", ["2"], SettingScope.PROJECT, project)
    row = demand(booking, "100000", issued=ISSUED, due=DUE)
    for offset in range(-8, 5):
        at(DUE + timedelta(days=offset))
        send_reminders()
    assert rungs() == [(row.pk, 2)]


# --- delays ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "hour", "minute", "sent"),
    [
        ("Asia/Kolkata", 2, 29, False),  # 07:59
        ("Asia/Kolkata", 2, 30, True),  # 08:00
        ("Asia/Kolkata", 15, 29, True),  # 20:59
        ("Asia/Kolkata", 15, 30, False),  # 21:00
        ("Europe/London", 7, 59, False),
        ("Europe/London", 8, 0, True),
        ("Europe/London", 20, 59, True),
        ("Europe/London", 21, 0, False),
        ("America/New_York", 12, 59, False),  # 07:59
        ("America/New_York", 13, 0, True),
        ("Pacific/Auckland", 11, 0, False),  # midnight: it is the day after
    ],
)
def test_R20_quiet_hours_are_those_of_the_projects_zone(booking, at, zone, hour, minute, sent):
    Project.objects.filter(pk=booking.project_id).update(time_zone=zone)
    demand(booking, "100000", issued=ISSUED, due=DUE)
    at(DUE, hour, minute)
    send_reminders()
    assert services.remind_buyer(booking_id=booking.pk) == []
    assert bool(told()) is sent


def test_R20_quiet_hours_delay_and_never_drop(booking, at):
    row = demand(booking, "100000", issued=ISSUED, due=DUE)
    at(DUE, 15, 30)  # 21:00 in India; nothing ran before
    send_reminders()
    assert told() == []
    at(DUE, 20, 0)  # half past one of the next day
    send_reminders()
    assert told() == []
    at(DUE + timedelta(days=1), 2, 35)
    send_reminders()
    assert (len(told()), rungs()) == (1, [(row.pk, 1)])


def test_R20_in_a_night_before_the_day_nothing_is_lost(booking, at):
    setting("payments.reminder_ladder", ["0"])
    row = demand(booking, "100000", issued=ISSUED, due=DUE)
    at(DUE, 15, 30)
    send_reminders()
    assert told() == []
    at(DUE + timedelta(days=1), 2, 35)
    send_reminders()
    assert rungs() == [(row.pk, 0)]


def test_R20_quiet_hours_can_be_switched_off(booking, at):
    setting("payments.quiet_from", 8)
    demand(booking, "100000", issued=ISSUED, due=DUE)
    at(DUE, 20, 0)
    send_reminders()
    assert len(told()) == 1


def test_R20_after_a_standstill_one_late_reminder_is_sent(booking, at):
    row = demand(booking, "100000", issued=ISSUED, due=DUE)
    at(DUE - timedelta(days=7))
    send_reminders()
    at(DUE + timedelta(days=20))  # 0, +1, +7 and +15 were missed
    for _ in range(2):
        send_reminders()
    at(DUE + timedelta(days=21))
    send_reminders()
    assert rungs() == [(row.pk, -7), (row.pk, 15)]
    at(DUE + timedelta(days=30))
    send_reminders()
    assert rungs()[2:] == [(row.pk, 30)]


def proof(cast, booking) -> Payment:
    row = services.submit_proof(
        actor=cast.asha,
        booking_id=booking.pk,
        amount=D(100),
        payment_method=PaymentMethod.BANK_TRANSFER,
        transaction_id="UTR-PROOF",
    )
    # The database has its own clock.
    Payment.objects.filter(pk=row.pk).update(created_at=clock.now())
    return row


def test_R20_a_pending_proof_pauses_for_five_days(cast, booking, at):
    row = demand(booking, "100000", issued=ISSUED, due=DUE)
    at(DUE - timedelta(days=1))
    proof(cast, booking)
    found = []
    for offset in range(7):
        at(DUE + timedelta(days=offset))
        send_reminders()
        found.append([rung for _, rung in rungs()])
    assert found == [[0], [0], [0], [0], [0, 1], [0, 1], [0, 1]]
    assert {key for key, _ in rungs()} == {row.pk}


def test_R20_a_rejected_proof_pauses_nothing(cast, booking, at):
    demand(booking, "100000", issued=ISSUED, due=DUE)
    at(DUE + timedelta(days=1))
    row = proof(cast, booking)
    send_reminders()
    assert rungs() == []
    services.reject_payment(actor=cast.meera, payment_id=row.pk, reason="Not ours.")
    send_reminders()
    assert [rung for _, rung in rungs()] == [1]


# --- repeats, races, failures ----------------------------------------------------------------------------------------


def test_R20_the_table_refuses_a_second_reminder(booking, at):
    demand(booking, "100000", issued=ISSUED, due=DUE)
    at(DUE)
    send_reminders()
    keys = [row.pk for row in Reminder.objects.filter(channel=ReminderChannel.IN_APP)]
    with pytest.raises(services.RemindedAlready):
        services.note_channel(reminder_ids=keys, channel=ReminderChannel.EMAIL)


@pytest.mark.django_db(transaction=True)
def test_R20_once_per_rung_under_a_race(transactional_db, cast):
    setting("payments.quiet_from", 8)
    booking = signed(cast)
    today = clock.today()
    rows = [
        demand(booking, "100", issued=today - timedelta(days=20), due=today + timedelta(days=days))
        for days in (0, 7)
    ]
    results = run_together(6, lambda _index: services.remind_buyer(booking_id=booking.pk))
    assert sorted(len(each) for each in winners(results)) == [0, 0, 0, 0, 0, 2]
    assert rungs() == rungs(ReminderChannel.EMAIL) == [(rows[0].pk, 0), (rows[1].pk, -7)]
    assert len(told()) == 1


def test_R20_a_booking_that_fails_stops_no_other_and_comes_again(
    cast, booking, at, monkeypatch, caplog
):
    other = BookingFactory(
        paid=True,
        state="agreement_signed",
        unit=UnitFactory(project=cast.meera_project),
        customer=cast.ravi.customer,
    )
    for each in (booking, other):
        demand(each, "100", issued=ISSUED, due=DUE)
    at(DUE)
    real = reminders.lock_any

    def broken(booking_id):
        if booking_id == booking.pk:
            raise RuntimeError
        return real(booking_id)

    monkeypatch.setattr(reminders, "lock_any", broken)
    send_reminders()
    assert list(Reminder.objects.values_list("demand__booking", flat=True).distinct()) == [other.pk]
    assert f"the buyer of booking {booking.pk} could not be reminded" in caplog.text
    monkeypatch.undo()
    send_reminders()
    assert len(told()) == 2


@pytest.mark.parametrize("count", [1, 3])
def test_finding_bookings_costs_the_same_for_any_crowd(
    cast, at, django_assert_max_num_queries, count
):
    for _ in range(count):
        row = BookingFactory(
            paid=True, state="agreement_signed", unit=UnitFactory(project=cast.meera_project)
        )
        demand(row, "100", issued=ISSUED, due=DUE)
    at(DUE)
    with django_assert_max_num_queries(6):  # projects, two quiet hours, ladder, demands, bookings
        assert len(services.bookings_to_remind()) == count
