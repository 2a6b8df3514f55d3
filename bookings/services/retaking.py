"""Taking a lapsed hold again for money that was on its way (R5)."""


def retake_claim(*, booking_id: int) -> bool:
    """Whether the unit could be had again for the booking."""
    return booking_id < 0
