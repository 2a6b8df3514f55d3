"""D2: what strangers read, in rows, totals and figures, is the same to the byte when rows of others are added."""

from datetime import timedelta

import pytest
import time_machine
from rest_framework.test import APIClient

from bookings.enums import BookingState, ChangeState
from realestate.core import clock
from tests.factories.bookings import BookingFactory, ChangeRequestFactory, QuoteFactory
from tests.factories.messaging import BroadcastFactory, MessageFactory
from tests.factories.notifications import NotificationFactory
from tests.factories.payments import CheckoutFactory, DemandFactory, PaymentFactory, RefundFactory
from tests.factories.projects import ClaimFactory, UnitFactory
from tests.factories.scheduling import AppointmentFactory, HostFactory
from tests.permissions.document import entries, parameters
from tests.permissions.others import join
from tests.permissions.rows import make_foreign
from tests.permissions.test_caches import CATALOGUE
from tests.permissions.test_matrix import content_of
from tests.permissions.world import World

pytestmark = pytest.mark.django_db
STRANGERS = ("ravi", "kiran", "kiran_sales")
INSIDERS = ("asha", "nina", "meera", "sana")
REQUIRED = {"payment_plan": "installments"}
LONG = {
    "from_date": "2000-01-01",
    "to_date": "2100-01-01",
    "from": "2000-01-01",
    "to": "2100-01-01",
}


def readings() -> list[tuple[str, str]]:
    """Operation and address of everything that one reads without naming a row, the catalogue aside."""
    return [
        (name, path)
        for name, (method, path, _entry) in entries().items()
        if method == "get" and "{" not in path and name not in CATALOGUE
    ]


def queries(name: str) -> list[dict[str, str]]:
    """Plain, all on one page, and over a long time."""
    needed = {one["name"]: REQUIRED[one["name"]] for one in parameters(name) if one.get("required")}
    known = {one["name"] for one in parameters(name)}
    long = {key: value for key, value in LONG.items() if key in known}
    return [needed, {**needed, "limit": "1"}, *([{**needed, **long}] if long else [])]


def read(world: World, who: str) -> dict[tuple[str, str], tuple[int, str]]:
    """Everything as somebody hears it."""
    api = APIClient(raise_request_exception=False)
    api.force_authenticate(world.person(who))
    found = {}
    for name, path in readings():
        for query in queries(name):
            reply = api.get(path, query, headers={"X-Request-ID": "the-same"})
            found[name, str(query)] = (reply.status_code, content_of(reply))
    return found


def more(world: World) -> None:
    """Further rows between Asha and Meera, of every kind that is listed or counted."""
    asha, meera, project = world.cast.asha, world.cast.meera, world.cast.meera_project
    booking = BookingFactory(
        paid=True,
        unit=UnitFactory(project=project),
        customer=asha.customer,
        state=BookingState.BOOKING_CONFIRMED,
    )
    PaymentFactory(booking=booking)
    DemandFactory(booking=booking)
    CheckoutFactory(booking=booking)
    ChangeRequestFactory(booking=booking, state=ChangeState.QUOTED)
    QuoteFactory(unit=world.cast.meera_unit, customer=asha.customer)
    RefundFactory(
        settlement__booking=BookingFactory(
            unit=UnitFactory(project=project), customer=asha.customer, state=BookingState.CANCELLED
        )
    )
    ClaimFactory(unit=UnitFactory(project=project), customer=asha.customer)
    AppointmentFactory(
        customer=asha.customer, project=project, starts_at=clock.now() + timedelta(days=25)
    )
    HostFactory(builder=meera.builder)
    BroadcastFactory(project=project)
    MessageFactory(conversation_id=world.conversation, sender=asha, recipient=meera)
    join(world.person("nina").customer, asha.customer)
    for person in (asha, meera, world.cast.sana):
        NotificationFactory(user=person)


@pytest.fixture
def heard(world):
    """Caller -> operation and query -> whether the answer is another one after the further rows."""
    make_foreign(world)
    with time_machine.travel(clock.now(), tick=False):
        before = {who: read(world, who) for who in (*STRANGERS, *INSIDERS)}
        more(world)
        after = {who: read(world, who) for who in (*STRANGERS, *INSIDERS)}
    return {
        who: {key for key in found if found[key] != after[who][key]}
        for who, found in before.items()
    }, before


def test_D2_rows_totals_and_figures_of_strangers_do_not_change_with_others_rows(
    heard, record_property
):
    changed, before = heard
    assert {who: changed[who] for who in STRANGERS} == {who: set() for who in STRANGERS}
    assert {status for who in STRANGERS for status, _ in before[who].values()} <= {
        200,
        400,
        403,
        404,
    }
    record_property("counted", {"lists and figures": sum(len(before[who]) for who in STRANGERS)})
    # Control: the same rows change what those read whom they are for, in about every list and figure.
    seen = {who: {name for name, _query in changed[who]} for who in INSIDERS}
    assert {"bookings_list", "payments_list", "demands_list", "refunds_list"} <= seen["nina"]
    assert {"builder_dashboard", "reports_collections", "reports_sales_series"} <= seen["meera"]
    assert {"customer_dashboard", "messages_list", "notifications_list"} <= seen["asha"]
    assert len(set().union(*seen.values())) > 20
