"""Pages of what decides how people log in: changed only by somebody who has just proven who they are.

A form asks before it is shown, so that nothing typed is lost; whatever comes too late all the same changes nothing.
"""

from collections.abc import Callable, Mapping
from functools import update_wrapper
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, reverse

from realestate.core.proof import READING, ask_first, proven_lately

if TYPE_CHECKING:  # the stubs make it generic, Django does not
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

View = Callable[..., HttpResponseBase]
BUTTON = "_do"  # how the names of addresses end that are pressed and not opened
# Of those with something to fill in; the page of a password is called ``…_password_change``.
FORMS = ("_add", "_change", "_delete")


class ProvenMixin(ModelAdmin):
    """Everything on these pages that writes asks for a login that is not long ago, whatever is added to them."""

    def get_urls(self) -> list[URLPattern]:
        """The page's own addresses, each behind the question."""
        found: list[URLPattern] = super().get_urls()
        for pattern in found:
            pattern.callback = self._after_proof(pattern.callback, pattern.name or "")
        return found

    def _after_proof(self, view: View, name: str) -> View:
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            is_in = self.admin_site.has_permission(request)  # others are sent to the login
            if not is_in or proven_lately(request) or not self._asks(request, name, kwargs):
                return view(request, *args, **kwargs)
            button = name.endswith(BUTTON)
            back = self._page_of(kwargs["pk"]) if button else request.get_full_path()
            return ask_first(request, back)

        return update_wrapper(guarded, view)

    def _asks(self, request: HttpRequest, name: str, key: Mapping[str, Any]) -> bool:
        """Whether there is something to change: by whatever is sent, and on a form that is not only read."""
        if request.method not in READING:
            return True
        if not name.endswith(FORMS):
            return False
        page: Any = self
        if name.endswith("_add"):
            return bool(page.has_add_permission(request))
        row = self.get_object(request, str(key.get("object_id", key.get("id"))))
        return bool(page.may_act(request, row))

    def _page_of(self, key: int) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[key])
