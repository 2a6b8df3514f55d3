"""PDF answers, and links that open one without a login for a few minutes (contract 0.10)."""

from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpResponse
from rest_framework.request import Request

from realestate.core import clock
from realestate.core.enums import Role
from realestate.core.errors import DomainError

MINUTES = 10  # a link's life
TOKEN = "token"  # noqa: S105  # the query parameter's name
_signer = Signer(salt="realestate.core.api.pdf")


class LinkExpired(DomainError):
    """This link has ended; please ask for a new one."""

    code, status = "link_expired", 403


def pdf_response(content: bytes, name: str) -> HttpResponse:
    """The document, shown in the browser, saved under ``name``; nobody on the way may keep a copy."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def document_link(path: str, reader_id: int | None = None) -> str:
    """An absolute address that opens ``path`` without a login until the link ends.

    ``reader_id`` is who it is made for: whoever is logged in as somebody else cannot open it (G3).
    """
    until = clock.now() + timedelta(minutes=MINUTES)
    token = _signer.sign_object([path, int(until.timestamp()), reader_id])
    return f"{settings.PUBLIC_URL}{path}?{urlencode({TOKEN: token})}"


def opened_by_link(request: Request) -> bool:
    """Whether the request came with a link for its very path. Raises LinkExpired (403) for one that is not good."""
    token = request.query_params.get(TOKEN)
    if token is None:
        return False
    try:
        path, until, reader_id = _signer.unsign_object(token)
    except (BadSignature, ValueError, TypeError) as error:
        raise LinkExpired from error
    if path != request.path or clock.now().timestamp() >= until:
        raise LinkExpired
    caller = request.user
    is_staff = getattr(caller, "user_type", "") == Role.STAFF
    if reader_id is not None and not is_staff and caller.pk not in {None, reader_id}:
        raise LinkExpired
    return True
