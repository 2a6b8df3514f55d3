"""Back-office pages for accounts and their groups."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.decorators import method_decorator
from django_otp.plugins.otp_static.admin import StaticDevice
from django_otp.plugins.otp_totp.admin import TOTPDevice

from accounts.models import User
from accounts.rules import normalize_email
from accounts.services import (
    end_sessions,
    reset_second_factor,
    second_factor,
    set_user_active,
)
from realestate.core import audit
from realestate.core.admin import (
    HouseAdmin,
    ProvenMixin,
    moment,
)
from realestate.core.enums import Role
from realestate.core.transactions import service

RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")


def _actor(request: HttpRequest) -> Any:
    return request.user


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


class StaffCreationForm(AdminUserCreationForm):  # type: ignore[type-arg]  # the stubs make it generic
    """A new member of the staff; builders and customers register with their profile."""

    class Meta:
        model = User
        fields = ("email",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.user_type, self.instance.is_staff = Role.STAFF, True

    def clean_email(self) -> str:
        """As it is stored, so that one person has one account."""
        return normalize_email(self.cleaned_data["email"])


class AccountForm(UserChangeForm):  # type: ignore[type-arg]  # the stubs make it generic
    """An account's address and rights. The password has a page of its own."""

    def clean_email(self) -> str:
        """As it is stored, so that one person has one account."""
        return normalize_email(self.cleaned_data["email"])

    def clean(self) -> dict[str, Any]:
        """Rights in the admin are for staff only; the table refuses them to others too."""
        data = super().clean() or self.cleaned_data
        if self.instance.user_type != Role.STAFF:
            for name in {"is_staff", "is_superuser"} & {name for name in data if data[name]}:
                self.add_error(name, "Only staff accounts enter the admin.")
        return data


@admin.register(User)
class HouseUserAdmin(ProvenMixin, HouseAdmin, UserAdmin):  # type: ignore[type-arg]  # the stubs make it generic
    """Accounts: rights of staff, activity, sessions."""

    form = AccountForm  # type: ignore[assignment]  # Django's own kind, which stores by itself
    add_form = StaffCreationForm
    change_form_template = "admin/house/user_change_form.html"
    list_display = (
        "email",
        "user_type",
        "is_active",
        "is_staff",
        "is_verified",
        moment("last_login", "Last login"),
    )
    list_filter = ("user_type", "is_active", "is_staff")
    search_fields = (
        "email",
        "builder__company_name",
        "customer__first_name",
        "customer__last_name",
    )
    list_select_related = ()
    ordering = ("-pk",)
    readonly_fields = (
        "user_type",
        "is_active",
        "second_factor_of",
        "employer",
        "team_role",
        "name",
        "email_verified_at",
        "last_login",
    )
    filter_horizontal = ("groups", "user_permissions")
    add_fieldsets = ((None, {"fields": ("email", "usable_password", "password1", "password2")}),)
    fieldsets = (
        (None, {"fields": ("email", "password", "user_type", "is_active", "second_factor_of")}),
        ("Team of a builder", {"fields": ("employer", "team_role", "name")}),
        (
            "Rights in the admin",
            {"fields": ("is_staff", "is_superuser", "groups", "user_permissions")},
        ),
        ("Times", {"fields": ("email_verified_at", "last_login")}),
    )
    object_actions = {
        "deactivate": (
            "Deactivate",
            lambda actor, pk, reason: set_user_active(
                actor=actor, user_id=pk, is_active=False, reason=reason
            ),
        ),
        "activate": (
            "Activate",
            lambda actor, pk, reason: set_user_active(
                actor=actor, user_id=pk, is_active=True, reason=reason
            ),
        ),
        "sign_out": (
            "Sign out everywhere",
            lambda actor, pk, reason: end_sessions(actor=actor, user_id=pk, reason=reason),
        ),
        "reset_second_factor": (
            "Reset second factor",
            lambda actor, pk, reason: reset_second_factor(actor=actor, user_id=pk, reason=reason),
        ),
    }

    def possible_actions(self, row: User) -> list[str]:
        """Active accounts can be deactivated, others activated; a second factor is reset where there is one."""
        actions = ["deactivate" if row.is_active else "activate", "sign_out"]
        return [*actions, "reset_second_factor"] if second_factor(row.pk) else actions

    def may_act(self, request: HttpRequest, row: User | None) -> bool:
        """Nobody but a superuser changes a superuser, or becomes one by a new password."""
        is_above = row is not None and row.is_superuser and not _is_superuser(request)
        return not is_above and super().may_act(request, row)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Rights are given by superusers: whoever may edit accounts must not be able to take them."""
        names = super().get_readonly_fields(request, obj)
        if _is_superuser(request):
            return names
        # A reset of the password goes to the address: whoever changes it can act as its owner (R21).
        address = ["email"] if obj is not None and obj.may_enter_admin else []
        return [*names, *RIGHTS, *address]

    @method_decorator(service)
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:  # noqa: A002  # Django's signature
        """Django's page; a new password is audited and ends every session of the account (contract 16.4)."""
        if not _is_superuser(
            request
        ):  # others send a link: whoever sets a password can act as its owner (R21)
            raise PermissionDenied
        before = self.get_object(request, id)
        response = super().user_change_password(request, id, form_url)
        after, actor = self.get_object(request, id), _actor(request)
        if before is not None and after is not None and after.password != before.password:
            audit.record(actor, after, "password_set")
            end_sessions(actor=actor, user_id=after.pk, reason="password set by staff")
        return response

    @admin.display(description="Second factor")
    def second_factor_of(self, row: User) -> str:
        """Since when there is one; its secret is shown to nobody."""
        device = second_factor(row.pk)
        return f"in use since {device.created_at:%d %b %Y}" if device is not None else "none"

    @admin.display(description="Verified", boolean=True)
    def is_verified(self, row: User) -> bool:
        """Whether the e-mail address was confirmed."""
        return row.is_verified


class HouseGroupAdmin(ProvenMixin, HouseAdmin, GroupAdmin):  # type: ignore[misc]  # Django's own leaves the request out
    """Rights that several members of the staff have together; given by superusers, like all rights."""

    form = forms.ModelForm  # type: ignore[assignment]  # Django's own kind, which stores by itself
    list_display = ("name",)
    list_select_related = ()
    deletable = True

    def may_act(self, request: HttpRequest, row: Group | None) -> bool:
        """See HouseUserAdmin."""
        return _is_superuser(request) and super().may_act(request, row)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """See HouseUserAdmin."""
        return _is_superuser(request) and super().has_add_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """See HouseUserAdmin."""
        return _is_superuser(request) and super().has_delete_permission(request, obj)


# Their pages show secrets and write past the services and the audit.
admin.site.unregister([StaticDevice, TOTPDevice])


admin.site.unregister(Group)


admin.site.register(Group, HouseGroupAdmin)
