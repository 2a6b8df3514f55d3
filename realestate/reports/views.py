"""The home pages over HTTP: read only, one row of counters each."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from realestate.core.api.access import BUILDER_ONLY, CUSTOMERS
from realestate.core.api.views import Edge
from realestate.reports import queries
from realestate.reports.serializers import BuilderHomeRead, CustomerHomeRead


class BuilderHomeView(Edge):
    """A builder's home page."""

    tag = "reports"
    access = {"get": BUILDER_ONLY}

    @extend_schema(operation_id="builder_dashboard", responses=BuilderHomeRead)
    def get(self, _request: Request) -> Response:
        """The builder's home page: stock, bookings, money by month, what waits."""
        return Response(BuilderHomeRead(queries.builder_home(self.caller)).data)


class CustomerHomeView(Edge):
    """A customer's home page."""

    tag = "reports"
    access = {"get": CUSTOMERS}

    @extend_schema(operation_id="customer_dashboard", responses=CustomerHomeRead)
    def get(self, _request: Request) -> Response:
        """The customer's home page: bookings, money, news, what waits."""
        return Response(CustomerHomeRead(queries.customer_home(self.caller)).data)
