"""Reading and preferences: one's own, nobody else's."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from notifications import services
from notifications.enums import NotificationType
from notifications.models import Notification, Preference
from realestate.core import clock
from realestate.core.errors import InvalidValue
from realestate.core.models import AuditEntry
from tests.factories.notifications import NotificationFactory

T = NotificationType
READ = datetime(2099, 12, 1, 6, 0, tzinfo=UTC)


def test_reading_sets_the_time_once(cast):
    row = NotificationFactory(user=cast.asha)
    with time_machine.travel(READ, tick=False):
        services.mark_notification_read(actor=cast.asha, notification_id=row.pk)
    services.mark_notification_read(actor=cast.asha, notification_id=row.pk)
    row.refresh_from_db()
    assert (row.is_read, row.read_at) == (True, READ)


def test_R21_foreign_ones_do_not_exist(cast):
    row = NotificationFactory(user=cast.asha)
    for person in (cast.ravi, cast.meera, cast.sana):
        with pytest.raises(Notification.DoesNotExist):
            services.mark_notification_read(actor=person, notification_id=row.pk)
    row.refresh_from_db()
    assert row.read_at is None


def test_what_is_not_due_cannot_be_read(cast):
    row = NotificationFactory(user=cast.asha, scheduled_send_time=clock.now() + timedelta(hours=1))
    with pytest.raises(Notification.DoesNotExist):
        services.mark_notification_read(actor=cast.asha, notification_id=row.pk)
    assert services.mark_all_notifications_read(actor=cast.asha) == 0


def test_reading_all_touches_ones_own_unread_ones(cast):
    mine = NotificationFactory.create_batch(2, user=cast.asha)
    read = NotificationFactory(user=cast.asha, read_at=READ)
    foreign = NotificationFactory(user=cast.ravi)
    now = clock.now() + timedelta(days=1)
    with time_machine.travel(now, tick=False):
        assert services.mark_all_notifications_read(actor=cast.asha) == 2
    times = dict(Notification.objects.values_list("pk", "read_at"))
    assert times == {mine[0].pk: now, mine[1].pk: now, read.pk: READ, foreign.pk: None}


def test_wishes_are_defaults_until_something_is_said(cast):
    wishes = services.wishes_of(cast.asha)
    assert set(wishes) == set(T.values)
    assert wishes["progress_update"] == {
        "in_app": True,
        "email": False,
        "sms": False,
        "push": True,
    }
    services.set_preferences(
        actor=cast.asha,
        wishes={
            T.PROGRESS_UPDATE: {"email": True},
            T.PAYMENT_DUE: {"email": False, "in_app": True},
        },
    )
    services.set_preferences(actor=cast.asha, wishes={T.PROGRESS_UPDATE: {"email": True}})
    changed = services.wishes_of(cast.asha)
    assert changed["progress_update"] == {**wishes["progress_update"], "email": True}
    assert changed["payment_due"] == {**wishes["payment_due"], "email": False}
    unchanged = {"progress_update", "payment_due"}
    assert {k: v for k, v in changed.items() if k not in unchanged} == {
        k: v for k, v in wishes.items() if k not in unchanged
    }
    assert services.wishes_of(cast.ravi) == wishes
    assert Preference.objects.count() == 2
    entry = AuditEntry.objects.filter(action="notification_preferences_set").order_by("pk").first()
    assert entry.after == {"progress_update by email": True, "payment_due by email": False}


def test_what_the_app_shows_cannot_be_switched_off(cast):
    with pytest.raises(InvalidValue):
        services.set_preferences(
            actor=cast.asha, wishes={T.PAYMENT_DUE: {"in_app": False, "email": False}}
        )
    assert not Preference.objects.exists()
