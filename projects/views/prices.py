"""Price lists, tax rates and cost sheets over HTTP (R1, R3)."""

from datetime import date

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from projects import services
from projects.filters import PriceListFilter, TaxRateFilter
from projects.models import PriceList, TaxRate, Unit
from projects.serializers.prices import (
    CostSheetRead,
    PriceListPatch,
    PriceListRead,
    PriceListWrite,
    TaxRateRead,
    TaxRateWrite,
)
from realestate.core import clock
from realestate.core.api.access import BUILDERS, PUBLIC
from realestate.core.api.explain import EXPLAIN, wants_explanation
from realestate.core.api.idempotency import idempotent
from realestate.core.api.views import Edge, HouseViewSet
from realestate.core.enums import Duty, Role
from realestate.core.errors import InvalidValue
from realestate.core.limits import RECORDS

STAFF = frozenset({Role.STAFF.value})
ON = OpenApiParameter("on", date, description="A day; today in the project's zone when left out.")


class PriceListViewSet(HouseViewSet):
    """Versions of price lists, for the project's builder and staff; buyers read a unit's cost sheet."""

    model, read, filterset_class = PriceList, PriceListRead, PriceListFilter
    default_limit = 100
    tag = "prices"
    access = {
        "list": BUILDERS,
        "retrieve": BUILDERS,
        "create": BUILDERS,
        "partial_update": BUILDERS,
    }
    limits = {"create": RECORDS}
    duty = Duty.SETUP
    errors = {
        "create": (services.PriceListNotValid,),
        "partial_update": (services.PriceListNotValid,),
    }

    @extend_schema(operation_id="price_lists_list", responses=PriceListRead(many=True))
    def list(self, request: Request, **_path: str) -> Response:
        """Versions of price lists, newest first."""
        return super().list(request)

    @extend_schema(operation_id="price_lists_retrieve", responses=PriceListRead)
    def retrieve(self, request: Request, pk: str, **_path: str) -> Response:
        """One version with its lines."""
        return super().retrieve(request, pk)

    @extend_schema(
        operation_id="price_lists_create", request=PriceListWrite, responses={201: PriceListRead}
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """Add the next version of a project's prices; what was quoted or booked keeps its own."""
        row = services.add_price_list(actor=self.caller, **self.parse(PriceListWrite))
        return self.show(row.pk, status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="price_lists_update", request=PriceListPatch, responses=PriceListRead
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change prices: the answer is the next version, the one that is named stays as it is."""
        row = services.change_price_list(
            actor=self.caller, price_list_id=int(pk), **self.parse(PriceListPatch)
        )
        return self.show(row.pk)


class TaxRateViewSet(HouseViewSet):
    """Dated tax rates by class."""

    model, read, filterset_class = TaxRate, TaxRateRead, TaxRateFilter
    default_limit = 100
    tag = "prices"
    access = {"list": PUBLIC, "create": STAFF}
    limits = {"create": RECORDS}
    duty = Duty.FINANCE
    catalogue = frozenset({"list"})
    errors = {"create": (services.TaxRateExists,)}

    @extend_schema(operation_id="tax_rates_list", responses=TaxRateRead(many=True))
    def list(self, request: Request, **_path: str) -> Response:
        """Tax rates by class and component, newest first."""
        return super().list(request)

    @extend_schema(
        operation_id="tax_rates_create", request=TaxRateWrite, responses={201: TaxRateRead}
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """Add a rate from a day on; rates are never changed."""
        row = services.add_tax_rate(actor=self.caller, **self.parse(TaxRateWrite))
        return self.show(row.pk, status.HTTP_201_CREATED)


class CostSheetView(Edge):
    """GET /api/units/{id}/cost-sheet."""

    access = {"get": PUBLIC}
    catalogue = frozenset({"get"})
    errors = {"get": (InvalidValue, services.PriceListNotValid)}
    tag = "prices"

    @extend_schema(
        operation_id="units_cost_sheet", responses=CostSheetRead, parameters=[ON, EXPLAIN]
    )
    def get(self, request: Request, pk: int) -> Response:
        """What a unit costs, line by line, with taxes."""
        rows = Unit.objects.for_user(request.user).with_figures("completed_on")
        unit = rows.select_related("project").get(pk=pk)
        day = _day(request, clock.today(unit.project.time_zone))
        completed = unit.completed_on  # type: ignore[attr-defined]  # lent by progress
        priced = services.sheet_for(unit, day, is_completed=bool(completed and completed <= day))
        body = {
            "unit_id": unit.pk,
            "on": day,
            "currency": unit.project.currency,
            "price_list_version": priced.version,
            "tax_class": priced.tax_class,
            "lines": priced.lines_json(),
            "agreement_value": priced.sheet.agreement_value,
            "other_charges": priced.sheet.other_charges,
            "tax_amount": priced.tax_amount,
            "total_amount": priced.total_amount,
        }
        context = {"explain": wants_explanation(request)}
        return Response(CostSheetRead(body, context=context).data)


def _day(request: Request, today: date) -> date:
    text = request.query_params.get("on")
    if not text:
        return today
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InvalidValue(errors={"on": ["Enter a date such as 2026-04-01."]}) from error
    if day < today:
        raise InvalidValue(errors={"on": ["Prices of the past are not for sale."]})
    return day
