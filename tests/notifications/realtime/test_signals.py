"""The stream of signals: written with the change, read once each whatever order transactions commit in."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection

from messaging.services import send_message
from notifications import services
from notifications.enums import Topic
from notifications.models import Notification, Signal, Ticket
from notifications.rules import LONGEST_AWAY, SIGNALS_KEPT, Place, place_of
from projects.enums import ClaimStage
from projects.services import (
    add_unit,
    advance_claim,
    change_unit,
    expire_claims,
    generate_units,
    take_claims,
)
from realestate.core import clock
from realestate.core.errors import InvalidValue
from realestate.core.transactions import service
from tests.cast import Cast
from tests.factories.accounts import UserFactory

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def read(after: Place, until: Place | None = None, **given: Any) -> list[int]:
    until = until or services.latest_place()
    found = services.read_signals(after=after, until=until, limit=1_000, **given)
    return [heard.event["object_id"] for heard in found]


def signal(object_id: int, **given: Any) -> Signal:
    return Signal.objects.create(topic=Topic.UNIT, object_id=object_id, **given)


def in_thread(work: Any) -> Thread:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_a_row_that_was_written_first_and_committed_last_is_read_once():
    start = services.latest_place()
    written, may_commit = Event(), Event()

    @service
    def slow() -> None:
        signal(1)
        written.set()
        assert may_commit.wait(10)

    thread = in_thread(slow)
    assert written.wait(10)
    signal(2)
    between = services.latest_place()
    assert read(start, between) == [2]
    may_commit.set()
    thread.join(10)
    signal(3)
    end = services.latest_place()
    assert read(between, end) == [1, 3]
    assert sorted(read(start, end)) == [1, 2, 3]
    assert read(end) == []


@pytest.mark.django_db(transaction=True)
def test_what_was_undone_is_never_heard():
    @service
    def fail() -> None:
        signal(1)
        raise InvalidValue

    start = services.latest_place()
    with pytest.raises(InvalidValue):
        fail()
    assert read(start) == []


@pytest.mark.django_db(transaction=True)
def test_a_hearer_gets_ones_own_and_public_news_of_the_projects_shown():
    me, other = UserFactory(), UserFactory()
    start = services.latest_place()
    signal(1, user=me)
    signal(2, user=other)
    signal(3, payload={"project_id": 7})
    signal(4, payload={"project_id": 8})
    assert read(start, hearer=(me.pk, [7])) == [1, 3]
    assert read(start, hearer=(None, [8])) == [4]
    assert read(start) == [1, 2, 3, 4]


def test_one_signal_per_notification_however_often_it_is_told(cast: Cast, tell):
    tell(cast.asha)
    tell(cast.asha)
    rows = Signal.objects.filter(topic=Topic.NOTIFICATION)
    told = Notification.objects.get()
    assert [(row.user, row.object_id, row.payload) for row in rows] == [(cast.asha, told.pk, {})]


def test_a_scheduled_notification_is_signalled_when_its_time_has_come(
    cast: Cast, tell, time_machine
):
    time_machine.move_to(NOW, tick=False)
    [told] = tell(cast.asha, scheduled_send_time=clock.now() + timedelta(hours=1))
    services.signal_due_notifications()
    assert Signal.objects.count() == 0
    time_machine.shift(timedelta(hours=1, seconds=5))
    services.signal_due_notifications()
    services.signal_due_notifications()
    assert [row.object_id for row in Signal.objects.all()] == [told.pk]


def test_both_parties_hear_of_a_message(cast: Cast):
    row, _ = send_message(
        actor=cast.asha, project_id=cast.meera_project.pk, message_content="Hello"
    )
    rows = Signal.objects.filter(topic=Topic.MESSAGE).order_by("user")
    assert {signal.user_id for signal in rows} == {cast.asha.pk, cast.meera.pk}
    assert {signal.object_id for signal in rows} == {row.pk}


def test_a_hold_that_lapses_frees_its_unit_for_everybody_who_looks(cast: Cast, time_machine):
    time_machine.move_to(NOW, tick=False)
    take_claims(actor=cast.asha, unit_ids=[cast.meera_unit.pk], customer_id=cast.asha.pk, minutes=5)
    assert Signal.objects.filter(topic=Topic.UNIT, user=None).count() == 1
    time_machine.shift(timedelta(minutes=6))
    assert expire_claims() == 1
    assert expire_claims() == 0
    units = Signal.objects.filter(topic=Topic.UNIT).values_list("object_id", flat=True)
    assert list(units) == [cast.meera_unit.pk] * 2


@pytest.mark.parametrize(
    ("changes", "heard"),
    [
        ({"is_blocked": True, "block_reason": "Show flat"}, 1),
        ({"is_released": False}, 1),
        ({"price": Decimal(7_000_000)}, 1),
        ({"is_blocked": False, "is_released": True}, 0),  # as it was
        ({"balconies": 2}, 0),
    ],
)
def test_R4_1_a_unit_that_is_offered_otherwise_is_heard_of(cast: Cast, changes, heard):
    change_unit(actor=cast.meera, unit_id=cast.meera_unit.pk, **changes)
    units = Signal.objects.filter(topic=Topic.UNIT, user=None).values_list("object_id", flat=True)
    assert list(units) == [cast.meera_unit.pk] * heard


def test_R4_1_new_units_are_heard_of(cast: Cast):
    common: Any = {"unit_type": "2BHK", "area_sqft": Decimal(900), "price": Decimal(6_000_000)}
    one = add_unit(
        actor=cast.meera,
        project_id=cast.meera_project.pk,
        unit_number="X-1",
        floor_number=1,
        **common,
    )
    positions: Any = [{"suffix": "09", **common}]
    many = generate_units(
        actor=cast.meera,
        project_id=cast.meera_project.pk,
        tower_id=None,
        floors=[1, 2],
        templates=positions,
    )
    units = Signal.objects.filter(topic=Topic.UNIT, user=None).values_list("object_id", flat=True)
    assert sorted(units) == [one.pk, *(unit.pk for unit in many)]


@pytest.mark.unaudited("part of the services that move a booking, which write the entry")
def test_R4_1_a_claim_that_becomes_firmer_is_heard_of_once(cast: Cast):
    [claim] = take_claims(
        actor=cast.asha, unit_ids=[cast.meera_unit.pk], customer_id=cast.asha.pk, minutes=5
    )
    before = Signal.objects.filter(topic=Topic.UNIT).count()
    for _ in range(2):
        advance_claim(claim_id=claim.pk, stage=ClaimStage.BOOKED)
    assert Signal.objects.filter(topic=Topic.UNIT).count() == before + 1


@pytest.mark.django_db
def test_old_signals_and_unused_tickets_go(time_machine):
    time_machine.move_to(NOW, tick=False)
    fresh = signal(2)
    Signal.objects.filter(pk=signal(1).pk).update(created_at=clock.now() - SIGNALS_KEPT)
    services.open_ticket(actor=None, session_id=None)
    time_machine.shift(timedelta(seconds=61))
    services.open_ticket(actor=None, session_id=None)
    assert services.purge_signals() == 1
    assert services.purge_tickets() == 1
    assert list(Signal.objects.all()) == [fresh]
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "1:2",
        "1:2:@",
        "@1",
        "2:1:@1",
        "0:1:@1",
        "1:5:4,3@1",
        "2:5:1@1",
        "1:5:5@1",
        "1:2:;drop@1",
        f"1:{2**63}:@1",
        "\u0661:\u0662:@\u0661",
        "1:2:@1\n",
    ],
)
def test_what_is_no_cursor_is_no_place(cursor):
    assert place_of(cursor) is None


@pytest.mark.parametrize("cursor", ["1:1:@0", "5:9:5,7@1764000000"])
def test_a_place_comes_back_from_its_cursor(cursor):
    place = place_of(cursor)
    assert place is not None
    assert place.cursor == cursor


def test_a_place_can_be_followed_for_three_days_and_not_from_another_database():
    now = Place("100:110:", 1_000_000)
    longest = int(LONGEST_AWAY.total_seconds())
    assert now.can_follow(Place("90:95:", now.at - longest))
    assert not now.can_follow(Place("90:95:", now.at - longest - 1))
    assert not now.can_follow(Place("90:111:", now.at))
