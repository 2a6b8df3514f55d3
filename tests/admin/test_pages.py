"""Every list, every form, every search box: they open, and lists cost the same for one row and for four."""

import pytest
from django.contrib import admin
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from realestate.core.admin import HouseAdmin
from tests.admin.conftest import MAKERS
from tests.factories.accounts import CustomerFactory, StaffFactory

OURS = sorted(
    (model for model, page in admin.site._registry.items() if model in MAKERS),
    key=lambda model: model._meta.label_lower,
)
IDS = [model._meta.label_lower for model in OURS]
MOST_QUERIES = 8  # session, user, count, rows, and up to four for a date hierarchy


def url(model, page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def test_every_house_table_has_a_page_and_a_maker():
    house = {
        model
        for model in admin.site._registry
        if not model.__module__.startswith(("procrastinate", "django"))
    }
    assert house == set(MAKERS) - {
        model for model in MAKERS if model.__module__.startswith("django")
    }


@pytest.mark.parametrize("model", OURS, ids=IDS)
def test_list_search_and_forms_open(model, staff: Client):
    row = MAKERS[model](0)
    page = admin.site._registry[model]
    assert staff.get(url(model, "changelist")).status_code == 200
    assert staff.get(url(model, "changelist"), {"q": "xyz 12"}).status_code == 200
    assert staff.get(url(model, "change", row.pk)).status_code == 200
    add = staff.get(url(model, "add")).status_code
    assert add == (200 if getattr(page, "addable", True) else 403)
    assert staff.get(url(model, "history", row.pk), follow=True).status_code == 200


@pytest.mark.parametrize("model", OURS, ids=IDS)
def test_lists_cost_the_same_for_one_row_and_for_four(model, staff: Client):
    counts = []
    for number in (0, 1):
        for more in range(1 + 2 * number):
            MAKERS[model](10 * number + more)
        with CaptureQueriesContext(connection) as queries:
            assert staff.get(url(model, "changelist")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= MOST_QUERIES


@pytest.mark.parametrize("model", OURS, ids=IDS)
def test_financial_rows_have_no_delete_button(model, staff: Client):
    row = MAKERS[model](0)
    page = admin.site._registry[model]
    deletable = getattr(page, "deletable", True)
    assert staff.get(url(model, "delete", row.pk)).status_code == (200 if deletable else 403)


def test_house_pages_declare_what_they_join_and_search():
    for model, page in admin.site._registry.items():
        if isinstance(page, HouseAdmin):
            assert page.search_fields, model
            assert "list_select_related" in vars(type(page)), model


@pytest.mark.parametrize("field", ["customer", "unit"])
def test_autocomplete_answers(field: str, staff: Client):
    CustomerFactory(first_name="Asha")
    query = {"app_label": "bookings", "model_name": "booking", "field_name": field, "term": "Asha"}
    reply = staff.get("/admin/autocomplete/", query)
    assert reply.status_code == 200
    assert len(reply.json()["results"]) == (1 if field == "customer" else 0)


@pytest.mark.django_db
def test_only_staff_may_enter():
    """Others cannot even carry the flag: the constraint only_staff_enter_the_admin."""
    client = Client()
    for person in (CustomerFactory().user, StaffFactory(is_staff=False, is_superuser=False)):
        client.force_login(person)
        assert client.get("/admin/").status_code == 302
    customer = CustomerFactory().user
    customer.is_staff = True
    with pytest.raises(IntegrityError, match="only_staff_enter_the_admin"):
        customer.save()


def test_the_menu_is_by_job(staff: Client):
    titles = [group["name"] for group in staff.get("/admin/").context["app_list"]]
    assert titles == ["Sales", "Collections", "Site", "Communication", "Set-up", "System"]
