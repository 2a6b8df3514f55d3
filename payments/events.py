"""What payments says."""

from dataclasses import dataclass

from realestate.core.events import Event


@dataclass(frozen=True, kw_only=True)
class PaymentRecorded(Event):
    """Money arrived for a booking."""

    payment_id: int
    booking_id: int
