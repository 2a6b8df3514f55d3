"""What each of a builder's team does in the back office: its duty's buttons and forms, and money only by two people."""

import pytest
from django.contrib import admin
from django.test import Client, RequestFactory

from accounts.enums import TeamRole
from accounts.models import BuilderMember, Relation, User
from bookings.admin import BookingAdmin
from bookings.enums import QuoteState
from bookings.models import Booking
from payments.enums import AdjustmentState
from payments.models import Adjustment, InterestRate, Payment
from projects.models import Project
from realestate.core.models import AuditEntry
from realestate.rights import PLATFORM_GROUPS, keep_groups
from scheduling.models import Appointment, Host
from tests.admin.test_strangers import browser
from tests.factories.accounts import MemberFactory, UserFactory
from tests.factories.bookings import BookingFactory, QuoteFactory
from tests.factories.payments import DemandFactory
from tests.factories.projects import UnitFactory
from tests.factories.scheduling import AppointmentFactory, HostFactory


@pytest.fixture
def team(cast):
    """Somebody of Meera's team by role."""

    def member(role: str) -> User:
        return MemberFactory(employer=cast.meera.builder, team_role=TeamRole(role))

    return member


@pytest.fixture
def late(cast):
    """A demand on a booking of Meera's."""
    unit = UnitFactory(project=cast.meera_project)
    return DemandFactory(booking=BookingFactory(paid=True, unit=unit))


def ask_for_waiver(client, demand):
    return client.post(
        f"/api/bookings/{demand.booking_id}/waivers",
        {"demand_line_id": demand.lines.get().pk, "amount": 10, "reason": "Courtesy"},
        format="json",
    )


# --- R21: money by two people ----------------------------------------------------------------------------------------


def test_R21_one_of_finance_asks_and_another_approves(team, late, as_):
    asking, deciding = team("finance"), team("finance")
    assert ask_for_waiver(as_(asking), late).status_code == 201
    row = Adjustment.objects.get()
    button = f"/admin/payments/adjustment/{row.pk}/do/approve/"
    browser(asking).post(button, {"reason": "Mine."})
    row.refresh_from_db()
    assert row.state == AdjustmentState.REQUESTED
    browser(deciding).post(button, {"reason": "Agreed."})
    row.refresh_from_db()
    assert (row.state, row.decided_by_id) == (AdjustmentState.APPROVED, deciding.pk)


def test_R21_who_sells_neither_asks_nor_approves(team, late, as_):
    sales = team("sales")
    refused = ask_for_waiver(as_(sales), late)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_your_duty")
    assert not Adjustment.objects.exists()
    ask_for_waiver(as_(team("finance")), late)
    row = Adjustment.objects.get()
    reply = browser(sales).post(f"/admin/payments/adjustment/{row.pk}/do/approve/")
    over_api = as_(sales).post(f"/api/adjustments/{row.pk}/approve", {}, format="json")
    row.refresh_from_db()
    assert (reply.status_code, over_api.status_code, row.state) == (
        403,
        403,
        AdjustmentState.REQUESTED,
    )


def test_R1_who_sells_quotes_and_finance_decides_about_the_discount(cast, team):
    row = QuoteFactory(
        unit=cast.meera_unit, state=QuoteState.APPROVAL_PENDING, created_by=team("sales")
    )
    button, page = (f"/admin/bookings/quote/{row.pk}/{way}" for way in ("do/approve/", "change/"))
    sales, finance = browser(team("sales")), browser(team("finance"))
    assert sales.get("/admin/bookings/quote/add/").status_code == 200
    assert finance.get("/admin/bookings/quote/add/").status_code == 403
    assert sales.get(page).context["house_buttons"] == []
    assert [b["label"] for b in finance.get(page).context["house_buttons"]] == [
        "Approve",
        "Refuse",
    ]
    assert sales.post(button).status_code == 403
    finance.post(button, {"reason": "Agreed."})
    row.refresh_from_db()
    assert row.state == QuoteState.APPROVED


@pytest.mark.parametrize("role", ["sales", "site", "read_only"])
def test_only_finance_records_money(role, team, cast):
    form = {
        "booking": BookingFactory(unit=cast.meera_unit).pk,
        "payment_type": "token",
        "amount": "100000.00",
        "payment_method": "bank_transfer",
        "transaction_id": "T-9",
        "paid_date": "2026-01-05",
        "notes": "",
    }
    page = "/admin/payments/payment/add/"
    assert browser(team(role)).post(page, form).status_code == 403
    assert not Payment.objects.exists()
    reply = browser(team("finance")).post(page, form)
    assert reply.status_code == 302, reply.context["errors"]
    assert Payment.objects.get().amount == 100_000


def test_who_only_reads_finds_no_button_and_no_form(cast, team):
    client = browser(team("read_only"))
    booking = BookingFactory(unit=cast.meera_unit)
    page = client.get(f"/admin/bookings/booking/{booking.pk}/change/")
    assert (page.status_code, page.context["house_buttons"]) == (200, [])
    assert not page.context["has_change_permission"]
    assert client.post(f"/admin/bookings/booking/{booking.pk}/change/", {}).status_code == 403
    for path in ("bookings/booking", "progress/milestone", "projects/unit"):
        assert client.get(f"/admin/{path}/add/").status_code == 403


# --- forms take nothing of others ------------------------------------------------------------------------------------


def refused(reply) -> bool:
    return reply.status_code == 200 and bool(reply.context["errors"])


def test_a_form_refuses_neighbours_of_others_like_unknown_ones(cast, team):
    Relation.objects.create(customer=cast.asha.customer, builder=cast.meera.builder)
    elsewhere = MemberFactory(employer=cast.kiran.builder)
    form = {
        "customer": cast.asha.pk,
        "unit": cast.meera_unit.pk,
        "payment_plan": "installments",
        "token_amount": "",
        "special_requests": "",
    }
    page = "/admin/bookings/booking/add/"
    foreign = browser(elsewhere).post(page, form)
    unknown = browser(elsewhere).post(page, form | {"customer": 10**9, "unit": 10**9})
    said = [reply.context["adminform"].form.errors.as_json() for reply in (foreign, unknown)]
    assert (refused(foreign), said[0]) == (True, said[1])
    assert not Booking.objects.exists()
    assert browser(team("sales")).post(page, form).status_code == 302


def test_a_host_cannot_be_given_to_projects_of_others(cast):
    host = HostFactory(builder=cast.kiran.builder)
    client = browser(MemberFactory(employer=cast.kiran.builder))
    page = f"/admin/scheduling/host/{host.pk}/change/"
    form = {"name": "Rohan", "phone": "", "is_active": "on"}
    assert refused(client.post(page, form | {"projects": [cast.meera_project.pk]}))
    assert not Host.objects.filter(projects=cast.meera_project).exists()
    assert client.post(page, form | {"projects": [cast.kiran_project.pk]}).status_code == 302
    assert list(host.projects.all()) == [cast.kiran_project]


def test_texts_of_an_appointment_are_changed_on_own_rows_only(cast, team):
    row = AppointmentFactory(project=cast.meera_project)
    page = f"/admin/scheduling/appointment/{row.pk}/change/"
    form = {
        "meeting_location": row.meeting_location,
        "location": "Gate 2",
        "agenda": "",
        "notes": "",
    }
    browser(MemberFactory(employer=cast.kiran.builder)).post(page, form)
    assert Appointment.objects.get(pk=row.pk).location != "Gate 2"
    assert browser(team("sales")).post(page, form).status_code == 302
    assert Appointment.objects.get(pk=row.pk).location == "Gate 2"


def test_a_rate_for_all_is_not_a_builders_to_set(team):
    form = {"percent": "10.9", "valid_from": "2040-01-01", "note": "", "project": ""}
    reply = browser(team("finance")).post("/admin/payments/interestrate/add/", form)
    assert "Only staff set the rate for all projects." in reply.content.decode()
    assert not InterestRate.objects.exists()


def test_a_filter_by_neighbours_names_own_ones_only(cast):
    page = type("Filtered", (BookingAdmin,), {"list_filter": ("project", "customer")})(
        Booking, admin.site
    )

    def names(person: User) -> list[list[str]]:
        request = RequestFactory().get("/")
        request.user = person
        found = page.get_changelist_instance(request).filter_specs
        return [sorted(str(name) for _key, name in spec.lookup_choices) for spec in found]

    Project.objects.create(
        builder=cast.meera.builder,
        project_name="Meera Second",
        project_type="residential",
        location_city="Pune",
    )
    Relation.objects.create(customer=cast.asha.customer, builder=cast.meera.builder)
    Relation.objects.create(customer=cast.ravi.customer, builder=cast.meera.builder)
    assert names(cast.meera) == [["Meera Gardens", "Meera Second"], ["Asha Rao", "Ravi Iyer"]]
    assert all("Meera" not in name and "Asha" not in name for n in names(cast.kiran) for name in n)
    assert len(names(cast.sana)[0]) == 3


# --- the team's own page ---------------------------------------------------------------------------------------------


def test_an_owner_keeps_the_team_in_the_back_office(cast, team):
    client = browser(cast.meera)
    form = {
        "employer": cast.meera.pk,
        "email": "New@Example.com",
        "name": "New",
        "team_role": "site",
    }
    page = "/admin/accounts/buildermember/"
    assert client.post(f"{page}add/", form).status_code == 302
    member = BuilderMember.objects.get()
    assert (member.email, member.employer_id) == ("new@example.com", cast.meera.pk)
    change = f"{page}{member.pk}/change/"
    assert client.post(change, {"name": "New", "team_role": "sales"}).status_code == 302
    client.post(f"{page}{member.pk}/do/remove/", {"reason": "Left."})
    member.refresh_from_db()
    assert (member.team_role, member.is_active) == ("sales", False)
    client.post(f"{page}{member.pk}/do/let_in/")
    member.refresh_from_db()
    assert member.is_active
    assert browser(team("finance")).get(f"{page}add/").status_code == 403
    trail = AuditEntry.objects.filter(object_type="accounts.buildermember", object_id=member.pk)
    assert list(trail.order_by("pk").values_list("action", flat=True)) == [
        "invited",
        "updated",
        "removed",
        "let_in",
    ]


def test_nobody_gives_an_owners_role_or_leaves_a_name_out(cast):
    form = {"employer": cast.meera.pk, "email": "new@example.com", "name": "", "team_role": "owner"}
    reply = browser(cast.meera).post("/admin/accounts/buildermember/add/", form)
    assert sorted(reply.context["adminform"].form.errors) == ["name", "team_role"]
    assert not BuilderMember.objects.exists()


# --- groups of the platform's staff ----------------------------------------------------------------------------------


@pytest.fixture
def in_group(db):
    """A browser of somebody of the platform's staff who is in one group and no superuser."""
    keep_groups()

    def client(name: str) -> Client:
        person = UserFactory(is_staff=True)
        person.groups.add(person.groups.model.objects.get(name=name))
        return browser(person)

    return client


@pytest.mark.parametrize(
    ("group", "records", "books"),
    [
        ("Platform read-only", 403, 403),
        ("Platform support", 403, 200),
        ("Platform finance", 200, 403),
    ],
)
def test_each_group_of_the_platform_sees_all_and_writes_its_own(group, records, books, in_group):
    client = in_group(group)
    assert client.get("/admin/payments/payment/").status_code == 200
    assert client.get("/admin/payments/payment/add/").status_code == records
    assert client.get("/admin/bookings/booking/add/").status_code == books
    assert client.get("/admin/auth/group/").status_code == 403


def test_groups_are_kept_as_the_table_says(in_group):
    in_group("Platform finance")
    group = UserFactory().groups.model.objects.get(name="Platform finance")
    before = set(group.permissions.values_list("codename", flat=True))
    group.permissions.clear()
    keep_groups()
    keep_groups()
    assert set(group.permissions.values_list("codename", flat=True)) == before
    assert {"view_booking", "add_payment", "change_taxrate"} <= before
    assert not {"add_booking", "delete_payment", "change_pricelist"} & before
    names = group._meta.model.objects.values_list("name", flat=True)
    assert sorted(names) == sorted(PLATFORM_GROUPS)
