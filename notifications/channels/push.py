"""Push messages: on the console, or by a relay that speaks to the push services of telephones and browsers.

The relay gets one POST per device: ``{"token", "platform", "id", "title", "body", "url"}`` with the key as bearer
token. It answers 404 or 410 for a device that its service no longer knows; we forget it.
"""

from django.conf import settings

from notifications.channels.carriers import CONSOLE, CarrierRefused, carrier, link_of, post, show
from notifications.models import Delivery, Device
from notifications.services import forget_devices

LONGEST = 1_000  # characters of the text; services take about 4 KB in all
GONE = (404, 410)


def send(delivery: Delivery) -> None:
    """Show it on every device of the user.

    Raises CarrierRefused when no device took it; requests' errors when nobody answers.
    """
    devices = list(Device.objects.filter(user=delivery.notification.user_id).order_by("pk"))
    refusals = [refusal for device in devices if (refusal := _show_on(device, delivery))]
    gone = [refusal.token for refusal in refusals if refusal.status in GONE]
    if gone:
        forget_devices(tokens=gone)
    if len(refusals) == len(devices):
        raise CarrierRefused(str(refusals[0]) if refusals else "There is no device.")


class _Refusal(CarrierRefused):
    def __init__(self, token: str, status: int, text: str) -> None:
        super().__init__(text)
        self.token, self.status = token, status


def _show_on(device: Device, delivery: Delivery) -> _Refusal | None:
    told = delivery.notification
    body = told.message[:LONGEST]
    where = carrier(settings.PUSH_URL)
    if where.scheme == CONSOLE:
        show(f"Push to {device}", told.title, body, link_of(told))
        return None
    port = f":{where.port}" if where.port else ""
    try:
        post(
            f"{where.scheme}://{where.hostname}{port}{where.path}",
            json={
                "token": device.token,
                "platform": device.platform,
                "id": f"notification-{told.pk}",  # the same for every try: shown once
                "title": told.title,
                "body": body,
                "url": link_of(told),
            },
            bearer=where.password or where.username or "",
        )
    except CarrierRefused as refusal:
        return _Refusal(device.token, refusal.status, str(refusal))
    return None
