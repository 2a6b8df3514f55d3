"""The reports of the dashboard: what each is called, who may read it, and how it is drawn."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from accounts.models import User
from projects.enums import UnitStatus
from realestate.core.api.serializers import ReadSerializer
from realestate.reports.dashboard import money, sales, service
from realestate.reports.dashboard import serializers as shapes
from realestate.reports.dashboard.scope import Scope

Rows = list[dict[str, Any]]


class Figures:
    """What was counted for one page or answer: each query runs once, and only if somebody asks."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._rows: dict[str, Rows] = {}

    @cached_property
    def section(self) -> dict[str, Any]:
        """The collections report that ageing and forecast are part of."""
        return money.section(self.scope)

    def rows(self, report: "Report") -> Rows:
        """The rows of a report."""
        if report.name not in self._rows:
            self._rows[report.name] = report.count(self)
        return self._rows[report.name]


@dataclass(frozen=True)
class View:
    """Columns that are drawn together; bars unless named among the lines."""

    label: str
    columns: Sequence[str]
    lines: Sequence[str] = ()
    is_stacked: bool = False
    is_lying: bool = False  # bars from left to right


@dataclass(frozen=True)
class Report:
    """A series of figures. ``rights`` are the admin's; ``page`` is the table that the figures are counted from."""

    name: str
    title: str
    note: str
    row: type[ReadSerializer]
    count: Callable[[Figures], Rows]
    views: Sequence[View]
    rights: Sequence[str]
    page: str
    empty: str  # what the page says when there is nothing
    words: Mapping[str, str] = field(default_factory=dict)  # of values in the first column

    def may_be_read_by(self, user: User) -> bool:
        """Whether a user of the admin has the rights that the rows ask for."""
        return user.has_perms(self.rights)


SALES = Report(
    name="sales",
    title="Sales velocity",
    note="Firm bookings by month of booking; value before tax.",
    row=shapes.SalesRow,
    count=lambda figures: sales.sales(figures.scope),
    views=(
        View("Bookings", ("bookings", "cancelled")),
        View("Area", ("area_sqft",)),
        View("Value", ("value",)),
    ),
    rights=("bookings.view_booking",),
    page="bookings.booking",
    empty="No bookings in these months.",
)
STOCK = Report(
    name="stock",
    title="Stock by type and status",
    note="Units of projects that are not archived, at this moment.",
    row=shapes.StockRow,
    count=lambda figures: sales.stock(figures.scope),
    views=(
        View(
            "Units",
            tuple(UnitStatus.values),
            is_stacked=True,
            is_lying=True,
        ),
    ),
    rights=("projects.view_unit",),
    page="projects.unit",
    empty="No units yet.",
)
COLLECTIONS = Report(
    name="collections",
    title="Collections against demands",
    note="What fell due in a month, what of it was paid, and what was received for anything.",
    row=shapes.CollectionsRow,
    count=lambda figures: money.collections(
        figures.section, money.received_by_month(figures.scope)
    ),
    views=(View("Amounts", ("fell_due", "collected", "received"), lines=("received",)),),
    rights=("payments.view_demand", "payments.view_payment"),
    page="payments.payment",
    empty="Nothing fell due and nothing was received in these months.",
)
AGEING = Report(
    name="ageing",
    title="Ageing",
    note="Open today by days past due; advances are not netted.",
    row=shapes.AgeingRow,
    count=lambda figures: money.ageing(figures.section),
    views=(View("Open", ("amount",)),),
    rights=("payments.view_demand",),
    page="payments.demand",
    empty="Nothing is open.",
    words=shapes.AGE_LABELS,
)
FORECAST = Report(
    name="forecast",
    title="Forecast",
    note="Open demands with tax, and lines of payment plans before tax, by the month in which they fall due.",
    row=shapes.ForecastRow,
    count=lambda figures: money.forecast(figures.section),
    views=(View("Amounts", ("demanded", "planned"), is_stacked=True),),
    rights=("payments.view_demand",),
    page="payments.demand",
    empty="Nothing is to come.",
    words=shapes.PERIODS,
)
APPOINTMENTS = Report(
    name="appointments",
    title="Upcoming appointments",
    note="The next two weeks, from this moment on.",
    row=shapes.AppointmentsRow,
    count=lambda figures: service.appointments(figures.scope),
    views=(View("Appointments", ("confirmed", "scheduled"), is_stacked=True),),
    rights=("scheduling.view_appointment",),
    page="scheduling.appointment",
    empty="No appointments in the next two weeks.",
)
STAGES = Report(
    name="stages",
    title="Stages due",
    note="Stages of construction that are not certified, by the month for which they are planned.",
    row=shapes.StagesRow,
    count=lambda figures: service.stages(figures.scope),
    views=(View("Stages", ("pending", "reported"), is_stacked=True),),
    rights=("progress.view_milestone",),
    page="progress.milestone",
    empty="Every stage is certified.",
    words=shapes.PERIODS,
)
RESPONSES = Report(
    name="responses",
    title="Response times",
    note="Medians by month: from a customer's message to the answer, from a change request to the quote.",
    row=shapes.ResponsesRow,
    count=lambda figures: service.responses(figures.scope),
    views=(
        View("Answer, hours", ("median_hours",)),
        View("Questions", ("messages", "answered")),
        View("Quote, days", ("median_days",)),
        View("Changes", ("changes", "offered")),
    ),
    rights=("messaging.view_message", "bookings.view_changerequest"),
    page="messaging.conversation",
    empty="Nobody asked anything in these months.",
)
DASHBOARDS: dict[str, tuple[str, tuple[Report, ...]]] = {
    "sales": ("Sales", (SALES, STOCK)),
    "collections": ("Collections", (COLLECTIONS, AGEING, FORECAST)),
    "service": ("Site and service", (STAGES, APPOINTMENTS, RESPONSES)),
}
REPORTS = {report.name: report for _title, reports in DASHBOARDS.values() for report in reports}
