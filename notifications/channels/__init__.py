"""How notifications leave the house: one adapter per channel, each with one that only prints as its default."""

from collections.abc import Callable

from notifications.channels import email, push, sms
from notifications.enums import Channel
from notifications.models import Delivery

SENDERS: dict[str, Callable[[Delivery], None]] = {
    Channel.EMAIL: email.send,
    Channel.SMS: sms.send,
    Channel.PUSH: push.send,
}


def send(delivery: Delivery) -> None:
    """Hand a delivery to its channel. Raises what the channel raises when that fails."""
    SENDERS[delivery.channel](delivery)
