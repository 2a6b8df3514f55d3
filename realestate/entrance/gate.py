"""Who is in: the right to be here, and the way in behind one."""

from collections.abc import Callable
from copy import copy
from functools import update_wrapper
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from accounts.authentication import Standing, note_use, standing
from accounts.models import User
from realestate.admin import HouseAdminSite


class Gate(HouseAdminSite):
    """Nobody sees a page of the admin who has not come all the way in."""

    def may_enter(self, request: HttpRequest) -> bool:
        """Whether the caller has the right to be here, once the second factor is proven."""
        return super().has_permission(request)

    def admits(self, request: HttpRequest, user: User) -> bool:
        """Whether somebody who is about to log in would have that right."""
        asked = copy(request)
        asked.user = user
        return self.may_enter(asked)

    def has_permission(self, request: HttpRequest) -> bool:
        """The right, and the way in behind one."""
        return self.may_enter(request) and standing(request) is Standing.ENTERED

    def admin_view(  # type: ignore[override]  # as in HouseAdminSite
        self,
        view: Callable[..., HttpResponseBase],
        cacheable: bool = False,  # noqa: FBT001, FBT002  # Django's signature
    ) -> Callable[..., HttpResponseBase]:
        """Each page that is used keeps the session from ending."""
        inner = super().admin_view(view, cacheable)

        def used(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if self.has_permission(request):
                note_use(request)
            return inner(request, *args, **kwargs)

        return update_wrapper(used, inner)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Whoever is not in yet sees no menu."""
        context = super().each_context(request)
        if not context["has_permission"]:
            context |= {"available_apps": [], "is_nav_sidebar_enabled": False}
        return context
