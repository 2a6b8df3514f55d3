"""Routes of the notifications app, below ``/api/``, without trailing slashes."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
