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


@job("notifications.signal_due", cron="* * * * *")
def signal_due(**_later: object) -> None:
    """Tell browsers of notifications whose scheduled time has come."""
    services.signal_due_notifications()


@job("notifications.purge_signals", cron="19 3 * * *")
def purge_signals(**_later: object) -> None:
    """Daily: delete signals that no browser can ask for any more, and tickets that nobody has used."""
    services.purge_signals()
    services.purge_tickets()
