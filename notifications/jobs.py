"""Sending in the background: one job per e-mail, and a sweep every minute for what is left over."""

from notifications import services
from notifications.channels import email
from realestate.core.jobs import job


@job("notifications.deliver")
def deliver(*, notification_id: int, **_later: object) -> None:
    """Send one notification, unless it was sent or another worker has it. A failure is tried again by the sweep."""
    notification = services.start_delivery(notification_id=notification_id)
    if notification is not None:
        email.send(notification)
        services.finish_delivery(notification_id=notification_id)


@job("notifications.deliver_waiting", cron="* * * * *")
def deliver_waiting(**_later: object) -> None:
    """Queue what should have left by now: scheduled ones, the rest of a crowd, failed tries."""
    services.queue_waiting_deliveries()
