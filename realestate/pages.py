"""The API's documentation pages. Every asset is served from here; the policy lets the browser ask nobody else."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerSplitView

POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; "
    "script-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)


class SwaggerPage(SpectacularSwaggerSplitView):
    """Swagger UI: try the API from the browser."""

    authentication_classes = ()
    permission_classes = ()

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:  # DRF's signature
        """The page with its content policy."""
        return _with_policy(super().dispatch(request, *args, **kwargs))


class RedocPage(SpectacularRedocView):
    """ReDoc: read the API. Its own template asks outside hosts for fonts; ours does not."""

    authentication_classes = ()
    permission_classes = ()
    template_name = "house/redoc.html"

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:  # DRF's signature
        """The page with its content policy."""
        return _with_policy(super().dispatch(request, *args, **kwargs))


def _with_policy(response: HttpResponseBase) -> HttpResponseBase:
    response["Content-Security-Policy"] = POLICY
    return response
