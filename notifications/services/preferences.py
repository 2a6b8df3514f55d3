"""Over which channels a user wants which notifications, and when nothing."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from django.conf import settings

from accounts.models import User
from notifications.enums import Channel, NotificationType
from notifications.models import Preference, QuietHours
from notifications.rules import default_for
from realestate.core import audit, clock
from realestate.core.errors import InvalidValue
from realestate.core.locking import lock
from realestate.core.transactions import service

Wishes = Mapping[str, Mapping[str, bool]]  # type -> channel -> wanted


def offered_channels() -> list[Channel]:
    """The channels that have somebody to carry them; a choice that nothing honours is not offered."""
    carried = {Channel.SMS: settings.SMS_URL, Channel.PUSH: settings.PUSH_URL}
    return [channel for channel in Channel if carried.get(channel, "always")]


def wishes_of(user: User) -> dict[str, dict[str, bool]]:
    """Every type over every offered channel: what the user said, else the default."""
    said = {
        (row.notification_type, row.channel): row.enabled
        for row in Preference.objects.for_user(user)
    }
    return {
        kind.value: {
            channel.value: said.get((kind, channel), default_for(kind, channel))
            for channel in offered_channels()
        }
        for kind in NotificationType
    }


def quiet_hours_of(user: User) -> dict[str, Any] | None:
    """When nothing is sent to a user; None: never."""
    row = QuietHours.objects.for_user(user).first()
    if row is None:
        return None
    return {
        "starts": f"{row.starts:%H:%M}",
        "ends": f"{row.ends:%H:%M}",
        "time_zone": row.time_zone,
    }


@service
def set_preferences(*, actor: User, wishes: Wishes) -> None:
    """Change the named types and channels; the others stay. In the app everything is always shown.

    Raises InvalidValue for switching that off.
    """
    if not all(channels.get(Channel.IN_APP, True) for channels in wishes.values()):
        message = "Notifications are always shown in the app."
        raise InvalidValue(message, errors={"preferences": [message]})
    now = clock.now()
    rows = [
        Preference(
            user=actor, notification_type=kind, channel=channel, enabled=enabled, updated_at=now
        )
        for kind, channels in sorted(wishes.items())
        for channel, enabled in sorted(channels.items())
        if channel != Channel.IN_APP
    ]
    Preference.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["user", "notification_type", "channel"],
        update_fields=["enabled", "updated_at"],
    )
    chosen = {f"{row.notification_type} by {row.channel}": row.enabled for row in rows}
    audit.record(actor, actor, "notification_preferences_set", after=chosen)


@service
def set_quiet_hours(*, actor: User, starts: time, ends: time, time_zone: str) -> None:
    """Send the actor nothing between two times of a wall clock. Raises InvalidValue for equal ones."""
    if starts == ends:
        message = "Quiet hours end at another time than they start."
        raise InvalidValue(message, errors={"quiet_hours": [message]})
    lock(User.objects.all(), actor.pk)
    hours = {"starts": starts, "ends": ends, "time_zone": time_zone}
    QuietHours.objects.update_or_create(user=actor, defaults=hours)
    shown = {name: str(value) for name, value in hours.items()}
    audit.record(actor, actor, "quiet_hours_set", after=shown)


@service
def end_quiet_hours(*, actor: User) -> None:
    """The actor is sent things at any hour again."""
    if QuietHours.objects.filter(user=actor).delete()[0]:
        audit.record(actor, actor, "quiet_hours_ended")
