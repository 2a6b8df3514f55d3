"""Promised dates speak: the buyer reads what is proposed and why, the builder what the buyer says (R13.5)."""

from accounts.models import User
from bookings.enums import PromiseState
from bookings.events import PromiseAnswered, PromiseProposed
from bookings.models import PromisedDate
from notifications import services
from notifications.enums import NotificationType, Priority
from realestate.core.amounts import format_day
from realestate.core.enums import Duty
from realestate.core.events import on


@on(PromiseProposed)
def tell_buyer_of_proposal(event: PromiseProposed) -> None:
    """The day, the reason, and that the old day holds until the buyer agrees."""
    row = _loaded(event.promise_id)
    services.notify(
        user_ids=[row.booking.customer_id],
        notification_type=NotificationType.BOOKING_UPDATE,
        title="Another date is proposed",
        message=f"For booking {row.booking.booking_number} the builder proposes {format_day(row.promised_on)}."
        f" Reason: {row.reason} The date that you agreed to before holds until you answer.",
        related=("booking", row.booking_id),
        dedupe_key=f"promise:{row.pk}:proposed",
        priority=Priority.HIGH,
        action_url="/customer/bookings",
    )


@on(PromiseAnswered)
def tell_builder_of_answer(event: PromiseAnswered) -> None:
    """Whether the buyer agrees."""
    row = _loaded(event.promise_id)
    agreed = row.state == PromiseState.AGREED
    services.notify(
        user_ids=User.objects.keys_acting_for(row.booking.project.builder_id, Duty.SALES),
        notification_type=NotificationType.BOOKING_UPDATE,
        title="Date agreed" if agreed else "Date declined",
        message=f"The buyer of booking {row.booking.booking_number} {'agrees' if agreed else 'does not agree'} to"
        f" {format_day(row.promised_on)}.",
        related=("booking", row.booking_id),
        dedupe_key=f"promise:{row.pk}:answered",
        action_url="/builder/bookings",
    )


def _loaded(promise_id: int) -> PromisedDate:
    return PromisedDate.objects.select_related("booking__project").get(pk=promise_id)
