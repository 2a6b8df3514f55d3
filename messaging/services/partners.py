"""Who may talk to whom: a customer and the builder of a project (contract 7.7).

A customer may write about any public project. A builder may write to customers that have dealt with it: who booked,
met or wrote (``accounts.Relation``). Strangers get DoesNotExist, which is a 404.
"""

from dataclasses import dataclass
from typing import Any

from accounts.models import Customer, User
from bookings.models import Booking
from messaging.models import Conversation, Message
from projects.models import Project
from realestate.core.enums import Role
from realestate.core.errors import InvalidValue, NotAllowed


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The two ends of a conversation: a customer and a project; the builder follows from the project."""

    customer_id: int
    project_id: int
    builder_id: int

    def other_than(self, user: User) -> int:
        """The party that is not the user's: whoever writes for the builder writes to the customer."""
        return self.builder_id if user.pk == self.customer_id else self.customer_id


def find_pair(*, actor: User, customer_id: int, project_id: int) -> Pair:
    """The pair, if the actor may talk as one of it. Raises DoesNotExist otherwise."""
    known = Conversation.objects.for_user(actor).filter(customer=customer_id, project=project_id)
    if (builder_id := known.values_list("project__builder", flat=True).first()) is not None:
        return Pair(customer_id=customer_id, project_id=project_id, builder_id=builder_id)
    project = _projects(actor).only("builder").get(pk=project_id)
    _require_related(actor, customer_id)
    return Pair(customer_id=customer_id, project_id=project_id, builder_id=project.builder_id)


def pair_of_booking(*, actor: User, booking_id: int) -> Pair:
    """The parties of a booking. Raises DoesNotExist for strangers."""
    row = Booking.objects.for_user(actor).select_related("project").get(pk=booking_id)
    return Pair(
        customer_id=row.customer_id, project_id=row.project_id, builder_id=row.project.builder_id
    )


def pair_of_message(*, actor: User, message_id: int) -> Pair:
    """The parties of a message's conversation. Raises DoesNotExist for strangers."""
    message = (
        Message.objects.for_user(actor).select_related("conversation__project").get(pk=message_id)
    )
    talk = message.conversation
    return Pair(
        customer_id=talk.customer_id, project_id=talk.project_id, builder_id=talk.project.builder_id
    )


def pair_for(
    *,
    actor: User,
    project_id: int | None,
    booking_id: int | None,
    parent_message_id: int | None,
    recipient_id: int | None,
) -> Pair:
    """The pair that a new message belongs to; everything that the client named must agree.

    Raises InvalidValue when it does not or when too little was named, DoesNotExist for strangers.
    """
    found = []
    if parent_message_id is not None:
        found.append(pair_of_message(actor=actor, message_id=parent_message_id))
    if booking_id is not None:
        found.append(pair_of_booking(actor=actor, booking_id=booking_id))
    if project_id is not None and not any(pair.project_id == project_id for pair in found):
        customer_id = _named_customer(
            actor, recipient_id or next((p.customer_id for p in found), None)
        )
        found.append(find_pair(actor=actor, customer_id=customer_id, project_id=project_id))
    if not found:
        raise InvalidValue(
            "Say which project this is about.", errors={"project_id": ["This field is required."]}
        )
    if len(set(found)) > 1:
        raise InvalidValue("Project, booking and message do not belong together.")
    pair = found[0]
    if actor.customer_id != pair.customer_id and actor.builder_id != pair.builder_id:
        raise NotAllowed("Only the customer and the builder can write in a conversation.")
    if recipient_id not in {None, pair.other_than(actor)}:
        # A customer may answer whoever of the builder's team wrote; the builder's inbox gets it.
        User.objects.filter(employer=pair.builder_id).exclude(pk=actor.pk).get(pk=recipient_id)
    return pair


def _named_customer(actor: User, recipient_id: int | None) -> int:
    if actor.user_type == Role.CUSTOMER:
        return actor.pk
    if recipient_id is None:
        raise InvalidValue(
            "Say whom you write to.", errors={"recipient_id": ["This field is required."]}
        )
    return recipient_id


def _projects(actor: User) -> Any:  # a queryset; its two methods return different Self types
    if actor.user_type == Role.CUSTOMER:
        return Project.objects.for_user(actor)
    return Project.objects.editable_by(actor)


def _require_related(actor: User, customer_id: int) -> None:
    if Customer.objects.for_user(actor).filter(pk=customer_id).exists():
        return
    if actor.user_type == Role.CUSTOMER:  # who buys with somebody does not talk as this one (R18)
        raise Customer.DoesNotExist
    if not Booking.objects.for_user(actor).filter(customer=customer_id).exists():
        raise Customer.DoesNotExist
