"""Documents over HTTP: for those who may read the row that they are about, or for whoever has a link to them."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from realestate.core.api.access import PUBLIC
from realestate.core.api.pdf import TOKEN, LinkExpired, opened_by_link
from realestate.core.api.views import Edge
from realestate.core.errors import ServiceUnavailable
from realestate.core.limits import PAPERS

PDF = "application/pdf"
LINK = OpenApiParameter(TOKEN, str, description="Of a link that opens without a login.")


class Paper(Edge):
    """A document of a row, for those who may read it, or for whoever has a link that has not ended."""

    access = {"get": PUBLIC}
    limits = {"get": PAPERS}
    errors: ClassVar = {"get": (LinkExpired, ServiceUnavailable)}

    def readable(self, request: Request, rows: Any) -> Any:  # any house queryset, given back
        """The rows that the caller may read. Raises LinkExpired, NotAuthenticated."""
        if opened_by_link(request):
            return rows
        if request.user.pk is None:
            raise NotAuthenticated
        return rows.for_user(request.user)
