"""PDF answers, and links that open one without a login for a few minutes (contract 0.10)."""

from urllib.parse import urlencode

from django.conf import settings
from django.core.signing import Signer
from django.http import HttpResponse
from rest_framework.request import Request

from realestate.core.api.links import reader_of
from realestate.core.errors import DomainError
from realestate.core.readers import Reader, opens_for, seal

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


def document_link(path: str, reader: Reader | None) -> str:
    """An absolute address that opens ``path`` until the link ends: for its reader, without a token only from there.

    Unlike a file's it needs no page of ours around it: clients open the address alone (contract 0.10).
    """
    token = seal(_signer, path, MINUTES, reader)
    return f"{settings.PUBLIC_URL}{path}?{urlencode({TOKEN: token})}"


def opened_by_link(request: Request) -> bool:
    """Whether the request came with a link for its very path. Raises LinkExpired (403) for one that is not good."""
    token = request.query_params.get(TOKEN)
    if token is None:
        return False
    if not opens_for(_signer, token, request.path, reader_of(request), anywhere=True):
        raise LinkExpired
    return True
