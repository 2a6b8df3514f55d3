"""``If-Match`` on what is shown with an entity tag: a change of something else than was seen is refused (A9).

The tag is of the whole answer (adr 14), so no version is counted: the row is locked, the answer that its reader would
get at this moment is made once more, and the tags are compared before anything is written, all in one transaction.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.utils.http import parse_etags
from rest_framework.request import Request
from rest_framework.response import Response

from realestate.core.answers.entries import tag_of
from realestate.core.api.renderers import JSONRenderer
from realestate.core.errors import StaleVersion
from realestate.core.locking import lock
from realestate.core.transactions import service

if TYPE_CHECKING:
    from realestate.core.api.views import HouseViewSet

Handler = Callable[..., Response]
CHANGES = frozenset({"PATCH", "DELETE"})


def honours(view: "HouseViewSet", method: str | None) -> bool:
    """Whether a method of a view compares ``If-Match``: its rows are shown with an entity tag."""
    return method in CHANGES and "retrieve" in view.catalogue


def if_seen(view: "HouseViewSet", change: Handler) -> Handler:
    """The same handler, refusing with StaleVersion (412) when the row is no longer what the caller has seen."""

    @service
    def changed(request: Request, *args: object, **path: str) -> Response:
        wanted = parse_etags(request.headers["If-Match"])  # none of a malformed header
        row = lock(view.rows(), int(path["pk"]))
        if "*" not in wanted and _tag(view, row.pk) not in wanted:
            raise StaleVersion
        return change(request, *args, **path)

    return changed


def _tag(view: "HouseViewSet", pk: int) -> str:
    return tag_of(JSONRenderer().render(view.show(pk).data))
