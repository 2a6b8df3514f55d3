"""I8: what a carrier could not take leaves when it is back, and until then nobody asks it for everything."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
import requests
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from notifications import jobs, services
from notifications.channels.carriers import CarrierRefused, is_carriers_fault
from notifications.models import Delivery, Notification, QuietHours
from notifications.rules import LONGEST_WAIT, PAUSES
from realestate.core import clock

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class NoServer(EmailBackend):
    """There is none."""

    def send_messages(self, messages):
        raise ConnectionRefusedError


class WrongAddress(EmailBackend):
    """A server that does not know whom to give it to."""

    def send_messages(self, messages):
        raise SMTPRecipientsRefused({})


@pytest.fixture
def at(time_machine):
    """Move to so much later than the beginning."""
    begun = clock.now()

    def move(later: timedelta = timedelta()):
        time_machine.move_to(begun + later, tick=False)
        return clock.now()

    move()
    return move


@pytest.fixture
def tried(settings):
    """Try them all once with a server of some kind, and then with one that works."""

    def fail(*rows: Delivery, server: type = NoServer):
        settings.EMAIL_BACKEND = f"{__name__}.{server.__name__}"
        for row in rows:
            with pytest.raises((ConnectionRefusedError, SMTPRecipientsRefused)):
                jobs.deliver(delivery_id=row.pk)
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    return fail


@pytest.fixture
def three(cast, tell, at) -> list[Delivery]:
    """On their way by e-mail to three people."""
    told = tell(cast.asha, cast.ravi, cast.meera)
    return [row.deliveries.get(channel="email") for row in told]


def due() -> set[int]:
    return set(Delivery.objects.waiting(clock.now()).values_list("pk", flat=True))


def test_I8_one_a_minute_finds_out_whether_the_carrier_is_back(three, tried, at):
    tried(*three)
    assert due() == set()
    asked = []
    for minute in (1, 2):  # then the planned tries begin
        at(minute * MINUTE - timedelta(seconds=30))
        assert jobs.deliver_waiting() == "deliveries queued: 1, ahead of time: 1"
        (one,) = due()
        tried(Delivery.objects.get(pk=one))
        asked.append(one)
        assert due() == set()
    assert asked == [row.pk for row in three[:2]]  # each in its turn


def test_I8_with_the_first_that_gets_through_the_others_follow(three, tried, at, queued):
    first, *others = three
    tried(*three)
    at(MINUTE)
    jobs.deliver_waiting()
    before = len(queued())
    jobs.deliver(delivery_id=first.pk)
    assert due() == {row.pk for row in others}
    assert queued()[before:] == [row.notification_id for row in others]
    for row in others:
        jobs.deliver(delivery_id=row.pk)
    assert len(mail.outbox) == len(three)
    assert not Delivery.objects.filter(sent_at=None).exists()
    assert not Delivery.objects.filter(is_stranded=True).exists()


def test_I8_news_of_today_brings_them_along_too(cast, tell, three, tried, at):
    tried(*three)
    at(timedelta(seconds=10))
    (row,) = tell(cast.kiran, dedupe_key="news:2")
    jobs.deliver(delivery_id=row.deliveries.get(channel="email").pk)
    assert due() == {row.pk for row in three}


def test_I8_a_try_ahead_of_its_time_does_not_count(three, tried, at):
    row = three[0]
    tried(row)
    for minute in range(1, len(PAUSES) + 5):
        at(minute * MINUTE)
        jobs.deliver_waiting()
        tried(row)
        row.refresh_from_db()
        assert (row.tries, row.failed_at) == (1, None)
        assert row.next_try_at == clock.now() + timedelta(minutes=PAUSES[0])


@pytest.mark.parametrize(("asleep", "asked"), [(1, 1), (3, 0)])
def test_I8_whoever_wants_quiet_now_is_not_disturbed_to_find_out(three, tried, at, asleep, asked):
    tried(*three)
    now = at(MINUTE)
    for place, row in enumerate(three):  # whoever is not asleep has quiet hours at another time
        begin = now + (-HOUR if place < asleep else HOUR)
        hours = {"starts": begin.time(), "ends": (begin + 2 * HOUR).time(), "time_zone": "UTC"}
        QuietHours.objects.create(user=row.notification.user, **hours)
    assert services.ask_for_carriers() == asked
    assert due() == {row.pk for row in three[asleep : asleep + asked]}


def test_D27_what_a_carrier_could_not_take_is_dropped_too_after_a_restore(cast, tell, three, tried):
    """Before the loss it was back, most likely, and they have arrived."""
    tried(three[0])
    later = {"dedupe_key": "later", "scheduled_send_time": clock.now() + HOUR}
    (kept,) = (row.deliveries.get(channel="email") for row in tell(cast.asha, **later))
    assert services.drop_waiting_deliveries() == len(three)
    assert Delivery.objects.exclude(next_try_at=None).get() == kept


def test_I8_what_is_old_goes_by_its_planned_tries_alone(three, tried, at):
    Notification.objects.update(created_at=at())
    at(LONGEST_WAIT - timedelta(seconds=1))
    tried(*three)
    assert services.ask_for_carriers() == 1
    at(LONGEST_WAIT)
    assert services.ask_for_carriers() == 0


def test_I8_what_was_refused_itself_waits_for_its_turn(three, tried, at):
    refused, other, _third = three
    tried(refused, server=WrongAddress)
    jobs.deliver(delivery_id=other.pk)
    at(MINUTE)
    assert services.ask_for_carriers() == 0
    assert refused.pk not in due()


def test_I8_one_that_is_on_its_way_is_not_sent_by_others(three, tried, at):
    slow, other, _third = three
    tried(slow)
    at(timedelta(minutes=PAUSES[0]))
    assert services.start_delivery(delivery_id=slow.pk) is not None
    jobs.deliver(delivery_id=other.pk)
    assert services.ask_for_carriers() == 0
    assert slow.pk not in due()


def test_I8_another_channel_says_nothing_of_this_one(three, tried, at):
    stranded, other, _third = three
    tried(stranded)
    Delivery.objects.filter(pk=other.pk).update(channel="sms")
    services.finish_delivery(delivery_id=other.pk)
    assert stranded.pk not in due()


def test_I8_what_was_given_up_stays_so(three, tried, at):
    stranded, other, _third = three
    Delivery.objects.filter(pk=stranded.pk).update(tries=len(PAUSES))
    tried(stranded)
    at(MINUTE)
    jobs.deliver(delivery_id=other.pk)
    assert services.ask_for_carriers() == 0
    stranded.refresh_from_db()
    assert (stranded.next_try_at, stranded.failed_at is not None) == (None, True)


@pytest.mark.parametrize(
    ("error", "is_expected"),
    [
        (TimeoutError(), True),
        (requests.ConnectTimeout(), True),
        (CarrierRefused("503"), True),
        (CarrierRefused("400"), False),
        (SMTPRecipientsRefused({}), False),
        (KeyError("a template's"), False),
    ],
    ids=str,
)
def test_I8_which_failures_are_the_carriers(error, is_expected):
    if isinstance(error, CarrierRefused):
        error.status = int(str(error))
    assert is_carriers_fault(error) == is_expected
