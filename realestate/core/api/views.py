"""HouseViewSet: a view is a sentence. It parses, authorises, calls one service and shows the row again."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypeVar

from django.db.models import Model, QuerySet
from orjson import Fragment
from rest_framework import status
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from realestate.core.answers import version
from realestate.core.api.access import ANONYMOUS, action_of, role_of
from realestate.core.api.asking import Question, Rows
from realestate.core.api.filters import HouseFilterBackend
from realestate.core.api.negotiation import AlwaysFirst
from realestate.core.api.pagination import Extent, Page, array_response, envelope, paginate
from realestate.core.api.preconditions import honours, if_seen
from realestate.core.api.readings import Reading
from realestate.core.api.reads import reading_of
from realestate.core.api.serializers import ReadSerializer, WriteSerializer
from realestate.core.api.throttling import count
from realestate.core.enums import Duty
from realestate.core.errors import DomainError
from realestate.core.limits import Limit

Row = TypeVar("Row", bound=Model)

Shape = type[ReadSerializer]
Errors = Mapping[str, Sequence[type[DomainError]]]
DEFAULT_LIMIT = 20


class Edge(APIView):
    """What plain views and view sets share."""

    access: ClassVar[
        Mapping[str, frozenset[str]]
    ] = {}  # action or method -> roles; no row, no entry
    duty: ClassVar[Duty | None] = None  # to which what builders write here belongs
    duties: ClassVar[Mapping[str, Duty]] = {}  # action -> duty, where it is another
    errors: ClassVar[Errors] = {}  # action -> refusals, for the OpenAPI document
    limits: ClassVar[Mapping[str, Limit]] = {}  # action -> how often one account may call it
    # Actions whose answers caches may keep (adr 14).
    catalogue: ClassVar[frozenset[str]] = frozenset()
    tag: ClassVar[str] = ""  # the group in the OpenAPI document
    content_negotiation_class = AlwaysFirst

    @property
    def caller(self) -> Any:
        """The user who is logged in; a user of the accounts app, which the ground does not know."""
        return self.request.user

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Who asks, whether they may, and how often; an answer of the catalogue begins before its first row is read.

        Raises TooManyRequests (429).
        """
        super().initial(request, *args, **kwargs)
        action = action_of(self, str(request.method)) or ""
        if request.method in SAFE_METHODS and action in self.catalogue:
            version.begin(is_public=role_of(request) == ANONYMOUS)
        if action in self.limits:
            count(request, self.limits[action])

    def parse(self, write: type[WriteSerializer], *, partial: bool = False) -> dict[str, Any]:
        """The validated body. Raises ValidationError (400)."""
        body = write(data=self.request.data, partial=partial, context={"request": self.request})
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    def expect(self, model: type[Model], pk: int) -> None:
        """Go on only if the caller may see this row, for example the project whose units are asked for."""
        if not self._seen(model, pk).exists():
            raise model.DoesNotExist  # type: ignore[attr-defined]  # every model has one

    def find(self, model: type[Row], pk: int, related: str) -> Row:
        """A row that the caller may see, with the one behind a foreign key; as fast as ``expect``."""
        found = self._seen(model, pk).instance(model, related)
        if found is None:
            raise model.DoesNotExist  # type: ignore[attr-defined]  # every model has one
        return found

    def _seen(self, model: type[Model], pk: int) -> Question:
        def seen(pk: int) -> QuerySet[Any]:
            rows = model._default_manager.for_user(self.request.user)  # type: ignore[attr-defined]  # noqa: SLF001  # see rows
            return rows.filter(pk=pk)  # type: ignore[no-any-return]  # see rows

        name = (model, "seen")
        return Question(
            request=self.request, name=name, rows=seen, keys={"pk": pk}, is_filtered=False
        )

    def options(  # type: ignore[override]  # the stubs say HttpRequest, DRF passes its own
        self, request: Request, *args: object, **kwargs: object
    ) -> Response:  # DRF's signature
        """Which methods there are; needs no login."""
        return Response(
            {"methods": self.allowed_methods}, headers={"Allow": ", ".join(self.allowed_methods)}
        )


class HouseViewSet(Edge, GenericViewSet[Any]):
    """One resource: rows from ``for_user``, shapes from ``read``, an access row per action."""

    model: ClassVar[type[Model]]
    read: ClassVar[Shape]
    list_key: ClassVar[str | None] = None  # the envelope's key; None: a bare array
    default_limit: ClassVar[int] = DEFAULT_LIMIT
    lookup_value_regex = "[0-9]+"
    filter_backends = (HouseFilterBackend,)
    pagination_class = None

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Who asks, whether they may, and with If-Match: whether they have seen what they are about to change."""
        super().initial(request, *args, **kwargs)
        if "If-Match" in request.headers and honours(self, request.method):
            name = str(request.method).lower()  # where DRF looks for the handler, after this
            setattr(self, name, if_seen(self, getattr(self, name)))

    def rows(self) -> QuerySet[Any]:
        """Every row that the caller may see."""
        return self.model._default_manager.for_user(self.request.user)  # type: ignore[attr-defined, no-any-return]  # noqa: SLF001  # each house model's manager has for_user (house test)

    def get_queryset(self) -> QuerySet[Any]:
        """The rows with everything that their shape shows, in the list's order."""
        return self.shaped(self.rows())

    def shaped(self, rows: QuerySet[Any], read: Shape | None = None) -> QuerySet[Any]:
        """Rows in a shape's order, with its figures and relations unless its reading brings them."""
        read = read or self.read
        if self.reading(read) is None:
            rows = read.shape(rows)
        return rows.order_by(*read.order)

    def reading(self, read: Shape | None = None) -> Reading | None:
        """How rows of a shape are read fast; None: its serializer shows them, as it does after a change."""
        if self.request.method not in SAFE_METHODS or getattr(self, "swagger_fake_view", False):
            return None  # the OpenAPI document is made of the serializers, without a database
        return reading_of(read or self.read, self.model)

    def get_serializer_class(self) -> Shape:
        """The read shape; for the OpenAPI document."""
        return self.read

    def listed(self, **keys: int) -> QuerySet[Any]:
        """The rows of a list, narrowed to these keys and by the query's filters."""
        rows = self.get_queryset()
        return self.filter_queryset(rows.filter(**keys) if keys else rows)

    def list(self, request: Request, **_path: str) -> Response:
        """The caller's rows, a page at a time."""
        return self.show_list()

    def retrieve(self, request: Request, pk: str, **_path: str) -> Response:
        """One row, or 404 when it does not exist for the caller."""
        return self.show(int(pk))

    def show(self, pk: int, status: int = status.HTTP_200_OK) -> Response:
        """Read again through for_user: an answer can never hold a row that the caller may not see."""
        return Response(self.show_row(self.one, pk, self.read), status=status)

    def one(self, pk: int) -> QuerySet[Any]:
        """The row with a key, if the caller may see it."""
        return self.get_queryset().filter(pk=pk)

    def show_row(self, rows: Rows, pk: int, read: Shape) -> object:
        """The row that a function of its key finds, in a shape; raises DoesNotExist."""
        context, reading = self.get_serializer_context(), self.reading(read)
        if reading is None:
            return read(rows(pk=pk).get(), context=context).data
        shown = self.ask(rows, {"pk": pk}).row(reading, context)
        if shown is None:
            raise self.model.DoesNotExist  # type: ignore[attr-defined]  # every model has one
        return shown

    def ask(self, rows: Rows, keys: Mapping[str, int]) -> Question:
        """Rows that one of this view's functions finds by keys."""
        name = (type(self), self.action, rows.__name__)
        return Question(request=self.request, name=name, rows=rows, keys=keys)

    def show_list(
        self, rows: Rows | None = None, *, keys: Mapping[str, int] | None = None, **more: object
    ) -> Response:
        """A page of rows, in the envelope or as a bare array; ``rows`` is one of the view's functions of the keys."""
        return self.page_response(self.page(rows or self.listed, keys or {}), **more)

    def show_within(self, model: type[Model], **key: int) -> Response:
        """A page of the rows below one row, which is looked for only if there are none.

        For rows of which a caller sees one only if it sees the row above it.
        """
        page = self.page(self.listed, key)
        if not page.total:
            self.expect(model, *key.values())
        return self.page_response(page)

    def page_response(self, page: Page, **more: object) -> Response:
        """The rows of a page in the resource's shape."""
        shown = self.shown(page)
        if self.list_key is None:
            return array_response(self.request, page, shown)
        return Response(envelope(page, self.list_key, shown, **more))

    @property
    def at_most(self) -> int | None:
        """How many rows of a list are counted and paged; None: all of them, except for staff."""
        return None

    @property
    def extent(self) -> Extent:
        """How far pages and lists go."""
        return {"default_limit": self.default_limit, "at_most": self.at_most}

    def page(self, rows: Rows, keys: Mapping[str, int]) -> Page:
        """The page that is asked for."""
        reading, question = self.reading(), self.ask(rows, keys)
        if reading is None:
            return paginate(question.ordinary(), self.request, **self.extent)
        return question.page(reading, self.get_serializer_context(), **self.extent)

    def shown(self, page: Page) -> object:
        """The rows of a page as JSON knows them."""
        if isinstance(page.rows, Fragment):
            return page.rows
        return [*self.read(page.rows, many=True, context=self.get_serializer_context()).data]


def message(text: str, **more: object) -> Response:
    """A plain confirmation with a body (never 204, contract T3)."""
    return Response({"message": text, **more})
