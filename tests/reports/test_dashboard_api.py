"""The dashboard's series over HTTP: who gets whose, bad input, currencies, and what each costs."""

from datetime import timedelta

import pytest

from realestate.core import clock
from realestate.reports.dashboard.catalogue import REPORTS
from scheduling.models import Appointment
from tests.cast import Cast
from tests.factories.accounts import MemberFactory
from tests.factories.bookings import BookingFactory, ChangeQuoteFactory, ChangeRequestFactory
from tests.factories.messaging import ConversationFactory, MessageFactory
from tests.factories.payments import DemandFactory, PaymentFactory
from tests.factories.progress import MilestoneFactory
from tests.factories.projects import ProjectFactory, UnitFactory
from tests.factories.scheduling import AppointmentFactory

URL = "/api/builder/reports/"
# Currencies of the projects where amounts are shown, then the report's own.
QUERIES = {
    "sales": 2,
    "stock": 2,
    "collections": 10,
    "ageing": 9,
    "forecast": 9,
    "appointments": 2,
    "stages": 2,
    "responses": 3,
}
each_report = pytest.mark.parametrize("name", REPORTS)


def fill(project) -> None:
    """One of everything that the reports count."""
    booking = BookingFactory(paid=True, state="agreement_signed", unit=UnitFactory(project=project))
    today = clock.today()
    DemandFactory(booking=booking, issued_on=today - timedelta(days=20))
    PaymentFactory(booking=booking, paid_date=today)
    soon = clock.now() + timedelta(days=1, hours=3 * Appointment.objects.count())
    AppointmentFactory(project=project, starts_at=soon)
    MilestoneFactory(project=project)
    conversation = ConversationFactory(project=project)
    MessageFactory(conversation=conversation)
    ChangeQuoteFactory(change_request=ChangeRequestFactory(booking=booking))


def ask(as_, person, name: str, **query) -> dict:
    reply = as_(person).get(f"{URL}{name}", query)
    assert reply.status_code == 200, reply.content
    return reply.json()


def everything(body: dict) -> float:
    return sum(
        value for row in body["rows"] for value in row.values() if isinstance(value, int | float)
    )


@each_report
def test_R21_a_builder_counts_its_own_rows_only_whatever_it_asks_for(cast: Cast, as_, name):
    before = ask(as_, cast.meera, name)
    fill(cast.kiran_project)  # the canary
    kiran = cast.kiran.pk
    assert ask(as_, cast.meera, name) == before
    assert ask(as_, cast.meera, name, builder_id=kiran) == before
    assert before["builder_id"] == cast.meera.pk
    assert ask(as_, MemberFactory(employer=cast.meera.builder), name, builder_id=kiran) == before
    assert everything(ask(as_, cast.kiran, name)) > everything(before)
    project = {"project_id": cast.kiran_project.pk}
    assert as_(cast.meera).get(f"{URL}{name}", project).status_code == 404


@each_report
def test_staff_choose_a_builder_a_project_or_all(cast: Cast, as_, name):
    fill(cast.meera_project)
    fill(cast.kiran_project)
    everybody, meera = ask(as_, cast.sana, name), ask(as_, cast.meera, name)
    one = ask(as_, cast.sana, name, builder_id=cast.meera.pk)
    assert (everybody["builder_id"], one) == (None, meera)
    of_project = ask(as_, cast.sana, name, project_id=cast.kiran_project.pk)
    assert of_project["rows"] == ask(as_, cast.kiran, name)["rows"]
    assert everything(everybody) > everything(one)


@each_report
@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_for_one_row_and_for_three(
    cast: Cast, as_, name, count, django_assert_num_queries
):
    for _ in range(count):
        fill(cast.meera_project)
    with django_assert_num_queries(QUERIES[name]):
        ask(as_, cast.meera, name)


def test_R0_one_currency_at_a_time(cast: Cast, as_):
    dirhams = ProjectFactory(builder=cast.meera.builder, currency="AED")
    unit = UnitFactory(project=dirhams, price=7)
    BookingFactory(paid=True, unit=unit, currency="AED", token_amount=1)
    fill(cast.meera_project)
    rupees, emirati = (ask(as_, cast.meera, "sales", currency=name) for name in ("", "aed"))
    assert (rupees["currency"], emirati["currency"]) == ("INR", "AED")
    assert rupees["currencies"] == ["AED", "INR"]
    assert [body["rows"][-1]["value"] for body in (rupees, emirati)] == [7_500_000, 7]
    unknown = ask(as_, cast.meera, "sales", currency="XXX")
    assert unknown == rupees


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"months": "5"}, 400),
        ({"months": "24"}, 200),
        ({"months": ""}, 200),
        ({"months": "\x00"}, 400),
        ({"builder_id": "NaN"}, 400),
        ({"builder_id": "9" * 30}, 200),
        ({"project_id": "1e400"}, 400),
        ({"project_id": "999999999"}, 404),
        ({"project_id": ""}, 200),
        ({"currency": "RUPEES"}, 400),
    ],
    ids=str,
)
def test_bad_input(cast: Cast, as_, query, status):
    assert as_(cast.sana).get(f"{URL}sales", query).status_code == status
