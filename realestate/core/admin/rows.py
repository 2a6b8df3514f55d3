"""Which rows the back office shows to whom: pages, forms, autocomplete and filters all ask here."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import FieldListFilter
from django.contrib.auth import get_permission_codename
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from realestate.core.enums import Role
from realestate.core.office import office_rows


def offered_rows(model: type[Model], request: HttpRequest) -> QuerySet[Any]:
    """The rows that a form may offer: of tables that the reader may look at."""
    options = model._meta  # noqa: SLF001  # documented API
    right = f"{options.app_label}.{get_permission_codename('view', options)}"
    rows = office_rows(model, request.user)
    return rows if request.user.has_perm(right) else rows.none()


def is_platform(request: HttpRequest) -> bool:
    """Whether the reader is of the platform's staff."""
    return getattr(request.user, "user_type", None) == Role.STAFF


class OwnRowsFilter(admin.RelatedFieldListFilter):
    """A filter by a neighbour: names only neighbours that the reader may see."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        """Key and name of each."""
        if is_platform(request):
            return super().field_choices(field, request, model_admin)
        return field.get_choices(
            include_blank=False,
            ordering=self.field_admin_ordering(field, request, model_admin),
            limit_choices_to={"pk__in": offered_rows(field.related_model, request).values("pk")},
        )


FieldListFilter.register(lambda field: bool(field.remote_field), OwnRowsFilter, take_priority=True)
