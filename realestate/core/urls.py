"""Routes of the ground, below ``/api/``, without trailing slashes."""

from django.urls import URLPattern, URLResolver, path

from realestate.core.api.builder_settings import BuilderSettingsView
from realestate.core.api.files import FileParser, FileView, UploadView
from realestate.core.api.imports import ImportViewSet
from realestate.core.api.public_settings import SettingsView

urlpatterns: list[URLPattern | URLResolver] = [
    path("settings", SettingsView.as_view()),
    path("builder/settings", BuilderSettingsView.as_view()),
    path("files", UploadView.as_view()),
    path("files/<int:file_id>", FileView.as_view()),
    path("imports", ImportViewSet.as_view({"post": "create"}, parser_classes=(FileParser,))),
    path("imports/<int:pk>", ImportViewSet.as_view({"get": "retrieve"})),
    path("imports/<int:pk>/apply", ImportViewSet.as_view({"post": "apply"})),
]
