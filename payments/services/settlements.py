"""What is kept and what is returned when a booking ends, decided by two persons (R11)."""

from payments.enums import SettlementState
from payments.models import Settlement


def withdrawal_is_settled(booking_id: int) -> bool:
    """R5.10: whether a second person approved how the booking's money is settled."""
    return Settlement.objects.filter(booking=booking_id, state=SettlementState.APPROVED).exists()
