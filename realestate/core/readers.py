"""Whom a signed link is made for, and who may open it (G3).

A browser that loads a picture or opens a paper can neither send a token nor, from the frontend's origin, a cookie. So a
link knows its reader: the user, the login, and the client that was handed it. Whoever shows a token must be that
reader; without one the link opens only where the reader's login is at home.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.signing import BadSignature, Signer

from realestate.core import clock
from realestate.core.answers import making

# Words of the setting PRIVATE_LINKS.
CLIENT, AGENT, LOGIN_ONLY = "client", "agent", "login"


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Somebody who is handed a link or opens one; without a ``user_id`` nobody is logged in."""

    user_id: int | None = None
    session_id: int | None = None
    client: str = ""  # a mark of network and program, see ``core.api.links.reader_of``
    is_staff: bool = False
    is_on_our_page: bool = False  # came from a page of the frontend or of the back office


def seal(signer: Signer, subject: object, minutes: int, reader: Reader | None) -> str:
    """A token that opens ``subject`` for so many minutes; without a reader for everybody, as its row is public."""
    now = clock.now()
    until = int((now + timedelta(minutes=minutes)).timestamp())
    # Whoever is given a kept answer last has half of the time.
    making.ends(now + timedelta(minutes=minutes) / 2)
    made_for = None
    if reader is not None and reader.user_id is not None:
        made_for = [reader.user_id, reader.session_id, reader.client]
        making.is_for_one_reader()
    return signer.sign_object([subject, until, made_for])


def opens_for(
    signer: Signer, token: str, subject: object, opener: Reader, *, anywhere: bool = False
) -> bool:
    """Whether a token is ours, is for this subject, has not ended, and was made for whoever opens it.

    ``anywhere``: it may be opened without coming from one of our pages.
    """
    try:
        sealed, until, made_for = signer.unsign_object(token)
        is_alive = bool(sealed == subject and clock.now().timestamp() < until)
        reader = (
            Reader(user_id=made_for[0], session_id=made_for[1], client=made_for[2])
            if made_for
            else None
        )
    except (BadSignature, ValueError, TypeError, LookupError):
        return False
    if not is_alive or reader is None:
        return is_alive
    return _is_same(reader, opener, anywhere=anywhere) and (
        opener.is_staff or _is_logged_in(reader)
    )


def _is_same(reader: Reader, opener: Reader, *, anywhere: bool) -> bool:
    """By the token that was shown; without one by the place. Staff see what everybody sees."""
    if opener.user_id is not None:
        return opener.is_staff or opener.user_id == reader.user_id
    is_at_home = settings.PRIVATE_LINKS != LOGIN_ONLY and opener.client == reader.client
    return is_at_home and (anywhere or opener.is_on_our_page)


def _is_logged_in(reader: Reader) -> bool:
    """The login that a link was handed to has not ended: logging out and a new password end its links too."""
    users: Any = get_user_model()._default_manager  # noqa: SLF001  # a manager of the accounts app
    return bool(users.logged_in(clock.now(), reader.user_id, reader.session_id).exists())
