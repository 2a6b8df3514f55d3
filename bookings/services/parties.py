"""For whom, and on which unit: what the caller may claim."""

from django.db.models import QuerySet

from accounts.models import Customer, User
from projects.models import Unit
from realestate.core.enums import Role
from realestate.core.errors import InvalidValue


def claimable_units(actor: User) -> QuerySet[Unit]:
    """Units that the caller may hold or book: a customer any it sees, a builder its own, staff all."""
    if actor.user_type == Role.CUSTOMER:
        return Unit.objects.for_user(actor).select_related("project")
    return Unit.objects.editable_by(actor).select_related("project")


def buyer(actor: User, customer_id: int | None) -> Customer:
    """Who books: a customer itself; builders and staff name one that they may see.

    Raises InvalidValue (400) when nobody is named, Customer.DoesNotExist (404) for strangers.
    """
    wanted = actor.pk if actor.user_type == Role.CUSTOMER else customer_id
    if wanted is None:
        raise InvalidValue(
            "Say for which customer.", errors={"customer_id": ["This field is required."]}
        )
    return Customer.objects.for_user(actor).get(pk=wanted)
