"""A builder's team: who works for it, and as what."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import services
from accounts.models import BuilderMember
from accounts.serializers import MemberChange, MemberPageRead, MemberRead, MemberWrite
from accounts.services import EmailTaken
from realestate.core.api.access import BUILDERS
from realestate.core.api.serializers import MessageRead
from realestate.core.api.views import HouseViewSet, message
from realestate.core.enums import Duty
from realestate.core.limits import INVITATIONS


class TeamViewSet(HouseViewSet):
    """GET and POST /api/team, PATCH and DELETE /api/team/{id}."""

    model, read = BuilderMember, MemberRead
    list_key: ClassVar[str | None] = "members"
    tag = "team"
    access = {
        "list": BUILDERS,
        "create": BUILDERS,
        "partial_update": BUILDERS,
        "destroy": BUILDERS,
    }
    limits = {"create": INVITATIONS}
    duty = Duty.SETUP
    errors = {"create": (EmailTaken,)}

    @extend_schema(operation_id="team_list", responses=MemberPageRead)
    def list(self, request: Request, **_path: str) -> Response:
        """The people of your team, those who were removed too; staff see all teams."""
        return super().list(request)

    @extend_schema(operation_id="team_add", request=MemberWrite, responses={201: MemberRead})
    def create(self, request: Request) -> Response:
        """Invite somebody to your team.

        A link to set the password goes to the address. `role` decides what the person may change; everybody in the team
        reads everything of the builder.
        """
        row = services.add_member(actor=self.caller, **self.parse(MemberWrite))
        return self.show(row.pk, status=201)

    @extend_schema(operation_id="team_edit", request=MemberChange, responses=MemberRead)
    def partial_update(self, request: Request, pk: int) -> Response:
        """Another name or role for somebody of your team; it holds from the next request on."""
        changes = self.parse(MemberChange, partial=True)
        services.change_member(actor=self.caller, member_id=pk, changes=changes)
        return self.show(pk)

    @extend_schema(operation_id="team_remove", responses=MessageRead)
    def destroy(self, request: Request, pk: int) -> Response:
        """Remove somebody from your team: the person is logged out everywhere, what they did stays."""
        row = services.remove_member(actor=self.caller, member_id=pk)
        return message(f"{row.full_name} is no longer in the team.")
