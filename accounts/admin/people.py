"""Back-office pages for builders, customers, and who knows whom."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.models import Builder, Customer, Relation, Session
from accounts.services import (
    update_builder,
    update_customer,
)
from realestate.core.admin import (
    HouseAdmin,
    HouseForm,
    ReadOnlyAdmin,
    is_platform,
    moment,
    text,
)


@admin.register(Builder)
class BuilderAdmin(HouseAdmin):
    """Companies that build and sell."""

    addable = False  # made with their account: create_builder, or registration
    list_display = (
        "company_name",
        "license_number",
        text("user.email", "E-mail"),
        "phone",
        "verified",
    )
    list_filter = ("verified",)
    search_fields = ("company_name", "license_number", "user__email", "phone")
    list_select_related = ("user",)
    ordering = ("company_name", "pk")
    readonly_fields = ("user",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whether licence and company were checked is the platform's to say."""
        names = super().get_readonly_fields(request, obj)
        return names if is_platform(request) else [*names, "verified"]

    def store_change(self, actor: Any, form: HouseForm) -> Builder:
        """Through the service, which knows twins of licences."""
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        return update_builder(actor=actor, builder_id=form.instance.pk, changes=changes)


@admin.register(Customer)
class CustomerAdmin(HouseAdmin):
    """People who look for, book and pay for units."""

    addable = False  # made with their account, by registration
    list_display = ("full_name", text("user.email", "E-mail"), "phone", "preferred_contact_method")
    list_filter = ("preferred_contact_method",)
    search_fields = ("first_name", "last_name", "user__email", "phone")
    list_select_related = ("user",)
    ordering = ("first_name", "last_name", "pk")
    readonly_fields = ("user",)
    choice_joins = ("user",)

    def choice(self, row: Customer) -> str:
        """Two people may have one name."""
        return " · ".join(part for part in (row.full_name, row.user.email, row.phone) if part)

    def store_change(self, actor: Any, form: HouseForm) -> Customer:
        """Through the service."""
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        return update_customer(actor=actor, customer_id=form.instance.pk, changes=changes)


@admin.register(Relation)
class RelationAdmin(ReadOnlyAdmin):
    """Which customers have dealt with which builders."""

    list_display = ("customer", "builder", moment("since", "Since"))
    search_fields = ("customer__first_name", "customer__last_name", "builder__company_name")
    list_select_related = ("customer", "builder")
    ordering = ("-pk",)


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    """Logins; ended under the user."""

    list_display = (
        "user",
        "address",
        "user_agent",
        moment("created_at", "Since"),
        moment("revoked_at", "Ended"),
    )
    search_fields = ("user__email", "address")
    list_select_related = ("user",)
    ordering = ("-pk",)
    exclude = ("jti", "previous_jti")
