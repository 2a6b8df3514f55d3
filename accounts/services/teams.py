"""Builders' teams: the owner lets people in, says what each is there for, and shuts them out again."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.hashers import make_password

from accounts import rules
from accounts.enums import BuilderRole, TeamRole
from accounts.events import UserRegistered
from accounts.models import Builder, BuilderMember, User
from accounts.services.register import EmailTaken
from accounts.services.sessions import revoke
from realestate.core import audit
from realestate.core.db.conflicts import register_conflict
from realestate.core.edits import update_row
from realestate.core.enums import Role
from realestate.core.errors import DomainError, InvalidValue, NotAllowed
from realestate.core.events import publish
from realestate.core.jobs import defer
from realestate.core.locking import lock
from realestate.core.transactions import service


class OwnerOrMember(DomainError):
    """This account is a builder of its own."""

    code, status = "owner_or_member", 409


register_conflict("owner_or_member", OwnerOrMember)


@service
def add_member(
    *, actor: User, email: str, name: str, team_role: TeamRole, builder_id: int | None = None
) -> BuilderMember:
    """Invite somebody to a builder's team; a link to set the password is mailed.

    Owners invite to their own team; staff name the builder. The role holds from the first login. Raises EmailTaken
    (409), InvalidValue (400) when staff name no builder, NotAllowed (403) for all but owners and staff.
    """
    builder = _builder(actor, builder_id)
    member = BuilderMember(
        email=rules.normalize_email(email),
        name=name,
        user_type=Role.BUILDER,
        employer=builder,
        team_role=team_role,
        password=make_password(None),
    )
    if User.objects.filter(email=member.email).exists():
        raise EmailTaken
    member.save(force_insert=True)
    after = {"builder": builder.pk, "name": name, "team_role": str(team_role)}
    audit.record(actor, member, "invited", after=after)
    publish(UserRegistered(user_id=member.pk))
    defer("accounts.mail_invitation", user_id=member.pk)
    return member


@service
def change_member(*, actor: User, member_id: int, changes: Mapping[str, Any]) -> BuilderMember:
    """Another name or role, or let in again who was shut out (``is_active``); holds from the next request on.

    Raises NotAllowed (403) for all but owners and staff, DoesNotExist for people of other teams.
    """
    rows = _rows(actor)
    member: BuilderMember = lock(rows, member_id)
    texts = {key: value for key, value in changes.items() if key != "is_active"}
    member = update_row(actor=actor, rows=rows, pk=member_id, changes=texts)
    wanted = changes.get("is_active", member.is_active)
    if wanted != member.is_active:
        set_member_active(actor, member, is_active=wanted)
    return member


@service
def remove_member(*, actor: User, member_id: int, reason: str = "") -> BuilderMember:
    """Shut somebody out of the team: sessions end at once, what the person did stays with the name on it.

    Idempotent. Raises NotAllowed (403) for all but owners and staff, DoesNotExist for people of other teams.
    """
    member: BuilderMember = lock(_rows(actor), member_id)
    if member.is_active:
        set_member_active(actor, member, is_active=False, reason=reason)
    return member


@service
def rename_self(*, actor: User, changes: Mapping[str, Any]) -> None:
    """One's own name, of an account without a profile."""
    update_row(actor=actor, rows=User.objects.for_user(actor), pk=actor.pk, changes=changes)


def shut_out_team(actor: User, builder_id: int, reason: str) -> None:
    """Within another service: nobody acts for a builder whose own account is shut out."""
    team = BuilderMember.objects.filter(employer=builder_id, is_active=True)
    for member_id in team.order_by("pk").values_list("pk", flat=True):
        set_member_active(actor, lock(team, member_id), is_active=False, reason=reason)


def set_member_active(
    actor: User, member: BuilderMember, *, is_active: bool, reason: str = ""
) -> None:
    """Within another service: let a locked member in, or out."""
    member.is_active = is_active
    member.save(update_fields=["is_active", "updated_at"])
    audit.record(actor, member, "let_in" if is_active else "removed", reason=reason)
    if not is_active:
        revoke(member.sessions.all())


def _rows(actor: User) -> Any:  # the custom manager's queryset
    _refuse_others(actor)
    return BuilderMember.objects.for_user(actor)


def _builder(actor: User, builder_id: int | None) -> Builder:
    _refuse_others(actor)
    wanted = builder_id if actor.user_type == Role.STAFF else actor.builder_id
    found = Builder.objects.filter(pk=wanted).first() if wanted else None
    if found is None:
        raise InvalidValue(errors={"builder_id": ["Say whose team this is."]})
    return found


def _refuse_others(actor: User) -> None:
    if actor.user_type != Role.STAFF and actor.builder_role != BuilderRole.OWNER:
        raise NotAllowed("Only the owner decides about the team.")
