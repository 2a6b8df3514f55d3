"""Who reads what of bookings and change requests: each state has its sentences, told once."""

import pytest

from bookings.enums import BookingState, ChangeState
from bookings.events import BookingMoved, ChangeMoved
from notifications.models import Notification
from notifications.receivers import bookings, changes
from realestate.core.transactions import service
from tests.factories.bookings import BookingFactory, ChangeQuoteFactory, ChangeRequestFactory
from tests.notifications.telling import news, say, told

hear_booking = service(bookings.tell_both_sides)  # alone: other apps listen too, and may refuse


# --- bookings -----------------------------------------------------------------------------------------


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
