"""Back-office pages for 3D models."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import IntegerField, Model, QuerySet, Value
from django.http import HttpRequest
from django.utils.html import format_html

from projects.admin.forms import changed, chosen, key
from projects.models import Model3D
from projects.services import (
    add_model,
    change_model,
)
from realestate.core.admin import (
    HouseAdmin,
    HouseForm,
)
from realestate.core.api.links import reader_of
from realestate.core.files import signed_link
from realestate.core.readers import Reader

LINK_MINUTES = 10  # that a link of a page opens


@admin.register(Model3D)
class Model3DAdmin(HouseAdmin):
    """3D models and who may open them."""

    list_display = (
        "model_name",
        "project",
        "model_type",
        "file_format",
        "access_level",
        "version",
        "is_active",
    )
    list_filter = ("model_type", "access_level", "is_active")
    search_fields = ("model_name", "project__project_name")
    autocomplete_fields = ("project", "unit")
    list_select_related = ("project",)
    ordering = ("project", "model_name", "pk")
    readonly_fields = (
        "version",  # another file is another version
        "file",  # sent over the API
        "thumbnail",
        "opens",
        "earlier",
    )
    fixed = ("project", "unit")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With who reads: links are made for nobody else."""
        reader = reader_of(request)
        rows: QuerySet[Model3D] = super().get_queryset(request)
        return rows.annotate(
            reader_user=Value(reader.user_id),
            reader_login=Value(reader.session_id, IntegerField()),
            reader_client=Value(reader.client),
        )

    @admin.display(description="Open")
    def opens(self, row: Model3D) -> str:
        """A fresh link to an own file."""
        if row.file is None:
            return ""
        known: Any = row  # annotated above
        reader = Reader(
            user_id=known.reader_user, session_id=known.reader_login, client=known.reader_client
        )
        link = signed_link(row.file, LINK_MINUTES, reader=reader)
        return format_html('<a href="{}">{}</a>', link.removeprefix(settings.PUBLIC_URL), row.file)

    @admin.display(description="Earlier versions")
    def earlier(self, row: Model3D) -> str:
        """One line each, the latest first."""
        versions = row.versions.order_by("-version") if row.pk else ()
        return "\n".join(f"{old.version}: {old.file_format}, {old.file_url}" for old in versions)

    def store_new(self, actor: Any, form: HouseForm) -> Model:
        """Through the service, which checks the unit."""
        return add_model(
            actor=actor,
            project_id=form.cleaned_data["project"].pk,
            unit_id=key(form, "unit"),
            **chosen(form, "project", "unit"),
        )

    def store_change(self, actor: Any, form: HouseForm) -> Model:
        """Through the service, which counts versions."""
        return change_model(actor=actor, model_id=form.instance.pk, **changed(form))
