"""Every list, every form, every search box: they open, they find, and lists cost the same for one row and for three."""

from collections.abc import Callable
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect, RelatedFieldWidgetWrapper
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.models import Applicant
from realestate.core.admin import HouseAdmin
from tests.admin.conftest import MAKERS
from tests.factories.accounts import CustomerFactory, StaffFactory
from tests.factories.bookings import ApplicantFactory, BookingFactory
from tests.factories.payments import PaymentFactory
from tests.factories.projects import ProjectFactory

OURS = sorted(
    (model for model, page in admin.site._registry.items() if model in MAKERS),
    key=lambda model: model._meta.label_lower,
)
IDS = [model._meta.label_lower for model in OURS]
# Session, user, how many, the rows; a date hierarchy asks for two more, a filter by what occurs for one, sums for one.
QUERIES = {
    **dict.fromkeys(IDS, 4),
    "bookings.agreement": 6,
    "bookings.booking": 7,
    "bookings.changequote": 5,
    "bookings.changerequest": 7,
    "bookings.promiseddate": 6,
    "bookings.quote": 7,
    "bookings.signature": 6,
    "core.auditentry": 6,
    "core.bulkrun": 6,
    "core.jobrun": 6,
    "core.storedfile": 5,
    "payments.adjustment": 7,
    "payments.allocation": 7,
    "core.systemsetting": 5,  # one for the values in force
    "payments.checkout": 7,
    "payments.creditnote": 7,
    "payments.defaultnotice": 6,
    "payments.demand": 7,
    "payments.gatewayevent": 6,
    "payments.ledgerentry": 7,
    "payments.letterbatch": 6,
    "payments.payment": 7,
    "payments.refund": 7,
    "payments.reminder": 5,
    "payments.settlement": 7,
    "scheduling.workinghours": 5,
    "progress.certificate": 6,
    "progress.completiondate": 6,
    "progress.constructionupdate": 6,
    "projects.claim": 6,
    "projects.pricelist": 6,
    "projects.project": 6,
    "scheduling.appointment": 6,
}
# What staff type to find a row: its number, or somebody's name.
TERMS: dict[str, Callable[[Any], object]] = {
    "accounts.builder": lambda row: row.company_name,
    "accounts.buildermember": lambda row: row.name,
    "accounts.customer": lambda row: row.last_name,
    "accounts.relation": lambda row: row.builder.company_name,
    "accounts.session": lambda row: row.user.email,
    "accounts.user": lambda row: row.email,
    "auth.group": lambda row: row.name,
    "bookings.agreement": lambda row: row.booking_id,
    "bookings.applicant": lambda row: row.email,
    "bookings.quote": lambda row: row.customer.user.email,
    "bookings.signature": lambda row: row.name,
    "bookings.booking": lambda row: row.customer.user.email,
    "bookings.bookingdocument": lambda row: row.title,
    "bookings.changecutoff": lambda row: row.milestone_code,
    "scheduling.workinghours": lambda row: row.project.project_name,
    "scheduling.host": lambda row: row.builder.company_name,
    "scheduling.holiday": lambda row: row.name,
    "scheduling.calendarfeed": lambda row: row.user.email,
    "scheduling.appointmentreminder": lambda row: row.appointment.customer.last_name,
    "bookings.promiseddate": lambda row: row.booking.customer.last_name,
    "bookings.changequote": lambda row: row.change_request_id,
    "bookings.changerequest": lambda row: row.booking.customer.last_name,
    "core.auditentry": lambda row: row.actor.email,
    "core.bulkrun": lambda row: row.label,
    "core.jobrun": lambda row: row.triggered_by.email,
    "core.idempotencykey": lambda row: row.user.email,
    "core.importrun": lambda row: row.made_by.email,
    "core.ratecounter": lambda row: row.key,
    "core.rowchange": lambda row: row.object_id,
    "core.storedfile": lambda row: row.owner.email,
    "core.systemsetting": lambda row: row.key,
    "messaging.broadcast": lambda row: row.project.project_name,
    "messaging.broadcastrecipient": lambda row: row.customer.last_name,
    "messaging.conversation": lambda row: row.project.project_name,
    "messaging.message": lambda row: row.sender.email,
    "notifications.delivery": lambda row: row.notification.user.email,
    "notifications.device": lambda row: row.user.email,
    "notifications.quiethours": lambda row: row.user.email,
    "notifications.notification": lambda row: row.title,
    "notifications.preference": lambda row: row.user.email,
    "notifications.signal": lambda row: row.user.email,
    "payments.adjustment": lambda row: row.demand_line.demand.number,
    "payments.allocation": lambda row: row.payment.receipt_number,
    "payments.checkout": lambda row: row.external_id,
    "payments.creditnote": lambda row: row.number,
    "payments.demand": lambda row: row.number,
    "payments.gatewayevent": lambda row: row.event_id,
    "payments.interestrate": lambda row: row.project.project_name,
    "payments.ledgerentry": lambda row: row.reference,
    "payments.letterbatch": lambda row: row.requested_by.email,
    "payments.plantemplate": lambda row: row.name,
    "payments.reminder": lambda row: row.demand.number,
    "payments.schedulerevision": lambda row: row.booking.customer.last_name,
    "payments.terms": lambda row: row.booking.customer.last_name,
    "payments.defaultnotice": lambda row: row.booking.customer.last_name,
    "payments.payment": lambda row: row.receipt_number,
    "payments.refund": lambda row: row.booking.customer.last_name,
    "payments.settlement": lambda row: row.booking.customer.last_name,
    "progress.certificate": lambda row: row.number,
    "progress.milestone": lambda row: row.project.project_name,
    "progress.completiondate": lambda row: row.project.project_name,
    "progress.constructionupdate": lambda row: row.update_title,
    "progress.projectprogress": lambda row: row.phase_name,
    "projects.claim": lambda row: row.customer.last_name,
    "projects.model3d": lambda row: row.project.project_name,
    "projects.pricelist": lambda row: row.note,
    "projects.taxrate": lambda row: row.component,
    "projects.project": lambda row: row.builder.company_name,
    "projects.tower": lambda row: row.project.project_name,
    "projects.unit": lambda row: row.unit_number,
    "scheduling.appointment": lambda row: row.customer.last_name,
    "scheduling.appointmentmove": lambda row: row.moved_by.email,
}
each_page = pytest.mark.parametrize("model", OURS, ids=IDS)


def term(row: Any) -> str:
    """In quotation marks, so that a number in it does not match somebody's telephone."""
    return f'"{TERMS[row._meta.label_lower](row)}"'


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
    assert [name for name in IDS if name not in TERMS] == []


@each_page
def test_list_and_forms_open(model, staff: Client):
    row = MAKERS[model](0)
    page = admin.site._registry[model]
    assert staff.get(url(model, "changelist")).status_code == 200
    assert staff.get(url(model, "change", row.pk)).status_code == 200
    add = staff.get(url(model, "add")).status_code
    assert add == (200 if getattr(page, "addable", True) else 403)
    assert staff.get(url(model, "history", row.pk), follow=True).status_code == 200


@each_page
def test_search_finds_the_row_and_leaves_the_others_out(model, staff: Client):
    row, _other = MAKERS[model](0), MAKERS[model](1)
    found = staff.get(url(model, "changelist"), {"q": term(row)}).context["cl"].result_list
    assert [item.pk for item in found] == [row.pk]
    nothing = staff.get(url(model, "changelist"), {"q": "xyz 12"})
    assert list(nothing.context["cl"].result_list) == []


def test_buyers_are_found_by_the_number_of_their_booking(staff: Client):
    row, other = (ApplicantFactory(is_primary=False) for _ in range(2))  # with no number of theirs
    found = staff.get(url(Applicant, "changelist"), {"q": f'"{row.booking_id}"'})
    assert {row, other} & {*found.context["cl"].result_list} == {row}


@each_page
@pytest.mark.parametrize("rows", [1, 3])
def test_lists_cost_the_same_for_one_row_and_for_three(
    model, rows: int, staff: Client, django_assert_num_queries
):
    for number in range(rows):
        MAKERS[model](number)
    with django_assert_num_queries(QUERIES[model._meta.label_lower]):
        assert staff.get(url(model, "changelist")).status_code == 200


@each_page
@pytest.mark.parametrize(
    "query",
    [{"q": "\x00"}, {"q": "9" * 30}, {"p": "9999"}, {"o": "99.-1"}, {"nonsense": "1"}, {"all": ""}],
    ids=str,
)
def test_strange_addresses_are_no_crash(model, query, staff: Client):
    MAKERS[model](0)
    assert staff.get(url(model, "changelist"), query, follow=True).status_code == 200


@each_page
def test_rows_that_are_not_there_are_no_crash(model, staff: Client):
    for key in ("abc", "0", "9" * 30):
        assert staff.get(url(model, "change", key)).status_code == 302


@each_page
def test_nothing_is_chosen_from_a_list_of_everything(model, staff: Client):
    """Neighbours are found by typing; rights and one builder's own people, of whom there are few, are not."""
    few = {"scheduling.host": ["user"]}
    row = MAKERS[model](0)
    pages = [staff.get(url(model, "add")), staff.get(url(model, "change", row.pk))]
    giants = [
        name
        for page in pages
        if page.status_code == 200
        and "adminform" in page.context  # imports have pages of their own
        for name, field in page.context["adminform"].form.fields.items()
        if isinstance(field, forms.ModelChoiceField)
        and not isinstance(field, forms.ModelMultipleChoiceField)
        and not is_autocomplete(field.widget)
    ]
    assert giants == few.get(model._meta.label_lower, [])


def is_autocomplete(widget: forms.Widget) -> bool:
    inner = widget.widget if isinstance(widget, RelatedFieldWidgetWrapper) else widget
    return isinstance(inner, AutocompleteSelect)


@each_page
def test_saving_a_form_as_it_stands_changes_nothing(model, staff: Client):
    """What a page shows is what it stores: no value gets lost on the way through the form."""
    row = MAKERS[model](0)
    page = staff.get(url(model, "change", row.pk))
    if not page.context.get("has_change_permission"):
        assert staff.post(url(model, "change", row.pk), {}).status_code == 403
        return
    before = model._default_manager.filter(pk=row.pk).values().get()
    reply = staff.post(url(model, "change", row.pk), as_browser(page.context["adminform"].form))
    assert reply.status_code == 302, reply.context["errors"]
    after = model._default_manager.filter(pk=row.pk).values().get()
    assert {**after, "updated_at": None} == {**before, "updated_at": None}


def as_browser(form: forms.BaseForm) -> dict[str, Any]:
    """What a browser would send for a form as it stands."""
    sent: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        if isinstance(bound.field, forms.SplitDateTimeField):
            for place, part in enumerate(bound.field.widget.decompress(value)):
                sent[f"{bound.html_name}_{place}"] = part or ""
        elif isinstance(bound.field, forms.BooleanField):
            sent |= {bound.html_name: "on"} if value else {}
        elif isinstance(bound.field, forms.ModelMultipleChoiceField):
            sent[bound.html_name] = [getattr(row, "pk", row) for row in value or []]
        else:
            sent[bound.html_name] = "" if value is None else value
    return sent


@each_page
def test_financial_rows_have_no_delete_button(model, staff: Client):
    row = MAKERS[model](0)
    page = admin.site._registry[model]
    deletable = getattr(page, "deletable", True)
    assert staff.get(url(model, "delete", row.pk)).status_code == (200 if deletable else 403)
    assert deletable == (model._meta.label_lower in {"auth.group", "core.systemsetting"})


def test_house_pages_declare_what_they_join_and_search():
    for model, page in admin.site._registry.items():
        if model in MAKERS:
            assert isinstance(page, HouseAdmin), model
            assert page.search_fields, model
            assert "list_select_related" in vars(type(page)), model


AUTOCOMPLETE = [
    (model, field) for model in OURS for field in admin.site._registry[model].autocomplete_fields
]


@pytest.mark.parametrize(("model", "field"), AUTOCOMPLETE, ids=str)
def test_autocomplete_answers(model, field: str, staff: Client):
    neighbour = model._meta.get_field(field).related_model
    row, _other = MAKERS[neighbour](0), MAKERS[neighbour](1)
    query = {
        "app_label": model._meta.app_label,
        "model_name": model._meta.model_name,
        "field_name": field,
        "term": term(row),
    }
    reply = staff.get("/admin/autocomplete/", query)
    assert [result["id"] for result in reply.json()["results"]] == [str(row.pk)]


def choices(staff: Client, model: str, field: str, words: str) -> list[str]:
    app, name = model.split(".")
    query = {"app_label": app, "model_name": name, "field_name": field, "term": words}
    reply = staff.get("/admin/autocomplete/", query).json()
    return [result["text"] for result in reply["results"]]


def test_a_box_to_choose_from_tells_its_lines_apart(staff: Client):
    booking = BookingFactory()
    customer, unit, project = booking.customer, booking.unit, booking.project
    number = f"BK-{booking.pk:06d}"

    assert choices(staff, "payments.payment", "booking", number.lower()) == [
        f"{number} · {customer} · {unit}, {project}"
    ]
    assert choices(staff, "bookings.booking", "customer", customer.user.email) == [
        " · ".join(
            part for part in (customer.full_name, customer.user.email, customer.phone) if part
        )
    ]
    [line] = choices(staff, "bookings.booking", "unit", unit.unit_number)
    assert line.startswith(f"{unit.unit_number} · {project} · {unit.get_unit_type_display()} · ₹")


def test_a_box_to_choose_from_costs_the_same_for_one_row_and_for_many(staff: Client):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            choices(staff, "payments.payment", "booking", "")
        return len(queries)

    BookingFactory()
    one = cost()
    BookingFactory.create_batch(2)
    assert cost() == one


def test_a_list_finds_rows_by_the_number_of_their_booking(staff: Client):
    payment, _other = PaymentFactory(), PaymentFactory()
    number = f"bk-{payment.booking_id:06d}"
    for address, row in (
        ("bookings/booking", payment.booking),
        ("payments/payment", payment),
    ):
        found = staff.get(f"/admin/{address}/", {"q": number}).context["cl"].result_list
        assert list(found) == [row]


def test_the_menu_leads_to_the_stacking_plan(staff: Client):
    entries = [
        page for group in staff.get("/admin/").context["app_list"] for page in group["models"]
    ]
    assert [page["admin_url"] for page in entries if page["name"] == "Stacking plan"] == [
        "/admin/stacking/"
    ]


def test_the_history_of_a_row_is_its_audit_trail(staff: Client):
    project, other = ProjectFactory(), ProjectFactory()
    for row in (project, other):
        staff.post(f"/admin/projects/project/{row.pk}/do/archive/")
    page = staff.get(f"/admin/projects/project/{project.pk}/history/")
    assert [line.what for line in page.context["lines"]] == ["Archived"]
    found = staff.get(page.context["all_entries"]).context["cl"].result_list
    assert [(entry.object_type, entry.object_id, entry.action) for entry in found] == [
        ("projects.project", project.pk, "archived")
    ]


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
