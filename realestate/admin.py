"""The admin site of the house: its name, its menu, its clock, and who may enter."""

from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.forms import AuthenticationForm
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone

from realestate.core import clock
from realestate.core.fence import is_fenced
from realestate.core.origin import from_our_pages
from realestate.reports.dashboard import pages as dashboard
from realestate.reports.stacking import pages as stacking
from realestate.search import search_view

# Navigation by job, not by table; tables that stand nowhere here come last, under their app.
MENU = (
    (
        "Sales",
        (
            "projects.project",
            "projects.unit",
            "house.stacking",
            "bookings.quote",
            "bookings.booking",
            "bookings.applicant",
            "projects.claim",
            "accounts.customer",
            "bookings.agreement",
            "bookings.signature",
            "bookings.bookingdocument",
            "bookings.promiseddate",
        ),
    ),
    (
        "Collections",
        (
            "payments.payment",
            "payments.demand",
            "payments.creditnote",
            "payments.adjustment",
            "payments.ledgerentry",
            "payments.allocation",
            "payments.settlement",
            "payments.refund",
            "payments.defaultnotice",
            "payments.schedulerevision",
            "payments.letterbatch",
            "payments.reminder",
            "payments.checkout",
            "payments.gatewayevent",
            "payments.terms",
        ),
    ),
    (
        "Site",
        (
            "progress.milestone",
            "progress.certificate",
            "progress.projectprogress",
            "progress.constructionupdate",
            "progress.completiondate",
            "bookings.changerequest",
            "bookings.changequote",
        ),
    ),
    (
        "Communication",
        (
            "scheduling.appointment",
            "scheduling.host",
            "scheduling.appointmentmove",
            "scheduling.appointmentreminder",
            "scheduling.calendarfeed",
            "messaging.conversation",
            "messaging.message",
            "messaging.broadcast",
            "messaging.broadcastrecipient",
            "notifications.notification",
            "notifications.delivery",
            "notifications.signal",
        ),
    ),
    (
        "Set-up",
        (
            "accounts.builder",
            "accounts.buildermember",
            "projects.tower",
            "projects.model3d",
            "projects.pricelist",
            "projects.taxrate",
            "scheduling.workinghours",
            "scheduling.holiday",
            "bookings.changecutoff",
            "payments.plantemplate",
            "payments.interestrate",
            "core.bulkrun",
            "core.importrun",
            "core.systemsetting",
            "accounts.user",
            "auth.group",
        ),
    ),
    ("System", ()),
)
# Pages of our own in the menu: what people read, whose rows somebody must be allowed to see, the page's name.
OWN_PAGES = {"house.stacking": ("Stacking plan", "projects.unit", "admin:stacking")}


class HouseLoginForm(AdminAuthenticationForm):
    """Lets in whoever may enter, not only those with Django's flag."""

    def confirm_login_allowed(self, user: Any) -> None:  # Django's signature
        """Others read what somebody with a wrong password reads."""
        AuthenticationForm.confirm_login_allowed(self, user)
        if not user.may_enter_admin:
            raise self.get_invalid_login_error()


class ChoiceView(AutocompleteJsonView):
    """Django's rows of a box, each with what tells it from its like."""

    def get_queryset(self) -> QuerySet[Any]:
        """With what the lines read, in the same query."""
        rows: QuerySet[Any] = super().get_queryset()
        joins = getattr(self.model_admin, "choice_joins", ())
        return rows.select_related(*joins) if joins else rows

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        """The line is the page's own."""
        line: dict[str, str] = super().serialize_result(obj, to_field_name)
        page: Any = self.model_admin
        return {**line, "text": getattr(page, "choice", str)(obj)}


class HouseAdminSite(AdminSite):
    """Where the platform's staff work, and builders with their teams on what is their own."""

    site_header = "Real estate platform"
    site_title = "Real estate platform"
    index_title = "Back office"
    enable_nav_sidebar = True
    index_template = "admin/house/dashboard.html"
    login_form = HouseLoginForm

    def has_permission(self, request: HttpRequest) -> bool:
        """See ``User.may_enter_admin``; what somebody finds inside is for ``realestate.rights`` to say."""
        return bool(getattr(request.user, "may_enter_admin", False))

    def admin_view(  # type: ignore[override]  # the stubs' view type is narrower than Django's
        self,
        view: Callable[..., HttpResponseBase],
        cacheable: bool = False,  # noqa: FBT001, FBT002  # Django's signature
    ) -> Callable[..., HttpResponseBase]:
        """Staff read and enter instants on the wall clock of India, whatever the zone of the server."""
        inner: Callable[..., HttpResponseBase] = super().admin_view(view, cacheable)

        def in_zone(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            with timezone.override(ZoneInfo(clock.DEFAULT_ZONE)):
                response = inner(request, *args, **kwargs)
                if isinstance(response, SimpleTemplateResponse):
                    response.render()  # Django would render it later, in the server's zone
                return response

        return update_wrapper(in_zone, inner)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Django's own, and our pages before its catch-all."""
        view = self.admin_view
        ours: list[URLPattern | URLResolver] = [
            path("search/", view(partial(search_view, self)), name="search"),
            path("dashboard/<slug:name>/", view(self.dashboard_view), name="dashboard"),
            path("reports/<slug:name>.csv", view(from_our_pages(self.csv_view)), name="report_csv"),
            path("stacking/", view(self.towers_view), name="stacking"),
            path("stacking/<int:project_id>/", view(self.plan_view), name="stacking_plan"),
            path(
                "stacking/<int:project_id>/cells.json", view(stacking.cells), name="stacking_cells"
            ),
        ]
        return [*ours, *super().get_urls()]

    def index(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        """The first dashboard that the user may see."""
        context = {**dashboard.context_of(request, self), "is_fenced": is_fenced()}
        return super().index(request, {**context, **(extra_context or {})})

    def autocomplete_view(  # type: ignore[override]  # a view answers with any response
        self, request: HttpRequest
    ) -> HttpResponseBase:
        """Rows to choose from, each told apart from its like."""
        return ChoiceView.as_view(admin_site=self)(request)

    def dashboard_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """One of the dashboards."""
        return super().index(request, dashboard.context_of(request, self, name))

    def csv_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """A report as a file."""
        return dashboard.csv_of(request, self, name)

    def towers_view(self, request: HttpRequest) -> HttpResponse:
        """Whose stacking plan."""
        return stacking.choice(request, self)

    def plan_view(self, request: HttpRequest, project_id: int) -> HttpResponse:
        """A stacking plan."""
        return stacking.show(request, self, project_id)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The menu by job."""
        apps: list[Any] = super().get_app_list(request, app_label)
        if app_label is not None:
            return apps
        pages = {
            f"{app['app_label']}.{page['object_name'].lower()}": page
            for app in apps
            for page in app["models"]
        }
        for name, (title, of, address) in OWN_PAGES.items():
            if of in pages:
                pages[name] = {
                    "name": title,
                    "object_name": title.replace(" ", ""),
                    "admin_url": reverse(address),
                    "view_only": True,
                }
        listed = {name for _title, names in MENU for name in names}
        rest = tuple(name for name in pages if name not in listed)
        return [
            {
                "name": title,
                "app_label": title.lower(),
                "app_url": "",
                "has_module_perms": True,
                "models": found,
            }
            for title, names in MENU
            if (found := [pages[name] for name in names or rest if name in pages])
        ]
