"""Who is told what when something happens below."""

from datetime import date, timedelta

import pytest

from bookings.enums import BookingState, ChangeState
from bookings.events import BookingMoved, ChangeMoved
from messaging import services as messaging
from notifications.models import Notification
from notifications.receivers import bookings, changes
from payments.events import (
    DemandRaised,
    PaymentRecorded,
    PaymentReversed,
    ProofSubmitted,
    RefundNeeded,
)
from progress.events import UpdatePosted
from progress.services import report_milestone
from projects.enums import ClaimKind, ClaimStage
from realestate.core import clock
from realestate.core.errors import Conflict
from realestate.core.events import publish
from realestate.core.transactions import service
from scheduling import services as scheduling
from scheduling.enums import AppointmentAction
from scheduling.models import Appointment
from tests.factories.accounts import StaffFactory
from tests.factories.bookings import BookingFactory, ChangeQuoteFactory, ChangeRequestFactory
from tests.factories.payments import DemandFactory, PaymentFactory, RefundFactory
from tests.factories.progress import MilestoneFactory, UpdateFactory
from tests.factories.projects import ClaimFactory, UnitFactory
from tests.factories.scheduling import AppointmentFactory

say = service(publish)
hear_booking = service(bookings.tell_both_sides)  # alone: other apps listen too, and may refuse


def news():
    """(who, title, sentence) of everything that was told, in order."""
    rows = Notification.objects.order_by("pk")
    return [(row.user_id, row.title, row.message) for row in rows]


def told():
    return set(Notification.objects.values_list("user", flat=True))


# --- bookings -----------------------------------------------------------------------------------------


@pytest.fixture
def booking(cast):
    """Asha books Meera's unit."""
    return BookingFactory(customer=cast.asha.customer, unit=cast.meera_unit)


@pytest.mark.unaudited("the terms are agreed on within the service that says the news")
def test_customer_and_builder_read_in_plain_sentences(cast, booking):
    say(BookingMoved(booking_id=booking.pk, old="", new=BookingState.ON_HOLD))
    number = booking.booking_number
    assert news() == [
        (
            cast.asha.pk,
            "Booking on hold",
            (
                f"Unit A-101 in Meera Gardens is held for you under booking {number}."
                " It is yours once the token is paid."
            ),
        ),
        (
            cast.meera.pk,
            "Booking on hold",
            (
                f"Asha Rao holds unit A-101 in Meera Gardens under booking {number};"
                " the token is not paid yet."
            ),
        ),
    ]
    row = Notification.objects.get(user=cast.meera)
    assert (row.notification_type, row.related_entity_type, row.related_entity_id) == (
        "booking_update",
        "booking",
        booking.pk,
    )
    assert row.action_url == "/builder/bookings"


@pytest.mark.parametrize("state", BookingState)
def test_every_state_has_its_sentences_and_is_told_once(cast, booking, state):
    for _ in range(2):
        hear_booking(BookingMoved(booking_id=booking.pk, old="x", new=state))
    assert told() == {cast.asha.pk, cast.meera.pk}
    assert Notification.objects.count() == 2
    for _, title, sentence in news():
        assert title
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert not {"{", "}"} & set(sentence)


def test_an_inquiry_has_no_unit(cast):
    inquiry = BookingFactory(
        customer=cast.asha.customer,
        project=cast.meera_project,
        unit=None,
        claim=None,
        state=BookingState.INQUIRY,
        agreement_value=None,
        token_amount=None,
    )
    say(BookingMoved(booking_id=inquiry.pk, old="", new=BookingState.INQUIRY))
    assert [sentence for _, _, sentence in news()] == [
        "Your inquiry about Meera Gardens has reached Meera Homes.",
        "Asha Rao is interested in Meera Gardens.",
    ]


def test_a_cancellation_says_why(cast, booking):
    type(booking).objects.filter(pk=booking.pk).update(state_reason="The loan was refused.")
    hear_booking(BookingMoved(booking_id=booking.pk, old="on_hold", new=BookingState.CANCELLED))
    assert all(sentence.endswith("Reason: The loan was refused.") for _, _, sentence in news())


def test_no_state_is_without_sentences():
    assert set(bookings.SAYINGS) == set(BookingState)
    assert set(changes.SAYINGS) == set(ChangeState)


# --- change requests ----------------------------------------------------------------------------------

TOLD = {
    ChangeState.SUBMITTED: {"builder"},
    ChangeState.UNDER_REVIEW: {"customer"},
    ChangeState.QUOTED: {"customer"},
    ChangeState.APPROVED: {"customer", "builder"},
    ChangeState.DECLINED: {"builder"},
    ChangeState.LAPSED: {"customer", "builder"},
    ChangeState.REJECTED: {"customer"},
    ChangeState.IN_PROGRESS: {"customer"},
    ChangeState.COMPLETED: {"customer"},
    ChangeState.WITHDRAWN: {"builder"},
}


@pytest.mark.parametrize(("state", "sides"), TOLD.items())
def test_of_a_change_request_who_waits_is_told(cast, booking, state, sides):
    change = ChangeRequestFactory(booking=booking, request_title="More sockets")
    say(ChangeMoved(change_request_id=change.pk, old="x", new=state))
    say(ChangeMoved(change_request_id=change.pk, old="x", new=state))
    people = {"customer": cast.asha.pk, "builder": cast.meera.pk}
    assert told() == {people[side] for side in sides}
    assert Notification.objects.count() == len(sides)
    for _, _, sentence in news():
        assert "“More sockets”" in sentence
        assert not {"{", "}"} & set(sentence)


def test_each_quote_is_news(cast, booking):
    change = ChangeRequestFactory(booking=booking)
    for version in (1, 2):
        ChangeQuoteFactory(change_request=change, version=version)
        say(ChangeMoved(change_request_id=change.pk, old="x", new=ChangeState.QUOTED))
    assert Notification.objects.filter(user=cast.asha).count() == 2


# --- payments -----------------------------------------------------------------------------------------


def test_the_customer_reads_that_money_has_arrived(cast, booking):
    payment = PaymentFactory(booking=booking, amount="4240501.50", recorded_by=cast.meera)
    for _ in range(2):
        say(PaymentRecorded(payment_id=payment.pk, booking_id=booking.pk))
    assert news() == [
        (
            cast.asha.pk,
            "Payment recorded",
            f"₹42,40,501.50 (token) was recorded for booking {booking.booking_number}.",
        )
    ]


def test_the_builder_reads_it_when_staff_recorded_it(cast, booking):
    payment = PaymentFactory(booking=booking, recorded_by=cast.sana)
    say(PaymentRecorded(payment_id=payment.pk, booking_id=booking.pk))
    assert told() == {cast.asha.pk, cast.meera.pk}


def test_the_buyer_reads_what_is_asked_for_and_by_when(cast, booking):
    row = DemandFactory(booking=booking, due_on=date(2026, 1, 20), line__tax="5000.00")
    for _ in range(2):
        say(DemandRaised(demand_id=row.pk, booking_id=booking.pk))
    assert news() == [
        (
            cast.asha.pk,
            "Payment requested",
            (
                f"{row.number} for booking {booking.booking_number}: On completion of the plinth."
                " ₹1,05,000.00 (principal ₹1,00,000.00, tax ₹5,000.00) is due on 20 January 2026."
            ),
        )
    ]
    told_row = Notification.objects.get()
    assert (told_row.related_entity_type, told_row.related_entity_id) == ("demand", row.pk)
    assert (told_row.action_url, told_row.priority) == ("/customer/bookings", "high")


def test_the_buyer_reads_of_late_interest(cast, booking):
    row = DemandFactory(
        booking=booking,
        kind="interest",
        note="Late interest up to 31 Dec 2025",
        due_on=date(2025, 12, 31),
        line__principal="879.47",
    )
    say(DemandRaised(demand_id=row.pk, booking_id=booking.pk))
    assert news() == [
        (
            cast.asha.pk,
            "Late interest charged",
            (
                f"{row.number} for booking {booking.booking_number}:"
                " Late interest up to 31 Dec 2025. ₹879.47 is due on 31 December 2025."
            ),
        )
    ]


def test_a_demand_of_nothing_is_no_news(booking):
    row = DemandFactory(booking=booking, line__principal="0.00")
    say(DemandRaised(demand_id=row.pk, booking_id=booking.pk))
    assert news() == []


def test_the_buyer_reads_that_a_payment_is_gone_and_why(cast, booking):
    payment = PaymentFactory(
        booking=booking, amount="4240501.50", state="reversed", state_reason="Bounced"
    )
    for _ in range(2):
        say(PaymentReversed(payment_id=payment.pk, booking_id=booking.pk))
    assert news() == [
        (
            cast.asha.pk,
            "Payment reversed",
            (
                f"Your payment of ₹42,40,501.50 for booking {booking.booking_number} (receipt"
                f" {payment.receipt_number}) was reversed; what it had paid is open again."
                " Reason: Bounced"
            ),
        )
    ]


def test_the_builder_reads_that_a_proof_waits(cast, booking):
    payment = PaymentFactory(booking=booking, amount="4240501.50", state="submitted")
    for _ in range(2):
        say(ProofSubmitted(payment_id=payment.pk, booking_id=booking.pk))
    assert news() == [
        (
            cast.meera.pk,
            "Proof of payment to check",
            (
                "Asha Rao says that ₹42,40,501.50 was paid for booking"
                f" {booking.booking_number}. Please clear or reject it."
            ),
        )
    ]


def test_builder_and_staff_read_that_money_must_go_back(cast, booking):
    StaffFactory(is_active=False)
    payment = PaymentFactory(booking=booking)
    refund = RefundFactory(
        booking=booking,
        settlement=None,
        payment=payment,
        requested_by=None,
        reason="The hold had expired.",
    )
    for _ in range(2):
        say(RefundNeeded(refund_id=refund.pk, booking_id=booking.pk))
    text = (
        f"₹60,000.00 must be returned to Asha Rao (booking {booking.booking_number})"
        " by 19 February 2026. Reason: The hold had expired."
    )
    assert news() == [
        (cast.meera.pk, "Refund needed", text),
        (cast.sana.pk, "Refund needed", text),
    ]
    assert list(Notification.objects.order_by("pk").values_list("action_url", flat=True)) == [
        "/builder/bookings",
        "",
    ]


# --- progress -----------------------------------------------------------------------------------------


def test_news_from_the_site_reach_customers_with_a_live_claim_once(cast):
    second = UnitFactory(project=cast.meera_project)
    ClaimFactory(
        unit=cast.meera_unit,
        customer=cast.asha.customer,
        kind=ClaimKind.BOOKING,
        stage=ClaimStage.BOOKED,
        parties=[cast.ravi.customer],
    )
    ClaimFactory(unit=second, customer=cast.asha.customer)
    ClaimFactory(
        unit=UnitFactory(project=cast.meera_project),
        customer=(gone := BookingFactory().customer),
        taken_at=clock.now() - timedelta(hours=2),
    )
    ClaimFactory(unit=cast.kiran_unit, customer=BookingFactory().customer)
    ClaimFactory(unit=UnitFactory(project=cast.meera_project), customer=None)
    update = UpdateFactory(project=cast.meera_project, update_title="Floor 4 is poured")
    for _ in range(2):
        say(UpdatePosted(update_id=update.pk, project_id=cast.meera_project.pk))
    assert sorted(news()) == sorted(
        (person.pk, "News from Meera Gardens", "Floor 4 is poured")
        for person in (cast.asha, cast.ravi)
    )
    assert gone.pk not in told()


@pytest.mark.parametrize("count", [1, 3])
def test_news_from_the_site_cost_the_same_for_any_crowd(cast, django_assert_num_queries, count):
    for _ in range(count):
        BookingFactory(unit__project=cast.meera_project)
    update = UpdateFactory(project=cast.meera_project)
    with django_assert_num_queries(11):  # of them two for the savepoint and eight to tell
        say(UpdatePosted(update_id=update.pk, project_id=cast.meera_project.pk))
    assert Notification.objects.count() == count


def test_who_can_certify_reads_that_a_stage_is_reported(cast):
    stage = MilestoneFactory(project=cast.meera_project, name="Plinth")
    report_milestone(actor=cast.meera, milestone_id=stage.pk)
    text = (
        "“Plinth” in Meera Gardens was reported as done."
        " Payments that wait for it are demanded once it is certified."
    )
    assert news() == [(cast.sana.pk, "Stage to certify", text)]
    other = MilestoneFactory(project=cast.meera_project, name="Roof")
    report_milestone(actor=cast.sana, milestone_id=other.pk)
    assert news()[1:] == [(cast.meera.pk, "Stage to certify", text.replace("Plinth", "Roof"))]
    assert set(Notification.objects.values_list("notification_type", "send_via")) == {
        ("progress_update", "in_app")
    }


# --- appointments -------------------------------------------------------------------------------------


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


# --- messages -----------------------------------------------------------------------------------------


def test_the_recipient_reads_who_has_written(cast):
    messaging.send_message(
        actor=cast.asha, project_id=cast.meera_project.pk, message_content="Hello " + "x" * 300
    )
    messaging.send_message(
        actor=cast.meera,
        project_id=cast.meera_project.pk,
        recipient_id=cast.asha.pk,
        message_content="Welcome",
        priority="high",
    )
    assert news() == [
        (
            cast.meera.pk,
            "Message from Asha Rao",
            "Meera Gardens: Hello " + "x" * 194 + "…",
        ),
        (cast.asha.pk, "Message from Meera Homes", "Meera Gardens: Welcome"),
    ]
    assert list(
        Notification.objects.order_by("pk").values_list("priority", "action_url", "send_via")
    ) == [
        ("medium", "/builder/messages", "in_app"),
        ("high", "/customer/messages", "in_app"),
    ]


def test_a_message_that_is_sent_again_is_not_told_again(cast):
    for _ in range(2):
        messaging.send_message(
            actor=cast.asha,
            project_id=cast.meera_project.pk,
            message_content="Hello",
            client_id="1",
        )
    assert Notification.objects.count() == 1


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
