"""Appointments over HTTP (contract 7.6): shapes, lists, filters, and how many queries they take."""

from datetime import timedelta

import pytest

from realestate.core import clock
from scheduling.enums import AppointmentStatus, AppointmentType
from scheduling.models import Appointment
from tests.factories.accounts import CustomerFactory
from tests.factories.scheduling import AppointmentFactory
from tests.scheduling.conftest import URL, wire


def test_the_shape_of_an_appointment(cast, as_, visit, at):
    body = as_(cast.asha).get(f"{URL}/{visit.pk}").json()
    project = as_(cast.asha).get(f"/api/projects/{cast.meera_project.pk}").json()
    builder = project["builder"] | {"total_projects": 1}
    assert body == {
        "id": visit.pk,
        "customer_id": cast.asha.pk,
        "project_id": cast.meera_project.pk,
        "host_id": visit.host_id,
        "host_name": "Meera Homes",
        "appointment_type": "site_visit",
        "title": "Site visit",
        "appointment_date": wire(at(10)),
        "scheduled_at": wire(at(10)),
        "ends_at": wire(at(11)),
        "appointment_time": "10:00 AM",
        "duration_minutes": 60,
        "meeting_location": "site",
        "location": "",
        "status": "scheduled",
        "outcome": "",
        "agenda": "",
        "notes": "",
        "attendees": [],
        "reschedule_reason": "",
        "rescheduled_at": None,
        "created_by": cast.asha.pk,
        "created_at": wire(visit.created_at),
        "updated_at": wire(Appointment.objects.get(pk=visit.pk).updated_at),
        "project": project | {"builder": builder},
        "customer": {
            "id": cast.asha.pk,
            "first_name": "Asha",
            "last_name": "Rao",
            "name": "Asha Rao",
            "email": "asha@example.com",
            "phone": "+91 98200 11111",
        },
        "builder": builder,
    }


def test_project_and_builder_carry_what_the_pages_read(cast, as_, visit):
    body = as_(cast.asha).get(f"{URL}/{visit.pk}").json()
    assert (body["project"]["project_name"], body["project"]["name"]) == ("Meera Gardens",) * 2
    assert body["project"]["location"] == "12 Lake Road, Pune, Maharashtra"
    assert body["project"]["builder"]["full_name"] == "Meera Homes"
    assert body["builder"]["company_name"] == "Meera Homes"


@pytest.mark.parametrize("item_count", [1, 3])
@pytest.mark.parametrize("person", ["asha", "meera", "sana"])
def test_a_list_costs_two_queries(cast, as_, django_assert_num_queries, item_count, person):
    AppointmentFactory.create_batch(
        item_count, project=cast.meera_project, customer=cast.asha.customer
    )
    api = as_(getattr(cast, person))
    with django_assert_num_queries(2):  # stats; rows with all that is behind them, and their count
        body = api.get(URL).json()
    assert body["total"] == len(body["appointments"]) == item_count


@pytest.mark.parametrize("item_count", [1, 3])
@pytest.mark.parametrize("by", ["customer", "project"])
def test_a_bare_array_costs_two_queries(cast, as_, django_assert_num_queries, item_count, by):
    customer = cast.asha.customer
    AppointmentFactory.create_batch(item_count, project=cast.meera_project, customer=customer)
    cast.meera.builder.relations.create(customer=customer)
    pk = {"customer": customer.pk, "project": cast.meera_project.pk}[by]
    with django_assert_num_queries(2):  # whose; rows
        reply = as_(cast.meera).get(f"{URL}/{by}/{pk}")
    assert len(reply.json()) == item_count
    assert reply["X-Total-Count"] == str(item_count)


def test_one_costs_one_query(cast, as_, visit, django_assert_num_queries):
    with django_assert_num_queries(1):  # the row, its project, its builder, its customer
        as_(cast.asha).get(f"{URL}/{visit.pk}")


def test_the_envelope_counts_all_whatever_the_filters(cast, as_):
    for status in AppointmentStatus:
        AppointmentFactory(project=cast.meera_project, customer=cast.asha.customer, status=status)
    AppointmentFactory(project=cast.kiran_project)
    bodies = [
        as_(cast.meera).get(URL + query).json()
        for query in ("", "?status=completed", "?status=nonsense", "?limit=1")
    ]
    for body in bodies:
        assert body["stats"] == {
            "total": 4,
            "confirmed": 1,
            "pending": 1,
            "completed": 1,
            "cancelled": 1,
            "scheduled": 1,
            "rescheduled": 0,
        }
    body = bodies[-1]
    assert body.keys() == {"appointments", "total", "page", "limit", "pagination", "stats"}
    assert (body["total"], body["page"], body["limit"], len(body["appointments"])) == (4, 1, 1, 1)


def test_without_a_limit_there_are_a_hundred(cast, as_):
    assert as_(cast.asha).get(URL).json()["limit"] == 100


def test_lists_are_latest_first_and_end_in_the_key(cast, as_):
    rows = AppointmentFactory.create_batch(3, project=cast.meera_project)
    body = as_(cast.meera).get(URL).json()
    assert [row["id"] for row in body["appointments"]] == [row.pk for row in reversed(rows)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=pending", {0, 4}),
        ("status=SCHEDULED", {0, 4}),
        ("status=rescheduled", {4}),
        ("status=confirmed", {1}),
        ("status=canceled", {3}),
        ("status=", {0, 1, 2, 3, 4}),
        ("status=no-such", set()),
        ("status=%00", set()),
        ("type=virtual", {1}),
        ("type=virtual_tour", {1}),
        ("appointment_type=site-visit", {0, 2, 3, 4}),
        ("type=handover", set()),
        ("project_id={project}", {0, 1, 2, 3, 4}),
        ("project_id={foreign}", set()),
        ("project_id=x", set()),
        ("project_id=99999999999999999999999", set()),
        ("customer_id={customer}", {2}),
        ("page=0&limit=0", {4}),
        ("page=-3", {0, 1, 2, 3, 4}),
        ("limit=x", {0, 1, 2, 3, 4}),
        ("unknown=1", {0, 1, 2, 3, 4}),
    ],
)
def test_filters_never_fail(cast, as_, query, found):
    states = [*AppointmentStatus, AppointmentStatus.SCHEDULED]
    rows = [
        AppointmentFactory(
            project=cast.meera_project,
            status=state,
            appointment_type=AppointmentType.VIRTUAL_TOUR
            if number == 1
            else AppointmentType.SITE_VISIT,
            rescheduled_at=clock.now() if number == 4 else None,
        )
        for number, state in enumerate(states)
    ]
    text = query.format(
        project=cast.meera_project.pk,
        foreign=cast.kiran_project.pk,
        customer=rows[2].customer_id,
    )
    reply = as_(cast.meera).get(f"{URL}?{text}")
    assert reply.status_code == 200
    assert {row["id"] for row in reply.json()["appointments"]} == {rows[n].pk for n in found}


def test_R21_lists_of_a_customer_and_a_project(cast, as_, visit):
    elsewhere = AppointmentFactory(customer=cast.asha.customer, project=cast.kiran_project)
    later = visit.starts_at + timedelta(hours=5)
    AppointmentFactory(customer=cast.ravi.customer, project=cast.meera_project, starts_at=later)
    of_asha, at_meera = f"{URL}/customer/{cast.asha.pk}", f"{URL}/project/{cast.meera_project.pk}"

    def ids(person, url):
        return {row["id"] for row in as_(person).get(url).json()}

    assert ids(cast.asha, of_asha) == {visit.pk, elsewhere.pk}
    assert ids(cast.meera, of_asha) == {visit.pk}
    assert ids(cast.sana, of_asha) == {visit.pk, elsewhere.pk}
    assert len(ids(cast.meera, at_meera)) == 2
    assert as_(cast.ravi).get(of_asha).status_code == 404
    assert as_(cast.kiran).get(of_asha).status_code == 404
    assert as_(cast.kiran).get(at_meera).status_code == 404
    assert as_(cast.asha).get(at_meera).status_code == 403


def test_R21_a_third_persons_list_count_and_stats_know_nothing_of_it(cast, as_, visit):
    stranger = CustomerFactory().user
    body = as_(stranger).get(URL).json()
    assert (body["total"], body["stats"]["total"], body["appointments"]) == (0, 0, [])
