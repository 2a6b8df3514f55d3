"""How notifications leave the house: one adapter per channel, each with one that only prints as its default."""

from collections.abc import Callable

from notifications.channels import email, push, sms
from notifications.enums import Channel
from notifications.models import Delivery
from realestate.core.fence import refuse_while_fenced

SENDERS: dict[str, Callable[[Delivery], None]] = {
    Channel.EMAIL: email.send,
    Channel.SMS: sms.send,
    Channel.PUSH: push.send,
}


def send(delivery: Delivery) -> None:
    """Hand a delivery to its channel. Raises Fenced, and what the channel raises when it fails."""
    refuse_while_fenced()
    SENDERS[delivery.channel](delivery)
