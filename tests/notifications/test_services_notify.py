"""Telling people: one row each, once, in the transaction of what happened."""

from dataclasses import replace
from datetime import timedelta

import pytest

from notifications import services
from notifications.enums import Channel, NotificationType, Priority
from notifications.models import Notification, Signal
from notifications.services import tell as module
from realestate.core import clock
from realestate.core.errors import Conflict
from realestate.core.transactions import service
from tests.factories.accounts import CustomerFactory, UserFactory

T = NotificationType


def test_one_row_per_person(cast, tell):
    rows = tell(
        cast.asha, cast.meera, cast.asha, priority=Priority.HIGH, action_url="/customer/bookings"
    )
    assert {row.user_id for row in rows} == {cast.asha.pk, cast.meera.pk}
    assert len(rows) == 2
    for row in rows:
        assert (row.notification_type, row.title, row.message) == (
            "booking_update",
            "News",
            "Something happened.",
        )
        assert (row.related_entity_type, row.related_entity_id) == ("booking", 7)
        assert (row.priority, row.action_url) == ("high", "/customer/bookings")
        assert (row.is_read, row.scheduled_send_time) == (False, None)


def test_the_same_news_is_told_once_per_person(cast, tell):
    tell(cast.asha)
    rows = tell(cast.asha, cast.ravi, title="Again")
    assert [(row.user_id, row.title) for row in rows] == [
        (cast.asha.pk, "News"),
        (cast.ravi.pk, "Again"),
    ]


def test_what_is_undone_was_never_told(cast, tell, queued):
    @service
    def refused():
        tell(cast.asha)
        raise Conflict

    with pytest.raises(Conflict):
        refused()
    assert not Notification.objects.exists()
    assert queued() == []


def test_nobody_to_tell_is_fine(tell, django_assert_num_queries):
    assert tell() == []


def test_a_long_title_is_cut(cast, tell):
    assert tell(cast.asha, title="x" * 300)[0].title == "x" * 200


# --- channels ---------------------------------------------------------------------------------------


def test_a_type_that_goes_by_email_gets_a_job(cast, tell, queued):
    row = tell(cast.asha)[0]
    assert (row.send_via, row.is_sent) == (Channel.EMAIL, False)
    assert [(way.channel, way.next_try_at is None) for way in row.deliveries.all()] == [
        (Channel.EMAIL, False)
    ]
    assert queued() == [row.pk]


def test_a_type_that_stays_in_the_app_is_sent_at_once(cast, tell, queued):
    row = tell(cast.asha, notification_type=T.MESSAGE_RECEIVED)[0]
    assert (row.send_via, row.is_sent, row.deliveries.count()) == (Channel.IN_APP, True, 0)
    assert queued() == []


def test_the_users_wish_wins(cast, tell, queued):
    services.set_preferences(actor=cast.asha, wishes={T.BOOKING_UPDATE: {"email": False}})
    services.set_preferences(actor=cast.ravi, wishes={T.MESSAGE_RECEIVED: {"email": True}})
    rows = tell(cast.asha, cast.ravi, dedupe_key="a")
    assert {row.user_id: row.send_via for row in rows} == {
        cast.asha.pk: Channel.IN_APP,
        cast.ravi.pk: Channel.EMAIL,
    }
    rows = tell(cast.asha, cast.ravi, dedupe_key="b", notification_type=T.MESSAGE_RECEIVED)
    assert {row.user_id: row.send_via for row in rows} == {
        cast.asha.pk: Channel.IN_APP,
        cast.ravi.pk: Channel.EMAIL,
    }
    assert len(queued()) == 2


def test_no_second_email_for_the_same_news(cast, tell, queued):
    row = tell(cast.asha)[0]
    [way] = row.deliveries.all()
    services.start_delivery(delivery_id=way.pk)
    services.finish_delivery(delivery_id=way.pk)
    tell(cast.asha)
    assert queued() == [row.pk]


def test_a_scheduled_one_waits(cast, tell, queued):
    later = clock.now() + timedelta(hours=3)
    by_email, in_app = (
        tell(cast.asha, dedupe_key=key, notification_type=kind, scheduled_send_time=later)[0]
        for key, kind in (("a", T.APPOINTMENT_REMINDER), ("b", T.PROGRESS_UPDATE))
    )
    assert (by_email.sent_at, by_email.deliveries.get().next_try_at) == (None, later)
    assert (in_app.sent_at, in_app.deliveries.count()) == (later, 0)
    assert queued() == []


@pytest.mark.parametrize("count", [1, 3])
def test_a_crowd_costs_as_many_statements_as_one_person(tell, django_assert_num_queries, count):
    people = CustomerFactory.create_batch(count)
    with django_assert_num_queries(
        9
    ):  # two for the savepoint; seven of them: told, wishes, devices, rows …
        services.notify(
            user_ids=[person.pk for person in people],
            notification_type=T.PROGRESS_UPDATE,
            title="News",
            message="The slab was poured.",
            related=("construction_update", 1),
            dedupe_key="u:1",
        )
    assert Notification.objects.count() == count


def test_a_large_crowd_gets_few_jobs_and_the_sweep_does_the_rest(monkeypatch, tell, queued):
    monkeypatch.setattr(module, "AT_ONCE", 2)
    rows = tell(*UserFactory.create_batch(5))
    assert queued() == [row.pk for row in rows[:2]]
    assert services.queue_waiting_deliveries() == 5
    assert sorted(set(queued())) == [row.pk for row in rows]


# --- several pieces of news -------------------------------------------------------------------------


def tellings(people, **changes):
    """To each person news of its own."""
    return [
        services.Telling(
            user_ids=[person.pk],
            notification_type=T.BOOKING_UPDATE,
            title=f"For {person.pk}",
            message="Something happened.",
            related=("booking", person.pk),
            dedupe_key=f"own:{person.pk}",
            **changes,
        )
        for person in people
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_several_pieces_of_news_cost_as_many_statements_as_one(
    tell, queued, django_assert_num_queries, count
):
    people = CustomerFactory.create_batch(count)
    with django_assert_num_queries(13):
        services.notify_all(tellings=tellings(people))
    rows = Notification.objects.order_by("pk")
    assert [(row.user_id, row.title, row.related_entity_id) for row in rows] == [
        (person.pk, f"For {person.pk}", person.pk) for person in people
    ]
    assert queued() == [row.pk for row in rows]
    assert Signal.objects.count() == count


def test_a_piece_of_news_that_was_told_hinders_no_other_and_rings_no_second_bell(
    cast, tell, queued
):
    services.notify_all(tellings=tellings([cast.asha]))
    both = [
        replace(each, user_ids=[cast.asha.pk, cast.ravi.pk])
        for each in tellings([cast.asha, cast.ravi])
    ]
    services.notify_all(tellings=both)
    told = Notification.objects.order_by("pk").values_list("user", "dedupe_key")
    assert list(told) == [
        (cast.asha.pk, f"own:{cast.asha.pk}"),
        (cast.ravi.pk, f"own:{cast.asha.pk}"),
        (cast.asha.pk, f"own:{cast.ravi.pk}"),
        (cast.ravi.pk, f"own:{cast.ravi.pk}"),
    ]
    assert Signal.objects.count() == len(queued()) == 4


def test_each_piece_of_news_goes_by_its_own_type_and_wish(cast, tell, queued):
    services.set_preferences(actor=cast.asha, wishes={T.BOOKING_UPDATE: {"email": False}})
    by_app, by_email = tellings([cast.asha, cast.ravi])
    silent = replace(by_email, notification_type=T.MESSAGE_RECEIVED, dedupe_key="silent")
    services.notify_all(tellings=[by_app, by_email, silent])
    assert list(Notification.objects.order_by("pk").values_list("send_via", flat=True)) == [
        Channel.IN_APP,
        Channel.EMAIL,
        Channel.IN_APP,
    ]
    assert len(queued()) == 1
