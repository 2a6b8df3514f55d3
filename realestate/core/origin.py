"""Pages that answer only when a page of ours asks: what costs much or leaves a trace follows no link of another site.

Exports are links, so no form's token stands before them. Browsers say with each request where it began and as what it
is wanted (``Sec-Fetch-…``); no page can set these or leave them out. Where a browser says nothing, because it is old or
asks by plain HTTP, the page before counts, which ours name to ourselves alone (``Referrer-Policy: same-origin``).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

# A page that somebody opens, a request of a script: no picture, no frame, no style sheet.
WANTED_AS = frozenset({"document", "empty"})


def is_from_our_pages(request: HttpRequest) -> bool:
    """Whether a page of this very host asked; an address that was typed or came by mail is none."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is None:
        return request.headers.get("Referer", "").startswith(request.build_absolute_uri("/"))
    return site == "same-origin" and request.headers.get("Sec-Fetch-Dest", "empty") in WANTED_AS


def from_our_pages(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The view, which refuses whoever was sent from elsewhere. It raises PermissionDenied."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_from_our_pages(request):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return asked
