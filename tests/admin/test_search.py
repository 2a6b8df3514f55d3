"""One box over everything: what it finds, where it leads, and that it finds nothing of others."""

import pytest
from django.db import connection
from django.db.models import Q
from django.test import Client

from accounts.enums import TeamRole
from accounts.models import Customer, Relation
from bookings.models import Booking
from payments.models import Demand, Payment
from projects.models import Unit
from realestate.search import GROUPS, SHOWN, Wanted
from tests.factories.accounts import CustomerFactory, MemberFactory
from tests.factories.bookings import BookingFactory
from tests.factories.payments import DemandFactory, PaymentFactory
from tests.factories.projects import ProjectFactory, UnitFactory

URL = "/admin/search/"


def found(client: Client, text: str) -> dict[str, list[str]]:
    """The names that the page shows, by groups."""
    page = client.get(URL, {"q": text, "all": "1"})
    assert page.status_code == 200
    return {
        group["title"]: [row["name"] for row in group["rows"]] for group in page.context["groups"]
    }


def logged_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.mark.parametrize("text", ["lakshmi", "IYENGAR", "lak iyen", "engar laksh", "lak@exam"])
def test_customers_are_found_by_parts_of_name_and_address(text, staff):
    CustomerFactory(user__email="lak@example.com", first_name="Lakshmi", last_name="Iyengar")
    CustomerFactory(user__email="other@example.org", first_name="Bela", last_name="Rao")
    assert found(staff, text) == {"Customers": ["Lakshmi Iyengar"]}


@pytest.mark.parametrize("text", ["+91 98765-43210", "9876543210", "098765 43210", "43210"])
def test_customers_are_found_by_their_number_however_it_is_written(text, staff):
    CustomerFactory(first_name="Lakshmi", last_name="", phone="+91 (98765) 43210")
    CustomerFactory(first_name="Bela", phone="+91 98765 11111")
    assert found(staff, text)["Customers"] == ["Lakshmi"]


def test_units_are_found_by_number_and_by_a_word_of_their_project(staff):
    palms, lakes = (ProjectFactory(project_name=name) for name in ("Palm Grove", "Lake View"))
    for project in (palms, lakes):
        UnitFactory(project=project, unit_number="QX-1204")
    assert found(staff, "qx-120") == {"Units": ["Unit QX-1204", "Unit QX-1204"]}
    page = staff.get(URL, {"q": "qx-1204 palm"})
    assert [row["says"] for group in page.context["groups"] for row in group["rows"]] == [
        "Palm Grove"
    ]
    assert found(staff, "grove qx") == {"Units": ["Unit QX-1204"]}


def test_projects_are_found_by_words_of_their_name(staff):
    ProjectFactory(project_name="Palm Grove")
    ProjectFactory(project_name="Palm Court")
    assert found(staff, "grove palm") == {"Projects": ["Palm Grove"]}


def change(kind: str, pk: int) -> str:
    return f"/admin/{kind}/{pk}/change/"


def test_an_exact_number_leads_to_its_row(staff):
    unit = UnitFactory(unit_number="QX-7")
    UnitFactory(unit_number="QX-71")
    paid = PaymentFactory(receipt_number="RC-9/2025-26/00034", transaction_id="UTR-778899")
    asked = DemandFactory(number="DM-9/2025-26/00012")
    booking, customer = paid.booking, paid.booking.customer
    leads = {
        "qx-7": change("projects/unit", unit.pk),
        "rc-9/2025-26/00034": change("payments/payment", paid.pk),
        " UTR-778899 ": change("payments/payment", paid.pk),
        "DM-9/2025-26/00012": change("payments/demand", asked.pk),
        booking.booking_number: change("bookings/booking", booking.pk),
        f"bk-{booking.pk}": change("bookings/booking", booking.pk),
        customer.user.email.upper(): change("accounts/customer", customer.pk),
    }
    for text, url in leads.items():
        reply = staff.get(URL, {"q": text})
        assert (reply.status_code, reply.headers.get("Location")) == (302, url), text


def test_a_number_that_two_rows_bear_is_a_list_with_both_first(staff):
    for _ in range(2):
        UnitFactory(unit_number="QX-7")
    UnitFactory(unit_number="QX-71")
    page = staff.get(URL, {"q": "QX-7"})
    assert [row["name"] for row in page.context["groups"][0]["rows"]] == [
        "Unit QX-7",
        "Unit QX-7",
        "Unit QX-71",
    ]


def test_the_exact_one_is_first_however_many_newer_ones_begin_alike(staff):
    UnitFactory(unit_number="QX-7")
    for number in range(SHOWN + 1):
        UnitFactory(unit_number=f"QX-7{number}")
    assert found(staff, "qx-7")["Units"][0] == "Unit QX-7"
    assert staff.get(URL, {"q": "qx-7"}).status_code == 302


def test_a_group_shows_a_few_and_leads_to_the_list_with_all(staff):
    project = ProjectFactory()
    for number in range(SHOWN + 1):
        UnitFactory(project=project, unit_number=f"QX-7{number}")
    (group,) = staff.get(URL, {"q": "qx"}).context["groups"]
    assert len(group["rows"]) == SHOWN
    listed = staff.get(group["more"]).context["cl"].result_list
    assert len(listed) == SHOWN + 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Find a customer by name"),
        ("x", "at least two characters"),
        ("\x00", "Find a customer by name"),
        ("nobody at all", "Nothing was found for “nobody at all”"),
        ("9" * 99, "Nothing was found"),
        ("%_\\ %", "Nothing was found"),
        ("<b>bold</b>", "“&lt;b&gt;bold&lt;/b&gt;”"),
    ],
    ids=repr,
)
def test_what_is_not_found_is_said(text, says, staff):
    UnitFactory()
    assert says in staff.get(URL, {"q": text}).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("text", ["qx", "lakshmi iyengar"])
def test_it_costs_the_same_for_one_row_and_for_three(text, rows, staff, django_assert_num_queries):
    project = ProjectFactory(project_name="QX Grove")
    for number in range(rows):
        UnitFactory(project=project, unit_number=f"QX-7{number}")
        customer = CustomerFactory(first_name="Lakshmi", last_name="Iyengar")
        booking = BookingFactory(customer=customer, paid=True)
        PaymentFactory(booking=booking, receipt_number=f"RC-QX/{number}")
        DemandFactory(booking=booking, number=f"DM-QX/{number}")
    with django_assert_num_queries(7):  # session, user, five groups: no booking has such a number
        assert staff.get(URL, {"q": text}).status_code == 200


# --- whose rows ------------------------------------------------------------------------------------------------------


def test_nobody_finds_rows_of_another_builder(cast):
    booking = BookingFactory(unit=cast.meera_unit, customer=cast.asha.customer, paid=True)
    Relation.objects.get_or_create(customer=cast.asha.customer, builder=cast.meera.builder)
    PaymentFactory(booking=booking, receipt_number="RC-7/1", transaction_id="UTR-7")
    DemandFactory(booking=booking, number="DM-7/1")
    texts = ["asha", "asha@example.com", "A-101", "RC-7/1", "UTR-7", "DM-7/1", "Meera Gardens"]
    texts.append(booking.booking_number)
    meera, kiran = logged_in(cast.meera), logged_in(cast.kiran)
    assert [text for text in texts if not found(meera, text)] == []
    assert [text for text in texts if found(kiran, text)] == []
    assert [text for text in texts if kiran.get(URL, {"q": text}).status_code != 200] == []


def test_a_role_finds_only_what_it_may_look_at(cast):
    booking = BookingFactory(unit=cast.meera_unit, paid=True)
    PaymentFactory(booking=booking, receipt_number="RC-7/1")
    team = {
        role: logged_in(MemberFactory(employer=cast.meera.builder, team_role=role))
        for role in (TeamRole.SITE, TeamRole.FINANCE)
    }
    assert found(team[TeamRole.SITE], "RC-7/1") == {}
    assert team[TeamRole.SITE].get(URL, {"q": "RC-7/1"}).status_code == 200
    assert found(team[TeamRole.FINANCE], "RC-7/1") == {"Receipts": ["RC-7/1"]}


def test_strangers_are_sent_to_the_entrance(cast):
    for client in (Client(), logged_in(cast.asha)):
        assert client.get(URL, {"q": "asha"}).status_code == 302
        assert client.get(URL, {"q": "asha"}).headers["Location"].startswith("/admin/login/")


def test_every_page_has_the_box_and_its_key(staff):
    text = staff.get("/admin/projects/unit/").content.decode()
    assert 'role="search" action="/admin/search/"' in text
    assert "house/search.js" in text
    assert 'id="house-search' not in Client().get("/admin/login/").content.decode()


# --- how it stays fast -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("model", "text", "indexes"),
    [
        (Customer, "lakshmi", ["customer_name_trigrams", "user_email_trigrams"]),
        (Customer, "98765 43210", ["customer_phone_trigrams"]),
        (Unit, "qx-1204", ["unit_number_trigrams"]),
        (Unit, "qx", ["unit_number_trigrams"]),
        (Unit, "qx-1204 palm", ["unit_number_trigrams"]),
        (Payment, "utr-778899", ["payment_number_trigrams"]),
        (Demand, "dm-9/2025", ["demand_number_trigrams"]),
        (Booking, "BK-000012", ["Index Cond: (id = 12)"]),
    ],
)
def test_each_search_can_be_answered_by_its_index(model, text, indexes):
    (group,) = [group for group in GROUPS if group.model is model]
    condition = group.matches(Wanted(text))
    assert isinstance(condition, Q)
    with connection.cursor() as cursor:
        for kind in ("seqscan", "indexscan" if model is not Booking else "hashjoin"):
            cursor.execute(f"SET LOCAL enable_{kind} = off")
    plan = model._default_manager.filter(condition).explain()
    assert [name for name in indexes if name not in plan] == [], plan
