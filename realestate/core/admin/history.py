"""What became of one row, for readers who may see the row but not everybody's audit trail."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from realestate.core.enums import Role
from realestate.core.models import AuditEntry

PAGE = 50
PEOPLE = ("actor__builder", "actor__customer")


def show_history(page: Any, request: HttpRequest, object_id: str) -> HttpResponse:  # a HouseAdmin
    """The entries of a row that the reader may see, the latest first. Raises Http404 for any other row."""
    row = page.get_object(request, object_id)
    if row is None:
        raise Http404
    if not page.has_view_or_change_permission(request, row):
        raise PermissionDenied
    entries = AuditEntry.objects.filter(
        object_type=page.model._meta.label_lower,  # noqa: SLF001  # documented API
        object_id=row.pk,
    )
    entries = entries.select_related(*PEOPLE).order_by("-pk")
    shown = Paginator(entries, PAGE).get_page(request.GET.get("p"))
    context = {
        **page.admin_site.each_context(request),
        "title": f"History: {row}",
        "opts": page.opts,
        "object": row,
        "page": shown,
        "lines": [_line(entry) for entry in shown],
    }
    return TemplateResponse(request, "admin/house/history.html", context)


def _line(entry: AuditEntry) -> dict[str, Any]:
    names = sorted({*entry.before, *entry.after})
    return {
        "at": entry.at,
        "who": _who(entry),
        "action": entry.action.replace("_", " "),
        "reason": entry.reason,
        "changes": [
            (name.replace("_", " "), entry.before.get(name, ""), entry.after.get(name, ""))
            for name in names
        ],
    }


def _who(entry: AuditEntry) -> str:
    """The name of a party; the platform's people act as the platform."""
    actor: Any = entry.actor  # a user of the accounts app
    if actor is None or actor.user_type == Role.STAFF:
        return "Platform"
    return str(actor.full_name)
