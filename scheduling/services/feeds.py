"""Private addresses of calendars, which programs subscribe to without a login."""

import secrets

from django.core.signing import BadSignature, Signer

from accounts.models import User
from realestate.core import audit
from realestate.core.locking import lock
from realestate.core.transactions import service
from scheduling.models import CalendarFeed

# Its parts are letters that every program bears.
_signer = Signer(sep=".", salt="scheduling.services.feeds")


@service
def open_feed(*, actor: User) -> CalendarFeed:
    """Give the actor's calendar an address; one that it had before ends. Audited."""
    lock(User.objects.all(), actor.pk)
    row, _ = CalendarFeed.objects.update_or_create(
        user=actor, defaults={"secret": secrets.token_hex(16)}
    )
    audit.record(actor, row, "opened")
    return row


@service
def close_feed(*, actor: User) -> bool:
    """End the address of the actor's calendar; whether there was one. Audited."""
    lock(User.objects.all(), actor.pk)
    row = CalendarFeed.objects.filter(user=actor).first()
    if row is None:
        return False
    audit.record(actor, row, "closed")
    row.delete()
    return True


def feed_token(feed: CalendarFeed) -> str:
    """What the address holds: signed, so that somebody who reads the database has no address."""
    return _signer.sign_object([feed.pk, feed.secret])


def feed_owner(token: str) -> User:
    """Whose calendar it is. Raises CalendarFeed.DoesNotExist for a token that is not or no longer good."""
    try:
        pk, secret = _signer.unsign_object(token)
    except (BadSignature, ValueError, TypeError) as error:
        raise CalendarFeed.DoesNotExist from error
    feeds = CalendarFeed.objects.filter(user__is_active=True).select_related("user")
    return feeds.get(pk=pk, secret=secret).user
