"""The stacking plan in the back office: which tower, the plan itself, and what has changed since."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from projects.enums import Facing, UnitStatus, UnitType
from projects.models import Project, Tower
from realestate.core import clock
from realestate.core.api.conditional import etag_of, is_known
from realestate.reports.stacking.plan import Wanted, live_part, plan

PER_PAGE = 50
SECONDS = 5  # between two looks for changes
ALL = "all"
ANY = [("", "Any")]


class PlanForm(forms.Form):
    """Which units the reader looks for."""

    unit_type = forms.ChoiceField(choices=[*ANY, *UnitType.choices], required=False, label="Type")
    status = forms.ChoiceField(choices=[*ANY, *UnitStatus.choices], required=False)
    facing = forms.ChoiceField(choices=[*ANY, *Facing.choices], required=False)
    price_from = forms.DecimalField(required=False, min_value=0, label="Price from")
    price_to = forms.DecimalField(required=False, min_value=0, label="to")

    @property
    def wanted(self) -> Wanted:
        """What was asked for, as far as it makes sense."""
        self.is_valid()
        return Wanted(**{name: value for name, value in self.cleaned_data.items() if value})


def choice(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """The projects and towers that the reader may open."""
    user = _reader(request)
    term = request.GET.get("q", "").replace("\x00", "").strip()
    rows = Project.objects.editable_by(user).filter(archived_at=None).select_related("builder")
    if term:
        rows = rows.filter(project_name__icontains=term)
    towers = Prefetch("towers", Tower.objects.in_order())
    pages = Paginator(rows.order_by("project_name", "pk").prefetch_related(towers), PER_PAGE)
    context = {
        **site.each_context(request),
        "title": "Stacking plans",
        "page": pages.get_page(request.GET.get("p")),
        "term": term,
    }
    return TemplateResponse(request, "admin/house/stacking_choice.html", context)


def show(request: HttpRequest, site: AdminSite, project_id: int) -> HttpResponse:
    """A tower of a project, floor by floor."""
    user, project = _reader(request), _project(request, project_id)
    towers = list(Tower.objects.filter(project=project).in_order())
    tower_id = _tower_id(request, towers)
    form = PlanForm(request.GET, label_suffix="")
    drawn = plan(user=user, project=project, tower_id=tower_id, wanted=form.wanted, now=clock.now())
    address = reverse("admin:stacking_plan", args=[project.pk])
    query = request.GET.copy()
    query["tower"] = str(tower_id or ALL)
    context = {
        **site.each_context(request),
        **drawn,
        "title": f"Stacking plan of {project}",
        "project": project,
        "form": form,
        "tower_key": tower_id or ALL,
        "choices": [
            {
                "name": name,
                "url": f"{address}?{urlencode({'tower': key})}",
                "is_shown": key == (tower_id or ALL),
            }
            for key, name in [*((tower.pk, tower.name) for tower in towers), (ALL, "All")]
        ],
        "script": {
            "url": f"{reverse('admin:stacking_cells', args=[project.pk])}?{query.urlencode()}",
            "seconds": SECONDS,
        },
        "now": clock.now(),
        "may_edit_tower": tower_id is not None and user.has_perm("projects.view_tower"),
    }
    return TemplateResponse(request, "admin/house/stacking.html", context)


def cells(request: HttpRequest, project_id: int) -> HttpResponse:
    """What the plan says at this moment; 304 while nothing has changed."""
    user, project = _reader(request), _project(request, project_id)
    towers = list(Tower.objects.filter(project=project).in_order())
    drawn = plan(
        user=user,
        project=project,
        tower_id=_tower_id(request, towers),
        wanted=PlanForm(request.GET).wanted,
        now=clock.now(),
    )
    body = live_part(drawn["towers"], drawn["legend"])
    etag = etag_of(body)
    answer = HttpResponseNotModified() if is_known(request, etag) else JsonResponse(body)
    answer["ETag"] = etag
    answer["Cache-Control"] = "private, no-cache"
    return answer


def _reader(request: HttpRequest) -> Any:
    """Whoever is logged in and may see units. Raises PermissionDenied."""
    user: Any = request.user
    if not user.has_perm("projects.view_unit"):
        raise PermissionDenied
    return user


def _project(request: HttpRequest, project_id: int) -> Project:
    """A project of the reader's; others do not exist (R21). Raises Http404."""
    found = Project.objects.editable_by(request.user).filter(pk=project_id).first()
    if found is None:
        raise Http404
    return found


def _tower_id(request: HttpRequest, towers: list[Tower]) -> int | None:
    """The tower that was asked for, else the first; None: everything in the project. Raises Http404."""
    asked = request.GET.get("tower", "")
    if asked == ALL or not towers:
        return None
    if not asked:
        return towers[0].pk
    if asked not in {str(tower.pk) for tower in towers}:
        raise Http404
    return int(asked)
