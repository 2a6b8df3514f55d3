"""Broadcasts over HTTP: a builder tells all customers of a project or tower, and sees how far it is."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from messaging import services
from messaging.models import Broadcast
from messaging.serializers import BroadcastPageRead, BroadcastRead, BroadcastWrite
from realestate.core.api.access import BUILDER_ONLY, BUILDERS
from realestate.core.api.views import HouseViewSet
from realestate.core.enums import Duty
from realestate.core.limits import BROADCASTS


class BroadcastViewSet(HouseViewSet):
    """Texts to all customers of a project or tower."""

    model, read = Broadcast, BroadcastRead
    list_key = "broadcasts"
    tag = "messages"
    access = {"list": BUILDERS, "create": BUILDER_ONLY, "retrieve": BUILDERS}
    limits = {"create": BROADCASTS}
    duty = Duty.SALES
    errors = {"create": (services.NoRecipients, services.ClientIdTaken)}

    def get_queryset(self) -> QuerySet[Broadcast]:
        """Broadcasts with their progress."""
        return self.shaped(Broadcast.objects.for_user(self.caller).with_progress())

    @extend_schema(operation_id="broadcasts_list", responses=BroadcastPageRead)
    def list(self, request: Request, **_path: str) -> Response:
        """Your broadcasts, newest first, and how many customers each has reached."""
        return super().list(request)

    @extend_schema(operation_id="broadcasts_retrieve")
    def retrieve(self, request: Request, pk: str, **_path: str) -> Response:
        """One broadcast and how many customers it has reached."""
        return super().retrieve(request, pk)

    @extend_schema(
        operation_id="broadcasts_create",
        request=BroadcastWrite,
        responses={200: BroadcastRead, 201: BroadcastRead},
    )
    def create(self, request: Request) -> Response:
        """Tell all customers who hold or have booked a unit; each gets a message of its own, in the background.

        With a `client_id` that you have used for the same text it is answered again with 200.
        """
        row, is_new = services.send_broadcast(actor=self.caller, **self.parse(BroadcastWrite))
        return self.show(row.pk, status=201 if is_new else 200)
