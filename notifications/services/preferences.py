"""Over which channels a user wants which notifications."""

from collections.abc import Mapping

from accounts.models import User
from notifications.enums import Channel, NotificationType
from notifications.models import Preference
from notifications.rules import OFFERED, default_for
from realestate.core import audit, clock
from realestate.core.errors import InvalidValue
from realestate.core.transactions import service

Wishes = Mapping[str, Mapping[str, bool]]  # type -> channel -> wanted


def wishes_of(user: User) -> dict[str, dict[str, bool]]:
    """Every type over every offered channel: what the user said, else the default."""
    said = {
        (row.notification_type, row.channel): row.enabled
        for row in Preference.objects.for_user(user)
    }
    return {
        kind.value: {
            channel.value: said.get((kind, channel), default_for(kind, channel))
            for channel in OFFERED
        }
        for kind in NotificationType
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
