"""Profiles: owners and staff edit them; who has dealt with whom."""

from collections.abc import Mapping
from typing import Any

from accounts.models import Builder, Customer, Relation, User
from accounts.services.register import refuse_license_twin
from accounts.services.sessions import revoke
from accounts.services.teams import shut_out_team
from realestate.core import audit
from realestate.core.edits import update_row
from realestate.core.enums import Role
from realestate.core.errors import NotAllowed
from realestate.core.locking import lock
from realestate.core.transactions import service


@service
def update_builder(*, actor: User, builder_id: int, changes: Mapping[str, Any]) -> Builder:
    """Edit a builder's profile. Raises Builder.DoesNotExist for strangers, LicenseTaken.

    A licence that its owner changes is no longer the one that the platform has checked.
    """
    builder = lock(Builder.objects.editable_by(actor), builder_id)
    changes = dict(changes)
    license_number = changes.get("license_number", builder.license_number)
    if license_number != builder.license_number:
        refuse_license_twin(license_number, but=builder.pk)
        if actor.user_type != Role.STAFF:
            changes["verified"] = False
    return update_row(
        actor=actor, rows=Builder.objects.editable_by(actor), pk=builder_id, changes=changes
    )


@service
def update_customer(*, actor: User, customer_id: int, changes: Mapping[str, Any]) -> Customer:
    """Edit a customer's profile. Raises Customer.DoesNotExist for strangers."""
    return update_row(
        actor=actor, rows=Customer.objects.editable_by(actor), pk=customer_id, changes=changes
    )


@service
def relate(*, customer_id: int, builder_id: int) -> None:
    """Note that a customer has dealt with a builder, who may see the customer's profile from now on. Idempotent."""
    Relation.objects.bulk_create(
        [Relation(customer_id=customer_id, builder_id=builder_id)], ignore_conflicts=True
    )


@service
def set_user_active(*, actor: User, user_id: int, is_active: bool, reason: str = "") -> User:
    """Let an account in, or shut it out: its tokens are worthless at once. Raises NotAllowed for all but staff.

    With a builder its team is shut out; people of the team are let in again one by one.
    """
    if actor.user_type != Role.STAFF:
        raise NotAllowed
    user: User = lock(User.objects.for_user(actor), user_id)
    if user.is_active == is_active:
        return user
    user.is_active = is_active
    user.save(update_fields=["is_active", "updated_at"])
    audit.record(actor, user, "activated" if is_active else "deactivated", reason=reason)
    if not is_active:
        revoke(user.sessions.all())
        shut_out_team(actor, user.pk, reason)
    return user
