"""Back-office pages for builders' teams."""

from typing import Any

from django.contrib import admin

from accounts.models import BuilderMember
from accounts.rules import normalize_email
from accounts.services import (
    add_member,
    change_member,
    remove_member,
)
from realestate.core.admin import (
    HouseAdmin,
    HouseForm,
    ProvenMixin,
    moment,
)


class MemberForm(HouseForm):
    """Somebody of a team; the address is said once."""

    def clean_email(self) -> str:
        """As it is stored, so that one person has one account."""
        return normalize_email(self.cleaned_data["email"])


@admin.register(BuilderMember)
class MemberAdmin(ProvenMixin, HouseAdmin):
    """Who works for a builder, and as what. Owners keep their own team."""

    form = MemberForm
    list_display = (
        "name",
        "email",
        "employer",
        "team_role",
        "is_active",
        moment("last_login", "Last login"),
    )
    list_filter = ("team_role", "is_active")
    search_fields = ("name", "email", "employer__company_name")
    autocomplete_fields = ("employer",)
    list_select_related = ("employer",)
    ordering = ("name", "pk")
    add_fields = ("employer", "email", "name", "team_role")
    needed = ("name", "team_role", "employer")  # of other accounts the table does not ask them
    fields = (("name", "team_role"), ("email", "employer"), ("is_active", "last_login"))
    fixed = ("employer", "email")
    readonly_fields = ("is_active", "last_login")
    object_actions = {
        "remove": (
            "Remove from the team",
            lambda actor, pk, reason: remove_member(actor=actor, member_id=pk, reason=reason),
        ),
        "let_in": (
            "Let in again",
            lambda actor, pk, _reason: change_member(
                actor=actor, member_id=pk, changes={"is_active": True}
            ),
        ),
    }

    def possible_actions(self, row: BuilderMember) -> list[str]:
        """Whoever is in can be removed, and let in again."""
        return ["remove" if row.is_active else "let_in"]

    def store_new(self, actor: Any, form: HouseForm) -> BuilderMember:
        """Through the service, which mails the invitation."""
        data = dict(form.cleaned_data)
        return add_member(actor=actor, builder_id=data.pop("employer").pk, **data)

    def store_change(self, actor: Any, form: HouseForm) -> BuilderMember:
        """Through the service."""
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        return change_member(actor=actor, member_id=form.instance.pk, changes=changes)
