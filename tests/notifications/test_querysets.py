"""Whose notifications and preferences (R21), and from when on."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from notifications.enums import Channel, NotificationType, Topic
from notifications.models import Notification, Preference, Signal
from realestate.core import clock
from tests.factories.notifications import NotificationFactory


@pytest.mark.parametrize("person", ["asha", "meera", "sana"])
def test_R21_ones_own_and_no_others(cast, person):
    user = getattr(cast, person)
    rows = {p: NotificationFactory(user=p) for p in (cast.asha, cast.meera, cast.sana)}
    for p in rows:
        Preference.objects.create(
            user=p,
            notification_type=NotificationType.PAYMENT_DUE,
            channel=Channel.EMAIL,
            enabled=True,
        )
    assert [row.pk for row in Notification.objects.for_user(user)] == [rows[user].pk]
    assert [row.user_id for row in Preference.objects.for_user(user)] == [user.pk]


def test_R21_nobody_has_none(cast):
    NotificationFactory()
    assert not Notification.objects.for_user(AnonymousUser()).exists()
    assert not Preference.objects.for_user(AnonymousUser()).exists()


def test_R21_signals_about_projects_that_somebody_watches(cast):
    """One's own, and of what everybody hears only what is about these projects."""
    mine, hers = (
        Signal.objects.create(user=person, topic=Topic.MESSAGE, object_id=1)
        for person in (cast.asha, cast.meera)
    )
    first, second = (
        Signal.objects.create(topic=Topic.UNIT, object_id=1, payload={"project_id": project.pk})
        for project in (cast.meera_project, cast.kiran_project)
    )

    def heard(user_id, project_ids):
        return set(Signal.objects.heard_by(user_id, project_ids))

    assert heard(cast.asha.pk, [cast.meera_project.pk]) == {mine, first}
    assert heard(cast.asha.pk, []) == {mine}
    assert heard(cast.meera.pk, None) == {hers, first, second}
    assert heard(None, [cast.kiran_project.pk]) == {second}
    assert heard(None, None) == {first, second}


def test_scheduled_ones_appear_at_their_time(cast):
    now = clock.now()
    rows = {
        "now": NotificationFactory(user=cast.asha),
        "sharp": NotificationFactory(user=cast.asha, scheduled_send_time=now),
        "later": NotificationFactory(
            user=cast.asha, scheduled_send_time=now + timedelta(microseconds=1)
        ),
    }
    rows_due: Any = Notification.objects.due(now)
    due = {row.pk: row.due_at for row in rows_due}
    assert due == {rows["now"].pk: rows["now"].created_at, rows["sharp"].pk: now}
