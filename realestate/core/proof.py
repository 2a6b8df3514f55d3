"""How long ago somebody came all the way in at the back office's door; what decides how people log in asks for it.

The session keeps the moment of the password. The code of the second factor comes after it and before everything else,
so who is in and has a moment that is not old has given both.
"""

from datetime import timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from realestate.core import clock

PROVEN = "proven"  # where the back office's session keeps the moment, in seconds
PROOF_LASTS = timedelta(minutes=10)
READING = frozenset({"GET", "HEAD", "OPTIONS"})
TOO_LATE = (
    "Nothing was changed: your last login is more than ten minutes ago. "
    "Please confirm that it is you, and do it again."
)


def note_proof(request: HttpRequest) -> None:
    """The password was right just now."""
    request.session[PROVEN] = clock.now().timestamp()


def proven_lately(request: HttpRequest) -> bool:
    """Whether the last password is no older than ten minutes; a session without a moment has proven nothing."""
    age = clock.now().timestamp() - request.session.get(PROVEN, 0)
    return bool(age < PROOF_LASTS.total_seconds())


def ask_first(request: HttpRequest, back: str) -> HttpResponseRedirect:
    """To the page that asks for password and code, and from there ``back``: a page of ours that can be opened."""
    if request.method not in READING:
        messages.error(request, TOO_LATE)
    query = urlencode({REDIRECT_FIELD_NAME: back})
    return HttpResponseRedirect(f"{reverse('admin:confirm')}?{query}")
