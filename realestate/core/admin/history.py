"""What became of a row and of what is part of it, for whoever may see them: the timeline of each page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from realestate.core.admin.columns import follow
from realestate.core.admin.wording import Wording
from realestate.core.enums import Role
from realestate.core.models import AuditEntry, RowChange
from realestate.core.money import DEFAULT_CURRENCY
from realestate.core.office import office_rows

PAGE = 50
MOST_PARTS = 500  # of each table whose rows are part of the row
MOST_SILENT = 20  # changes that no entry explains
PEOPLE = ("actor__builder", "actor__customer")
SEES_COLUMNS = "core.view_rowchange"
SEES_ALL = "core.view_auditentry"

Keys = dict[str, list[int]]  # type of a row -> keys


@dataclass
class Line:
    """An entry as it is read."""

    entry: AuditEntry
    who: str
    what: str
    about: str  # empty: the row itself
    link: str
    changes: list[tuple[str, str, str]]
    columns: list[tuple[str, str, str]] = field(default_factory=list)


def show_history(page: Any, request: HttpRequest, object_id: str) -> HttpResponse:  # a HouseAdmin
    """The entries of a row and of its parts that the reader may see, the latest first. Raises Http404 for others."""
    row = page.get_object(request, object_id)
    if row is None:
        raise Http404
    if not page.has_view_or_change_permission(request, row):
        raise PermissionDenied
    keys = _keys(page, request, row)
    entries = AuditEntry.objects.filter(_of(keys))
    actions = sorted(set(entries.values_list("action", flat=True)))
    wanted = request.GET.get("action", "")
    chosen = entries.filter(action=wanted) if wanted in actions else entries
    shown = Paginator(chosen.select_related(*PEOPLE).order_by("-pk"), PAGE).get_page(
        request.GET.get("p")
    )
    wording = _wording(page, row, shown)
    label = page.model._meta.label_lower  # noqa: SLF001  # documented API
    context = {
        **page.admin_site.each_context(request),
        "title": f"History: {row}",
        "opts": page.opts,
        "object": row,
        "page": shown,
        "actions": [(action, wording.action(action)) for action in actions],
        "wanted": wanted,
        "zone": wording.zone,
        "lines": _lines(page, request, shown, keys, wording),
        "silent": _silent(request, keys, wording),
        "all_entries": f"{reverse('admin:core_auditentry_changelist')}?object_type={label}&object_id={row.pk}"
        if request.user.has_perm(SEES_ALL)
        else "",
    }
    return TemplateResponse(request, "admin/house/history.html", context)


def _keys(page: Any, request: HttpRequest, row: Any) -> Keys:
    """The row and the rows that are part of it, as far as the reader may see them: one query."""
    own = page.model._meta.label_lower  # noqa: SLF001  # documented API
    keys: Keys = {own: [row.pk]}
    parts = [
        _parts_of(model, part.part_of, request, row)
        for model, part in page.admin_site._registry.items()  # noqa: SLF001  # is_registered() asks for one by name only
        if _is_part(model, getattr(part, "part_of", ""), page.model)
        and part.has_view_permission(request)
    ]
    if parts:
        first, *others = parts
        for label, key in first.union(*others, all=True) if others else first:
            keys.setdefault(label, []).append(key)
    return keys


def _is_part(model: Any, path: str, whole: Any) -> bool:
    for name in path.split("__") if path else ():
        model = model._meta.get_field(name).related_model  # noqa: SLF001  # documented API
    return bool(path) and model is whole


def _parts_of(model: Any, path: str, request: HttpRequest, row: Any) -> QuerySet[Any]:
    rows = office_rows(model, request.user).filter(**{path: row.pk}).order_by("-pk")
    return rows.values_list(Value(model._meta.label_lower), "pk")[:MOST_PARTS]  # noqa: SLF001  # documented API


def _of(keys: Keys) -> Q:
    found = (Q(object_type=label, object_id__in=some) for label, some in keys.items())
    return Q(*found, _connector=Q.OR)


def _wording(page: Any, row: Any, entries: Iterable[AuditEntry]) -> Wording:
    values = [value for entry in entries for value in (*entry.before.items(), *entry.after.items())]
    return Wording(
        currency=str(follow(row, page.currency_path, None) or DEFAULT_CURRENCY),
        zone=str(follow(row, page.zone_path, None) or "") if page.zone_path else "",
        values=values,
    )


def _lines(
    page: Any, request: HttpRequest, entries: Iterable[AuditEntry], keys: Keys, wording: Wording
) -> list[Line]:
    columns = _columns(request, entries, keys)
    own = page.model._meta.label_lower  # noqa: SLF001  # documented API
    lines = []
    for entry in entries:
        is_own = entry.object_type == own
        changes = wording.changes(entry.object_type, entry.before, entry.after)
        found = columns.get((entry.transaction, entry.object_type, entry.object_id))
        line = Line(
            entry=entry,
            who=who(entry, is_known=request.user.has_perm(SEES_ALL)),
            what=wording.action(entry.action),
            about="" if is_own else f"{wording.name(entry.object_type)} {entry.object_id}",
            link="" if is_own else _link(page, entry),
            changes=changes,
            columns=wording.changes(entry.object_type, found.before, found.after) if found else [],
        )
        lines.append(line)
    return lines


def _columns(
    request: HttpRequest, entries: Iterable[AuditEntry], keys: Keys
) -> Mapping[tuple[Any, str, int], RowChange]:
    """What the database kept of the rows of the timeline in the transactions of these entries."""
    if not request.user.has_perm(SEES_COLUMNS):
        return {}
    numbers = {entry.transaction for entry in entries if entry.transaction}
    changes = RowChange.objects.filter(_of(keys), transaction__in=numbers).order_by("pk")
    return {(row.transaction, row.object_type, row.object_id): row for row in changes}


def _silent(request: HttpRequest, keys: Keys, wording: Wording) -> list[dict[str, Any]]:
    """Changes of these rows that no service explains: somebody was at the database itself."""
    if not request.user.has_perm(SEES_COLUMNS):
        return []
    explained = AuditEntry.objects.filter(transaction=OuterRef("transaction"))
    rows = RowChange.objects.filter(_of(keys), ~Exists(explained)).order_by("-pk")[:MOST_SILENT]
    return [
        {
            "change": row,
            "about": f"{wording.name(row.object_type)} {row.object_id}",
            "changes": wording.changes(row.object_type, row.before, row.after),
        }
        for row in rows
    ]


def _link(page: Any, entry: AuditEntry) -> str:
    app, name = entry.object_type.split(".")
    return reverse(f"{page.admin_site.name}:{app}_{name}_change", args=[entry.object_id])


def who(entry: AuditEntry, *, is_known: bool) -> str:
    """The name of a party. The platform's people act as the platform, but for one another (``is_known``)."""
    actor: Any = entry.actor  # a user of the accounts app
    if actor is None:
        return "Platform, by itself"
    if actor.user_type != Role.STAFF:
        return f"{actor.full_name} ({Role(actor.user_type).label.lower()})"
    return f"{actor.full_name} (platform)" if is_known else "Platform"
