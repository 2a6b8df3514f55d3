"""From a row to its neighbours: how many there are, a list of just those, and nothing of others."""

from datetime import date

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.enums import TeamRole
from payments.enums import EntryKind, Part
from payments.models import Allocation, LedgerEntry
from realestate.core import clock
from realestate.core.admin.neighbours import Neighbour, _lent
from tests.admin.conftest import MAKERS
from tests.factories.accounts import BuilderFactory, MemberFactory
from tests.factories.bookings import AgreementFactory, BookingFactory, ChangeRequestFactory
from tests.factories.messaging import ConversationFactory, MessageFactory
from tests.factories.payments import DemandFactory, PaymentFactory
from tests.factories.scheduling import AppointmentFactory

LENT = sorted(
    (
        (model, link)
        for model, links in _lent.items()
        for link in links
        if isinstance(link, Neighbour)
    ),
    key=lambda pair: (pair[0]._meta.label_lower, pair[1].label),
)
each_link = pytest.mark.parametrize(
    ("model", "link"),
    LENT,
    ids=[f"{model._meta.label_lower}: {link.label}" for model, link in LENT],
)


def url(model, page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def links(client: Client, row) -> dict[str, tuple[str, int | None]]:
    """The bar of a row's page: label -> address and number."""
    page = client.get(url(type(row), "change", row.pk))
    assert page.status_code == 200
    return {
        link["label"]: (link["url"], link.get("count")) for link in page.context["house_neighbours"]
    }


def logged_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def story(booking) -> None:
    """Something of everything around a booking."""
    paid = PaymentFactory(booking=booking)
    demand = DemandFactory(booking=booking)
    Allocation.objects.create(
        booking=booking,
        payment=paid,
        demand_line=demand.lines.get(),
        part=Part.PRINCIPAL,
        amount=100_000,
        applied_on=paid.paid_date,
        created_at=clock.now(),
    )
    LedgerEntry.objects.create(
        booking=booking,
        value_on=date(2025, 6, 1),
        kind=EntryKind.DEMAND,
        debit=100_000,
        label="On completion of the plinth",
        reference=demand.number,
        demand=demand,
        posted_at=clock.now(),
    )
    AgreementFactory(booking=booking)
    ChangeRequestFactory(booking=booking)
    AppointmentFactory(customer=booking.customer, project=booking.project)
    talk = ConversationFactory(customer=booking.customer, project=booking.project)
    MessageFactory.create_batch(2, conversation=talk)


def test_a_booking_leads_to_everything_around_it(staff):
    booking, other = BookingFactory(paid=True), BookingFactory(paid=True)
    story(booking)
    story(other)
    bar = links(staff, booking)
    counted = {label: count for label, (_url, count) in bar.items() if count}
    assert counted == {
        "Applicants": 1,
        "Agreements": 1,
        "Change requests": 1,
        "Demands": 1,
        "Receipts": 1,
        "Ledger": 1,
        "Appointments": 1,
        "Messages": 2,
    }
    assert bar["Unit"][0] == url(type(booking.unit), "change", booking.unit.pk)
    assert bar["Customer"][0] == url(type(booking.customer), "change", booking.customer.pk)
    assert bar["Notices"][1] == 0
    for address, count in bar.values():
        if count is not None:
            assert len(staff.get(address).context["cl"].result_list) == count, address


def test_a_receipt_and_a_demand_lead_to_one_another(staff):
    story(booking := BookingFactory(paid=True))
    allocation = Allocation.objects.get()
    paid = links(staff, allocation.payment)["What it pays"]
    asked = links(staff, allocation.demand_line.demand)["What paid it"]
    for address, count in (paid, asked):
        assert count == 1
        assert list(staff.get(address).context["cl"].result_list) == [allocation]
    assert links(staff, allocation.payment)["Booking"][0] == url(
        type(booking), "change", booking.pk
    )


@each_link
def test_each_link_opens(model, link, staff):
    """Also those of rows that have no such neighbour: an empty list is a list."""
    row = MAKERS[model](0)
    bar = links(staff, row)
    if link.label not in bar:
        assert link.is_one
        return
    page = staff.get(bar[link.label][0])
    assert page.status_code == 200
    if not link.is_one:
        assert len(page.context["cl"].result_list) == bar[link.label][1]


@each_link
def test_a_narrowed_list_shows_others_nothing(model, link, staff):
    row = MAKERS[model](0)
    address = links(staff, row).get(link.label, ("", None))[0]
    if not address or link.is_one:
        return
    page = logged_in(BuilderFactory().user).get(address)
    if page.status_code == 200:
        assert list(page.context["cl"].result_list) == []
        assert str(row) not in [name for name, _without in page.context["narrowed"]]
    else:
        assert page.status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_the_bar_is_one_query_however_many_neighbours_there_are(
    rows, staff, django_assert_num_queries
):
    booking = BookingFactory(paid=True)
    for _ in range(rows):
        DemandFactory(booking=booking)
        ChangeRequestFactory(booking=booking)
    address = url(type(booking), "change", booking.pk)
    with django_assert_num_queries(9) as seen:
        staff.get(address)
    counting = [query["sql"] for query in seen if "neighbours_" in query["sql"]]
    assert len(counting) == 1


def test_a_list_says_whose_rows_it_shows_and_leads_back_to_all(staff):
    demand, other = DemandFactory(), DemandFactory()
    page = staff.get(f"/admin/payments/demand/?booking__id__exact={demand.booking_id}")
    assert list(page.context["cl"].result_list) == [demand]
    assert f"Only of booking {demand.booking}" in page.content.decode()
    ((_name, without),) = page.context["narrowed"]
    everything = staff.get(f"/admin/payments/demand/{without}").context["cl"].result_list
    assert set(everything) == {demand, other}


def test_a_role_sees_only_links_that_it_may_follow(cast):
    booking = BookingFactory(unit=cast.meera_unit, paid=True)
    labels = {
        role: set(
            links(logged_in(MemberFactory(employer=cast.meera.builder, team_role=role)), booking)
        )
        for role in (TeamRole.SITE, TeamRole.FINANCE)
    }
    assert "Demands" not in labels[TeamRole.SITE]
    assert "Statement, PDF" not in labels[TeamRole.SITE]
    assert {"Demands", "Statement, PDF", "Unit", "Appointments"} <= labels[TeamRole.FINANCE]
    assert "Change requests" in labels[TeamRole.SITE]


@pytest.mark.parametrize("kind", ["pdf", "xlsx"])
def test_R10_a_statement_opens_by_a_link_that_ends(kind, staff):
    booking = BookingFactory(paid=True)
    address = reverse("admin:payments_statement", args=[booking.pk, kind])
    reply = staff.get(address)
    assert reply.status_code == 302
    assert reply.headers["Location"].startswith(
        f"/api/bookings/{booking.pk}/statement.{kind}?token="
    )
    assert Client().get(reply.headers["Location"]).status_code == 200
    assert logged_in(BuilderFactory().user).get(address).status_code == 404
    site = MemberFactory(employer=booking.project.builder, team_role=TeamRole.SITE)
    assert logged_in(site).get(address).status_code == 403
    assert (
        staff.get(reverse("admin:payments_statement", args=[booking.pk, "doc"])).status_code == 404
    )


@pytest.mark.parametrize("value", ["abc", "9" * 30, "", "\x00", "0"])
def test_strange_neighbours_are_no_crash(value, staff):
    DemandFactory()
    for path in ("booking__exact", "booking__id__exact", "booking"):
        reply = staff.get("/admin/payments/demand/", {path: value}, follow=True)
        assert reply.status_code == 200


def test_paths_that_nobody_declared_are_refused(staff):
    reply = staff.get("/admin/payments/demand/", {"booking__customer__user__password": "x"})
    assert reply.status_code == 400


def test_each_neighbour_has_a_page():
    assert [link for _model, link in LENT if not admin.site.is_registered(link.model)] == []
