"""R13: asking, quoting, deciding, building."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist

from bookings import rules, services
from bookings.enums import BookingState, ChangeAction, ChangeState
from bookings.events import ChangeMoved
from bookings.models import Booking, ChangeQuote, ChangeRequest
from payments.receivers import UpfrontNotPaid
from realestate.core import clock, events
from realestate.core.errors import InvalidTransition, InvalidValue, NotAllowed
from realestate.core.models import AuditEntry, SystemSetting
from tests.bookings.conftest import NOON
from tests.factories.bookings import ChangeQuoteFactory, ChangeRequestFactory
from tests.payments.account import pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
C, X = ChangeState, ChangeAction
WISH = {
    "request_type": "electrical",
    "request_title": "Sockets",
    "request_description": "Two more",
}


@pytest.fixture
def quoted(cast, change) -> ChangeRequest:
    services.quote_change(
        actor=cast.meera,
        change_request_id=change.pk,
        net_amount=Decimal("38164.25"),
        tax_amount=Decimal("6869.56"),
        timeline_days=14,
    )
    change.refresh_from_db()
    return change


def test_a_customer_asks(cast, booking, monkeypatch):
    news = []
    monkeypatch.setitem(events._handlers, ChangeMoved, [news.append])
    row = services.request_change(actor=cast.asha, booking_id=booking.pk, **WISH)
    assert (row.state, row.booking_id, row.request_title) == (C.SUBMITTED, booking.pk, "Sockets")
    assert news == [ChangeMoved(change_request_id=row.pk, old="", new=C.SUBMITTED)]


def test_only_the_buyer_asks(cast, booking):
    with pytest.raises(ObjectDoesNotExist):
        services.request_change(actor=cast.ravi, booking_id=booking.pk, **WISH)
    for actor in (cast.meera, cast.sana):
        with pytest.raises(NotAllowed):
            services.request_change(actor=actor, booking_id=booking.pk, **WISH)
    assert not ChangeRequest.objects.exists()


def test_nothing_is_changed_in_a_cancelled_booking(cast, booking):
    services.cancel_booking(actor=cast.asha, booking_id=booking.pk)
    with pytest.raises(InvalidTransition):
        services.request_change(actor=cast.asha, booking_id=booking.pk, **WISH)
    assert not ChangeRequest.objects.exists()


def test_the_builder_estimates_and_takes_it_under_review(cast, change):
    ChangeRequest.objects.update(state=C.SUBMITTED)
    row = services.answer_change(
        actor=cast.meera,
        change_request_id=change.pk,
        changes={"estimated_cost": Decimal(12_000), "builder_response": "About that"},
        wanted=C.UNDER_REVIEW,
    )
    row.refresh_from_db()
    assert (row.state, row.estimated_cost, row.builder_response) == (
        C.UNDER_REVIEW,
        Decimal(12_000),
        "About that",
    )
    assert (row.approval_date, row.completion_date, row.final_cost) == (None, None, None)


def test_R13_1_quotes_are_numbered_and_fix_cost_and_time(cast, quoted):
    assert (quoted.state, quoted.estimated_cost, quoted.estimated_timeline_days) == (
        C.QUOTED,
        Decimal("45033.81"),
        14,
    )
    second = services.quote_change(
        actor=cast.meera, change_request_id=quoted.pk, net_amount=Decimal(-18_500)
    )
    quoted.refresh_from_db()
    assert (second.version, quoted.state, quoted.estimated_cost) == (
        2,
        C.QUOTED,
        Decimal(-18_500),
    )
    assert second.valid_until == NOON + timedelta(days=10)
    with pytest.raises(services.QuoteIsFixed):
        services.answer_change(
            actor=cast.meera, change_request_id=quoted.pk, changes={"estimated_cost": Decimal(1)}
        )


def test_the_validity_is_a_setting_or_what_the_quote_says(cast, change):
    SystemSetting.objects.create(key="bookings.change_quote_days", value=3)
    quote = services.quote_change(
        actor=cast.meera, change_request_id=change.pk, net_amount=Decimal(1)
    )
    assert quote.valid_until == NOON + timedelta(days=3)
    until = NOON + timedelta(hours=1)
    quote = services.quote_change(
        actor=cast.meera, change_request_id=change.pk, net_amount=Decimal(1), valid_until=until
    )
    assert quote.valid_until == until
    with pytest.raises(InvalidValue):
        services.quote_change(
            actor=cast.meera, change_request_id=change.pk, net_amount=Decimal(1), valid_until=NOON
        )
    assert ChangeQuote.objects.count() == 2


def test_R13_1_the_customer_approves_the_version_it_has_read(cast, quoted):
    services.quote_change(actor=cast.meera, change_request_id=quoted.pk, net_amount=Decimal(5))
    with pytest.raises(services.QuoteSuperseded) as refusal:
        services.approve_quote(actor=cast.asha, change_request_id=quoted.pk, version=1)
    assert refusal.value.extra == {"version": 2}
    quoted.refresh_from_db()
    assert (quoted.state, quoted.approval_date) == (C.QUOTED, None)
    services.approve_quote(actor=cast.asha, change_request_id=quoted.pk, version=2)
    quoted.refresh_from_db()
    assert (quoted.state, quoted.approval_date) == (C.APPROVED, NOON)
    with pytest.raises(InvalidTransition):
        services.approve_quote(actor=cast.asha, change_request_id=quoted.pk, version=2)


@pytest.mark.parametrize("decide", [services.approve_quote, services.decline_quote])
def test_R13_1_not_after_its_day(cast, quoted, noon, decide):
    noon.move_to(NOON + timedelta(days=10), tick=False)
    with pytest.raises(services.QuoteExpired):
        decide(actor=cast.asha, change_request_id=quoted.pk, version=1)
    row = ChangeRequest.objects.with_status(clock.now()).get()
    assert (row.state, row.status) == (C.QUOTED, C.LAPSED)
    for use in (
        lambda: services.quote_change(
            actor=cast.meera, change_request_id=quoted.pk, net_amount=Decimal(1)
        ),
        lambda: services.withdraw_change(actor=cast.asha, change_request_id=quoted.pk),
        lambda: services.answer_change(
            actor=cast.meera, change_request_id=quoted.pk, changes={"builder_response": "x"}
        ),
    ):
        with pytest.raises(InvalidTransition):
            use()
    assert services.record_lapses()["quotes"] == 1
    quoted.refresh_from_db()
    assert quoted.state == C.LAPSED
    assert not services.lapse_change(change_request_id=quoted.pk)


def test_declined_is_final(cast, quoted):
    services.decline_quote(actor=cast.asha, change_request_id=quoted.pk, reason="Too much")
    quoted.refresh_from_db()
    assert quoted.state == C.DECLINED
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.reason) == ("moved", "Too much")
    with pytest.raises(InvalidTransition):
        services.quote_change(actor=cast.meera, change_request_id=quoted.pk, net_amount=Decimal(1))
    with pytest.raises(InvalidTransition):
        services.answer_change(
            actor=cast.meera, change_request_id=quoted.pk, changes={"builder_response": "x"}
        )


@pytest.mark.parametrize("state", [C.SUBMITTED, C.UNDER_REVIEW])
def test_withdrawn_before_a_quote(cast, change, state):
    ChangeRequest.objects.update(state=state)
    assert services.withdraw_change(actor=cast.asha, change_request_id=change.pk).state == (
        C.WITHDRAWN
    )


def test_the_work_ends_with_its_date_and_cost(cast, quoted):
    services.approve_quote(actor=cast.asha, change_request_id=quoted.pk, version=1)
    with pytest.raises(UpfrontNotPaid):  # R13.4
        services.answer_change(
            actor=cast.meera, change_request_id=quoted.pk, changes={}, wanted=C.IN_PROGRESS
        )
    pay(cast, quoted.booking, "45033.81", NOON.date())
    for wanted in (C.IN_PROGRESS, C.COMPLETED):
        services.answer_change(
            actor=cast.meera, change_request_id=quoted.pk, changes={}, wanted=wanted
        )
    quoted.refresh_from_db()
    assert (quoted.state, quoted.completion_date, quoted.final_cost) == (
        C.COMPLETED,
        NOON,
        Decimal("45033.81"),
    )


def test_the_builders_final_cost_is_kept(cast, quoted):
    ChangeRequest.objects.update(state=C.IN_PROGRESS)
    services.answer_change(
        actor=cast.meera,
        change_request_id=quoted.pk,
        changes={"final_cost": Decimal(40_000)},
        wanted=C.COMPLETED,
    )
    quoted.refresh_from_db()
    assert quoted.final_cost == Decimal(40_000)


def test_the_builder_does_not_decide_for_the_customer(cast, quoted):
    for wanted in (C.APPROVED, C.DECLINED, C.WITHDRAWN):
        with pytest.raises(NotAllowed):
            services.answer_change(
                actor=cast.meera, change_request_id=quoted.pk, changes={}, wanted=wanted
            )
    for decide in (
        lambda: services.approve_quote(actor=cast.meera, change_request_id=quoted.pk, version=1),
        lambda: services.decline_quote(actor=cast.meera, change_request_id=quoted.pk),
        lambda: services.withdraw_change(actor=cast.meera, change_request_id=quoted.pk),
    ):
        with pytest.raises(NotAllowed):
            decide()
    quoted.refresh_from_db()
    assert quoted.state == C.QUOTED


def test_the_customer_does_not_answer(cast, change):
    for answer in (
        lambda: services.answer_change(
            actor=cast.asha, change_request_id=change.pk, changes={"builder_response": "x"}
        ),
        lambda: services.quote_change(
            actor=cast.asha, change_request_id=change.pk, net_amount=Decimal(0)
        ),
    ):
        with pytest.raises(NotAllowed):
            answer()
    assert not ChangeQuote.objects.exists()


def test_a_quote_needs_its_amounts(cast, change):
    with pytest.raises(InvalidTransition):
        services.answer_change(
            actor=cast.meera, change_request_id=change.pk, changes={}, wanted=C.QUOTED
        )


def test_a_state_that_no_step_leads_to(cast, change):
    with pytest.raises(InvalidTransition) as refusal:
        services.answer_change(
            actor=cast.meera,
            change_request_id=change.pk,
            changes={"builder_response": "x"},
            wanted=C.COMPLETED,
        )
    assert refusal.value.extra["allowed"] == [X.QUOTE, X.REJECT, X.WITHDRAW]
    change.refresh_from_db()
    assert (change.state, change.builder_response) == (C.UNDER_REVIEW, "")


def test_R13_nothing_is_agreed_for_a_booking_that_is_over(cast, quoted):
    Booking.objects.update(state=BookingState.CANCELLED)
    with pytest.raises(InvalidTransition):
        services.approve_quote(actor=cast.asha, change_request_id=quoted.pk, version=1)
    with pytest.raises(InvalidTransition):
        services.quote_change(actor=cast.meera, change_request_id=quoted.pk, net_amount=Decimal(1))
    quoted.refresh_from_db()
    assert quoted.state == C.QUOTED


def test_R13_no_work_begins_for_a_booking_that_is_over_and_what_began_can_end(cast, change):
    SystemSetting.objects.create(key="payments.change_paid_first", value=False)
    Booking.objects.update(state=BookingState.CANCELLED)
    ChangeRequest.objects.update(state=C.APPROVED)
    answer = {"actor": cast.meera, "change_request_id": change.pk, "changes": {}}
    with pytest.raises(InvalidTransition) as refusal:
        services.answer_change(**answer, wanted=C.IN_PROGRESS)
    assert refusal.value.extra == {"state": BookingState.CANCELLED, "allowed": []}
    ChangeRequest.objects.update(state=C.IN_PROGRESS)
    assert services.answer_change(**answer, wanted=C.COMPLETED).state == C.COMPLETED


@pytest.mark.parametrize("who", ["ravi", "kiran"])
def test_R21_requests_of_others_do_not_exist(cast, quoted, who):
    actor = getattr(cast, who)
    use = (
        (lambda: services.approve_quote(actor=actor, change_request_id=quoted.pk, version=1))
        if who == "ravi"
        else (lambda: services.answer_change(actor=actor, change_request_id=quoted.pk, changes={}))
    )
    with pytest.raises(ObjectDoesNotExist):
        use()


@pytest.mark.parametrize("state", C)
@pytest.mark.parametrize("wanted", C)
def test_R13_answers_make_only_the_builders_steps(cast, change, state, wanted):
    ChangeRequest.objects.update(state=state)
    if state == C.QUOTED:
        ChangeQuoteFactory(change_request=change)
    action = rules.change_action_for(wanted, state)
    may = action in rules.BUILDER_CHANGE_ACTIONS or (
        wanted == state and state in rules.CHANGE_TRANSITIONS
    )
    if may:
        services.answer_change(
            actor=cast.meera, change_request_id=change.pk, changes={}, wanted=wanted
        )
    else:
        with pytest.raises((InvalidTransition, NotAllowed)):
            services.answer_change(
                actor=cast.meera, change_request_id=change.pk, changes={}, wanted=wanted
            )
    change.refresh_from_db()
    assert change.state == (wanted if may else state)


def test_quotes_of_other_requests_do_not_supersede(cast, quoted):
    ChangeQuoteFactory(change_request=ChangeRequestFactory(state=C.QUOTED), version=7)
    services.approve_quote(actor=cast.asha, change_request_id=quoted.pk, version=1)
