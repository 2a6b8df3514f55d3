"""Telephones and browsers that show push messages."""

from accounts.models import User
from notifications.models import Device
from realestate.core import audit
from realestate.core.errors import DomainError
from realestate.core.locking import lock
from realestate.core.transactions import service

MOST = 20


class TooManyDevices(DomainError):
    """You have registered many devices; please remove one first."""

    code, status = "too_many_devices", 422


@service
def register_device(*, actor: User, token: str, platform: str, name: str = "") -> Device:
    """Show push messages of the actor on a device; one that another account had before is the actor's now.

    Whoever holds a push token holds the device: the app there has logged in as somebody else. Raises TooManyDevices.
    """
    lock(User.objects.all(), actor.pk)
    others = Device.objects.filter(user=actor).exclude(token=token)
    if others.count() >= MOST:
        raise TooManyDevices
    row, _ = Device.objects.update_or_create(
        token=token, defaults={"user": actor, "platform": platform, "name": name}
    )
    audit.record(actor, row, "registered", after={"platform": platform})
    return row


@service
def remove_device(*, actor: User, device_id: int) -> None:
    """Show nothing there any more. Raises Device.DoesNotExist for others' devices."""
    row = lock(Device.objects.for_user(actor), device_id)
    audit.record(actor, row, "removed")
    row.delete()


@service
def forget_devices(*, tokens: list[str]) -> int:
    """Devices that their push service no longer knows; returns how many."""
    return Device.objects.filter(token__in=tokens).delete()[0]
