"""Sending in the background: one job per delivery, and a sweep every minute for what is left over."""

from notifications import channels, services
from notifications.channels.carriers import is_carriers_fault
from realestate.core.jobs import job


@job("notifications.deliver")
def deliver(*, delivery_id: int = 0, **_later: object) -> None:
    """Send one delivery, unless it was sent or another worker has it. A failure is kept, and tried again by the sweep.

    Jobs from before there were deliveries name none: the sweep finds what they were for.
    """
    delivery = services.start_delivery(delivery_id=delivery_id)
    if delivery is None:
        return
    try:
        channels.send(delivery)
    except Exception as error:
        services.note_failure(
            delivery_id=delivery_id,
            error=f"{type(error).__name__}: {error}",
            is_stranded=is_carriers_fault(error),
        )
        raise
    services.finish_delivery(delivery_id=delivery_id)


@job("notifications.deliver_waiting", cron="* * * * *")
def deliver_waiting(**_later: object) -> str:
    """Queue what should have left by now: scheduled ones, the rest of a crowd, failed tries.

    Of those whose carrier cannot be reached one per channel goes ahead of its time, to find out whether it is back.
    """
    asked = services.ask_for_carriers()
    return f"deliveries queued: {services.queue_waiting_deliveries()}, ahead of time: {asked}"


@job("notifications.signal_due", cron="* * * * *")
def signal_due(**_later: object) -> str:
    """Tell browsers of notifications whose scheduled time has come."""
    return f"notifications due of late: {services.signal_due_notifications()}"


@job("notifications.purge_signals", cron="19 3 * * *")
def purge_signals(**_later: object) -> str:
    """Daily: delete signals that no browser can ask for any more, and tickets that nobody has used."""
    return f"signals: {services.purge_signals()}, tickets: {services.purge_tickets()}"
