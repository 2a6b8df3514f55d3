"""One's own sessions, ended by their owner one by one: whoever does that proves to be the owner first."""

from accounts.models import Session, User
from accounts.services.passwords import IncorrectPassword, check_current
from accounts.services.sessions import end_session
from realestate.core.locking import lock
from realestate.core.transactions import service

BY_OWNER = "ended by its owner"


def end_own_session(*, actor: User, session_id: int, current_password: str) -> None:
    """End one session of the caller, which may be the one that asks.

    Raises IncorrectPassword (400), and Session.DoesNotExist for sessions of others and those that have ended. No
    transaction around it, as in ``log_in``: the slow hash must not keep one open.
    """
    user = User.objects.get(pk=actor.pk)
    check_current(user, current_password)
    _end(user.pk, user.password, session_id)


@service
def _end(user_id: int, seen: str, session_id: int) -> None:
    # The password may have been changed while it was looked at; the old one proves nothing any more.
    user: User = lock(User.objects.filter(is_active=True), user_id)
    if user.password != seen:
        raise IncorrectPassword
    if not end_session(actor=user, session_id=session_id, user_id=user_id, reason=BY_OWNER):
        raise Session.DoesNotExist
