"""Who may call what: each view carries a table ``access = {action: roles}``. No row, no entry.

What builders and the platform's staff may write also has a duty (``duty``, or ``duties`` by action), so that each of
a builder's team, and each group of the staff, writes only what is theirs. Without a declared duty neither writes.
"""

from typing import Any

from django.http import HttpRequest
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from realestate.core.enums import Duty, Role
from realestate.core.errors import NotYourDuty

ANONYMOUS = "anonymous"
PUBLIC: frozenset[str] = frozenset({ANONYMOUS, *Role.values})
USERS: frozenset[str] = frozenset(Role.values)
PARTIES = USERS  # both sides of a booking and staff; rows are limited by for_user
CUSTOMERS: frozenset[str] = frozenset({Role.CUSTOMER.value})
BUILDERS: frozenset[str] = frozenset({Role.BUILDER.value, Role.STAFF.value})
BUILDER_ONLY: frozenset[str] = frozenset({Role.BUILDER.value})
WITH_DUTIES: frozenset[str] = BUILDERS  # whose writing is shared out among people


def role_of(request: HttpRequest | Request) -> str:
    """The caller's role, ``anonymous`` without a token."""
    return str(getattr(request.user, "user_type", None) or ANONYMOUS)


def action_of(view: Any, method: str) -> str | None:  # APIView and ViewSet differ here
    """The view set's action, or the lower-case method of a plain view; None where neither answers."""
    # The schema generator puts an ``action_map`` of None on plain views.
    if getattr(view, "action_map", None) is not None:
        action: str | None = view.action_map.get(method.lower())
        return action
    name = "get" if method == "HEAD" else method.lower()
    return name if hasattr(view, name) else None


def duty_of(view: Any, action: str) -> Duty | None:  # any view
    """The duty to which an action that writes belongs; None where the view declares none."""
    duties: dict[str, Duty] = getattr(view, "duties", {})
    return duties.get(action, getattr(view, "duty", None))


class AccessGuard(BasePermission):
    """The project-wide permission: denies whatever the view's access table does not allow."""

    def has_permission(self, request: Request, view: Any) -> bool:  # any view with a table
        """OPTIONS needs no login; a method that no action answers goes on to its 405."""
        if request.method == "OPTIONS":
            return True
        action = action_of(view, str(request.method))
        if action is None:
            return True
        if role_of(request) not in getattr(view, "access", {}).get(action, frozenset()):
            return False
        if role_of(request) in WITH_DUTIES and request.method not in SAFE_METHODS:
            self._refuse_others(request, duty_of(view, action))
        return True

    def _refuse_others(self, request: Request, duty: Duty | None) -> None:
        user: Any = request.user  # a user of the accounts app, which the ground does not know
        if duty is None or not user.has_duty(duty):
            raise NotYourDuty
