"""Tickets: a browser's socket cannot send headers, and access tokens do not belong into addresses."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass

from accounts.models import Session, User
from notifications.models import Ticket
from notifications.rules import TICKET_LIFE
from realestate.core import clock
from realestate.core.transactions import service


@dataclass(frozen=True)
class Holder:
    """Who opened a socket: a user by a session, or nobody in particular."""

    user_id: int | None
    session_id: int | None


@service
def open_ticket(*, actor: User | None, session_id: int | None) -> str:
    """A ticket for one socket within ``TICKET_LIFE``; for anonymous visitors one that hears public news only.

    Not audited: it changes nothing that anybody owns.
    """
    ticket = secrets.token_urlsafe(32)
    Ticket.objects.create(
        token_hash=_hash(ticket),
        user=actor,
        session_id=session_id,
        expires_at=clock.now() + TICKET_LIFE,
    )
    return ticket


@service
def use_ticket(*, ticket: str) -> Holder | None:
    """Who it was given to; None for a ticket that is unknown, used, too old, or of a session that has ended."""
    now = clock.now()
    row = Ticket.objects.filter(token_hash=_hash(ticket)).first()
    # Of two who come with it at once, one deletes it.
    if row is None or not Ticket.objects.filter(pk=row.pk, expires_at__gt=now).delete()[0]:
        return None
    if row.session_id is not None and ended_sessions(session_ids=[row.session_id]):
        return None
    return Holder(row.user_id, row.session_id)


@service
def purge_tickets() -> int:
    """Delete tickets that can no longer be used; returns how many."""
    return Ticket.objects.filter(expires_at__lte=clock.now()).delete()[0]


def ended_sessions(*, session_ids: Collection[int]) -> set[int]:
    """Those that are worth nothing any more, or whose user may not enter."""
    live = Session.objects.live(clock.now()).filter(pk__in=session_ids, user__is_active=True)
    return {*session_ids} - set(live.values_list("pk", flat=True))


def _hash(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()
