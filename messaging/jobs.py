"""Delivering broadcasts in the background."""

from messaging import services
from realestate.core.jobs import job


@job("messaging.deliver_broadcast")
def deliver_broadcast(*, broadcast_id: int, **_later: object) -> None:
    """Deliver a broadcast, a batch at a time; run twice it delivers nothing twice."""
    while services.deliver_batch(broadcast_id=broadcast_id):
        pass


@job("messaging.deliver_broadcasts", cron="*/5 * * * *")
def deliver_broadcasts(**_later: object) -> str:
    """Queue broadcasts that have not reached everybody: their worker may have died."""
    return f"broadcasts queued: {services.queue_unfinished_broadcasts()}"
