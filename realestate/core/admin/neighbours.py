"""Links from a row to its neighbours, with their number: each app lends those that lead to its own tables.

A neighbour is a table and how its rows name the row (or the other way round). The same declaration counts them, in one
query for all of a page, leads to their list, and lets that list be narrowed to them.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.utils import NotRelationField, get_fields_from_path
from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Func, IntegerField, Model, Subquery
from django.http import HttpRequest
from django.urls import reverse

from realestate.core.admin.rows import offered_rows
from realestate.core.office import office_rows

if TYPE_CHECKING:  # the stubs make it generic, Django does not
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

KEY = "pk"
EXACTLY = ("__exact", "__id", "__pk")  # how Django's own links may end


@dataclass(frozen=True, eq=False)  # told apart by identity: a mapping has no hash
class Neighbour:
    """Rows of a table that belong to a row of another: columns there with the values here."""

    label: str
    model: type[Model]
    by: Mapping[str, str]  # path in the neighbour's table -> attribute of the row

    @property
    def is_one(self) -> bool:
        """Whether it is a single row, with a page of its own."""
        return KEY in self.by

    def values(self, row: Model) -> dict[str, Any]:
        """What the neighbours of a row have; empty: this row has none."""
        values = {path: getattr(row, name) for path, name in self.by.items()}
        return {} if None in values.values() else values


@dataclass(frozen=True, eq=False)
class Paper:
    """A page or a document about a row, at an address of the admin that takes its key; seen like a table's rows."""

    label: str
    model: type[Model]  # whose rows stand on it
    address: str
    args: tuple[str, ...] = ()


_lent: dict[type[Model], list[Neighbour | Paper]] = defaultdict(list)


def lend_neighbours(model: type[Model], *links: Neighbour | Paper) -> None:
    """Show links on the pages of a table's rows; called by the app whose tables they lead to."""
    _lent[model].extend(links)


class NeighbourMixin(ModelAdmin):
    """A bar of links on the page of a row; lists that are narrowed to the neighbours of one."""

    def render_change_form(  # type: ignore[override]  # Django calls it by names; all others pass through
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> Any:
        """With the bar, on the page of a row that is there."""
        row = kwargs.get("obj")
        if row is not None:
            context["house_neighbours"] = list(bar(self.admin_site, request, row))
        return super().render_change_form(request, context, **kwargs)

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """Lists may be narrowed by whatever leads to them; the rows stay the reader's own."""
        path = lookup.removesuffix("__exact")
        leads_here = any(
            isinstance(link, Neighbour) and link.model is self.model and path in link.by
            for links in _lent.values()
            for link in links
        )
        return leads_here or super().lookup_allowed(lookup, value, request)


def bar(site: admin.AdminSite, request: HttpRequest, row: Model) -> Iterator[dict[str, Any]]:
    """The links of a row that the reader may follow: one query, however many there are."""
    links = [
        link
        for link in _lent[type(row)]
        if site.get_model_admin(link.model).has_view_permission(request)
    ]
    near = {
        link: values
        for link in links
        if isinstance(link, Neighbour) and (values := link.values(row))
    }
    counts = _counts(request, row, near)
    for link in links:
        if isinstance(link, Paper):
            yield {"label": link.label, "url": reverse(link.address, args=[row.pk, *link.args])}
        elif link in near and not (link.is_one and not counts[link]):
            yield _shown(link, near[link], counts[link])


def _shown(link: Neighbour, values: dict[str, Any], count: int) -> dict[str, Any]:
    options = link.model._meta  # noqa: SLF001  # documented API
    place = f"admin:{options.app_label}_{options.model_name}"
    if link.is_one:
        return {"label": link.label, "url": reverse(f"{place}_change", args=[values[KEY]])}
    query = urlencode({f"{path}__exact": value for path, value in values.items()})
    return {
        "label": link.label,
        "url": f"{reverse(f'{place}_changelist')}?{query}",
        "count": count,
    }


def _counts(
    request: HttpRequest, row: Model, near: Mapping[Neighbour, dict[str, Any]]
) -> dict[Neighbour, int]:
    if not near:
        return {}
    sums = {
        f"neighbours_{place}": Subquery(
            office_rows(link.model, request.user)
            .filter(**values)
            .order_by()
            # A plain function: an aggregate would group, and a group of nothing has no row.
            .annotate(how_many=Func(F(KEY), function="COUNT", output_field=IntegerField()))
            .values("how_many")
        )
        for place, (link, values) in enumerate(near.items())
    }
    rows = type(row)._base_manager.filter(pk=row.pk).order_by()  # noqa: SLF001  # documented API
    found = rows.annotate(**sums).values_list(*sums).first()
    return dict(zip(near, found or [0] * len(near), strict=True))


def narrowed(request: HttpRequest, model: type[Model]) -> Iterator[tuple[str, str]]:
    """To whose neighbours a list is narrowed: the parameter, and the row in words where the reader may see it."""
    for parameter, value in request.GET.items():
        path = parameter
        for ending in EXACTLY:
            path = path.removesuffix(ending)
        target = _target(model, path) if str(value).isdecimal() else None
        if target is not None:
            row = offered_rows(target, request).filter(pk=value).first()
            name = str(target._meta.verbose_name)  # noqa: SLF001  # documented API
            yield parameter, f"{name} {row if row is not None else value}"


def _target(model: type[Model], path: str) -> type[Model] | None:
    try:
        field: Any = get_fields_from_path(model, path)[-1]
    except (FieldDoesNotExist, NotRelationField):  # the value of a column, by one of its lookups
        return None
    return field.related_model if field.is_relation else None
