"""Appointments over HTTP (contract 7.6)."""

from datetime import UTC, timedelta

import pytest

from realestate.core import clock
from scheduling import services
from scheduling.enums import AppointmentAction, AppointmentStatus, AppointmentType
from scheduling.models import Appointment
from tests.factories.accounts import CustomerFactory
from tests.factories.scheduling import AppointmentFactory

URL = "/api/appointments"


def wire(instant):
    """An instant as it is emitted."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def stored():
    """Everything that a refused request must not change."""
    return list(Appointment.objects.order_by("pk").values())


# --- reading --------------------------------------------------------------------------------------


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


# --- writing --------------------------------------------------------------------------------------


def test_a_customer_books_as_the_frontend_does(cast, as_, at):
    reply = as_(cast.asha).post(
        URL,
        {
            "project_id": cast.meera_project.pk,
            "appointment_date": at(10).replace(tzinfo=None).isoformat(),
            "appointment_type": "site-visit",
            "meeting_location": "At the show flat, gate 2",
            "notes": "Two of us",
            "customer_id": cast.ravi.pk,
            "created_by": cast.ravi.pk,
            "status": "completed",
        },
    )
    assert reply.status_code == 201
    body = reply.json()
    assert (body["customer_id"], body["created_by"], body["host_name"], body["status"]) == (
        cast.asha.pk,
        cast.asha.pk,
        "Meera Homes",
        "scheduled",
    )
    assert (body["appointment_date"], body["appointment_time"]) == (wire(at(10)), "10:00 AM")
    assert (body["meeting_location"], body["location"]) == ("site", "At the show flat, gate 2")
    assert body["notes"] == "Two of us"
    assert body == as_(cast.asha).get(f"{URL}/{body['id']}").json()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({}, ("site", "")),
        ({"meeting_location": "Online"}, ("online", "")),
        (
            {"meeting_location": "https://meet.example.com/a"},
            ("online", "https://meet.example.com/a"),
        ),
        ({"meeting_location": "office", "location": "2nd floor"}, ("office", "2nd floor")),
        ({"meeting_location": "Gate 2", "location": "Gate 3"}, ("site", "Gate 3")),
        ({"location": "Gate 3"}, ("site", "Gate 3")),
        ({"meeting_location": ""}, ("site", "")),
    ],
)
def test_meeting_places(cast, as_, at, sent, kept):
    body = {
        "project_id": cast.meera_project.pk,
        "appointment_date": at(10).isoformat(),
        "appointment_type": "virtual",
        **sent,
    }
    row = as_(cast.asha).post(URL, body).json()
    assert (row["meeting_location"], row["location"]) == kept
    assert row["appointment_type"] == "virtual_tour"


def test_the_same_key_books_once(cast, as_, at):
    body = {
        "project_id": cast.meera_project.pk,
        "appointment_date": at(10).isoformat(),
        "appointment_type": "site_visit",
    }
    api = as_(cast.asha)
    replies = [api.post(URL, body, headers={"Idempotency-Key": "k1"}) for _ in range(2)]
    assert [reply.status_code for reply in replies] == [201, 201]
    assert replies[0].json() == replies[1].json()
    assert Appointment.objects.count() == 1


def test_a_taken_slot_is_409(cast, as_, visit, at):
    body = {
        "project_id": cast.meera_project.pk,
        "appointment_date": at(10, 30).isoformat(),
        "appointment_type": "site_visit",
    }
    reply = as_(cast.ravi).post(URL, body)
    assert (reply.status_code, reply.json()["code"]) == (409, "slot_taken")


def test_a_builder_must_name_a_customer_it_knows(cast, as_, at):
    body = {
        "project_id": cast.meera_project.pk,
        "appointment_date": at(10).isoformat(),
        "appointment_type": "site_visit",
    }
    reply = as_(cast.meera).post(URL, body)
    assert (reply.status_code, reply.json()["errors"]) == (
        400,
        {"customer_id": ["This field is required."]},
    )
    assert as_(cast.meera).post(URL, body | {"customer_id": cast.asha.pk}).status_code == 404
    assert as_(cast.meera).post(URL, body | {"customer_id": 10**9}).status_code == 404
    assert stored() == []
    cast.meera.builder.relations.create(customer=cast.asha.customer)
    assert as_(cast.meera).post(URL, body | {"customer_id": cast.asha.pk}).status_code == 201


@pytest.mark.parametrize(
    ("asked", "becomes"),
    [
        ("confirmed", "confirmed"),
        ("CONFIRMED", "confirmed"),
        ("completed", "completed"),
        ("cancelled", "cancelled"),
        ("no_show", "cancelled"),
    ],
)
def test_the_builder_sets_the_status(cast, as_, asked, becomes):
    start = clock.now() - timedelta(hours=2)
    row = AppointmentFactory(
        project=cast.meera_project, starts_at=start, ends_at=start + timedelta(hours=1)
    )
    reply = as_(cast.meera).patch(f"{URL}/{row.pk}/status", {"status": asked})
    assert (reply.status_code, reply.json()["status"]) == (200, becomes)
    assert reply.json()["outcome"] == ("no_show" if asked == "no_show" else "")


def test_pending_takes_a_confirmation_back(cast, as_, visit):
    url = f"{URL}/{visit.pk}/status"
    as_(cast.meera).patch(url, {"status": "confirmed"})
    reply = as_(cast.meera).patch(url, {"status": "pending"})
    assert (reply.status_code, reply.json()["status"]) == (200, "scheduled")
    reply = as_(cast.meera).patch(url, {"status": "pending"})
    assert (reply.status_code, reply.json()["code"]) == (409, "invalid_transition")
    assert reply.json()["allowed"] == ["confirm", "reschedule", "complete", "no_show", "cancel"]


def test_customers_may_only_cancel(cast, as_, visit):
    url = f"{URL}/{visit.pk}/status"
    assert as_(cast.asha).patch(url, {"status": "confirmed"}).status_code == 403
    assert as_(cast.asha).patch(url, {"status": "cancelled"}).json()["status"] == "cancelled"


def test_completed_only_after_the_start(cast, as_, visit):
    reply = as_(cast.meera).patch(f"{URL}/{visit.pk}/status", {"status": "completed"})
    assert (reply.status_code, reply.json()["code"]) == (422, "appointment_not_started")


def test_delete_cancels_and_keeps_the_row(cast, as_, visit):
    reply = as_(cast.asha).delete(f"{URL}/{visit.pk}")
    assert (reply.status_code, reply.json()) == (
        200,
        {"message": "The appointment was cancelled.", "success": True},
    )
    assert as_(cast.asha).get(f"{URL}/{visit.pk}").json()["status"] == "cancelled"
    assert as_(cast.asha).delete(f"{URL}/{visit.pk}").status_code == 409


def test_a_reschedule_is_emitted_as_scheduled_with_its_reason(cast, as_, visit, at):
    services.move_appointment(
        actor=cast.meera, appointment_id=visit.pk, action=AppointmentAction.CONFIRM
    )
    reply = as_(cast.asha).patch(
        f"{URL}/{visit.pk}/reschedule",
        {
            "appointment_date": at(15, 30).isoformat(),
            "meeting_location": "Gate 2",
            "reschedule_reason": "Late",
        },
    )
    assert reply.status_code == 200
    body = reply.json()
    assert (body["status"], body["reschedule_reason"], body["appointment_time"]) == (
        "scheduled",
        "Late",
        "03:30 PM",
    )
    assert (body["meeting_location"], body["location"]) == ("site", "Gate 2")
    stats = as_(cast.asha).get(URL).json()["stats"]
    assert (stats["pending"], stats["scheduled"], stats["rescheduled"]) == (1, 0, 1)


@pytest.mark.parametrize("person", ["ravi", "kiran", None])
def test_R21_strangers_change_nothing(cast, as_, visit, at, person):
    api = as_(getattr(cast, person) if person else None)
    before = stored()
    refused = 404 if person else 401
    when = {"appointment_date": at(15).isoformat()}
    assert api.get(f"{URL}/{visit.pk}").status_code == refused
    assert api.delete(f"{URL}/{visit.pk}").status_code == refused
    assert api.patch(f"{URL}/{visit.pk}/status", {"status": "cancelled"}).status_code == refused
    assert api.patch(f"{URL}/{visit.pk}/reschedule", when).status_code == refused
    assert stored() == before


# --- bad input ------------------------------------------------------------------------------------

BAD_BOOKINGS = [
    {"project_id": None},
    {"project_id": "one"},
    {"project_id": -1},
    {"project_id": 0},
    {"project_id": 10**30},
    {"project_id": [1]},
    {"project_id": 1.5},
    {"appointment_type": None},
    {"appointment_type": ""},
    {"appointment_type": "party"},
    {"appointment_type": 7},
    {"appointment_type": {"a": 1}},
    {"appointment_date": None},
    {"appointment_date": ""},
    {"appointment_date": "tomorrow"},
    {"appointment_date": "2026-13-01T10:00:00Z"},
    {"appointment_date": "0001-01-01T00:00:00+14:00"},
    {"appointment_date": "9999-12-31T23:59:59-14:00"},
    {"appointment_date": "9999-12-31T23:59:59"},
    {"appointment_date": 1_790_000_000},
    {"appointment_date": ["2026-12-01T10:00:00Z"]},
    {"duration_minutes": "long"},
    {"duration_minutes": -60},
    {"duration_minutes": 0},
    {"duration_minutes": 10**12},
    {"duration_minutes": None},
    {"notes": "a\u0000b"},
    {"notes": "x" * 5001},
    {"notes": ["x"]},
    {"agenda": {"a": "b"}},
    {"location": "x" * 501},
    {"meeting_location": "x" * 501},
    {"meeting_location": "\u0000"},
    {"meeting_location": None},
    {"attendees": "Asha"},
    {"attendees": ["x" * 201]},
    {"attendees": ["x"] * 21},
    {"attendees": [None]},
]


def assert_refused(reply, *statuses):
    """The documented shape, and nothing else."""
    assert reply.status_code in statuses, reply.content
    body = reply.json()
    assert isinstance(body["detail"], str)
    assert body["detail"]
    assert isinstance(body["code"], str)
    assert isinstance(body["errors"], dict)


@pytest.mark.parametrize("bad", BAD_BOOKINGS, ids=str)
def test_bad_bookings_are_refused_and_nothing_is_stored(cast, as_, at, bad):
    body = {
        "project_id": cast.meera_project.pk,
        "appointment_date": at(10).isoformat(),
        "appointment_type": "site_visit",
        **bad,
    }
    assert_refused(as_(cast.asha).post(URL, body), 400)
    assert stored() == []


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'"x"', b"null", b"3", b'{"project_id": NaN}'])
def test_bad_bodies_are_refused(cast, as_, visit, raw):
    before = stored()
    api = as_(cast.asha)
    for method, url in (
        (api.post, URL),
        (api.patch, f"{URL}/{visit.pk}/status"),
        (api.patch, f"{URL}/{visit.pk}/reschedule"),
    ):
        assert_refused(method(url, raw, content_type="application/json"), 400)
        assert_refused(method(url, b"a=b", content_type="application/x-www-form-urlencoded"), 415)
    assert stored() == before


def test_unknown_ids_are_404(cast, as_, at):
    body = {"appointment_date": at(10).isoformat(), "appointment_type": "site_visit"}
    assert_refused(as_(cast.asha).post(URL, body | {"project_id": 10**15}), 404)
    for pk in (0, 10**15, 2**63, 10**40):
        assert_refused(as_(cast.asha).get(f"{URL}/{pk}"), 404)
        assert_refused(as_(cast.asha).delete(f"{URL}/{pk}"), 404)
        assert_refused(as_(cast.meera).get(f"{URL}/project/{pk}"), 404)
        assert_refused(as_(cast.meera).get(f"{URL}/customer/{pk}"), 404)
        assert_refused(as_(cast.asha).patch(f"{URL}/{pk}/status", {"status": "cancelled"}), 404)
        assert_refused(
            as_(cast.asha).patch(f"{URL}/{pk}/reschedule", {"appointment_date": at(9).isoformat()}),
            404,
        )


@pytest.mark.parametrize("status", [None, "", "pre-booked", 1, True, ["confirmed"], {}, "\u0000"])
def test_unknown_statuses_are_refused(cast, as_, visit, status):
    before = stored()
    assert_refused(as_(cast.meera).patch(f"{URL}/{visit.pk}/status", {"status": status}), 400)
    assert stored() == before


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"appointment_date": None},
        {"appointment_date": "soon"},
        {"appointment_date": "9999-12-31T23:59:59-14:00"},
        {"duration_minutes": "x"},
        {"reason": "\u0000"},
        {"reason": "x" * 501},
        {"meeting_location": ["site"]},
    ],
    ids=str,
)
def test_bad_reschedules_are_refused(cast, as_, visit, at, bad):
    before = stored()
    body = ({"appointment_date": at(15).isoformat()} | bad) if bad else {}
    assert_refused(as_(cast.asha).patch(f"{URL}/{visit.pk}/reschedule", body), 400)
    assert stored() == before


def test_dates_only_is_midnight_there(cast, as_, at):
    body = {
        "project_id": cast.meera_project.pk,
        "appointment_date": f"{at(10):%Y-%m-%d}",
        "appointment_type": "handover",
    }
    row = as_(cast.asha).post(URL, body).json()
    assert row["appointment_time"] == "12:00 AM"


def test_R21_a_third_persons_list_count_and_stats_know_nothing_of_it(cast, as_, visit):
    stranger = CustomerFactory().user
    body = as_(stranger).get(URL).json()
    assert (body["total"], body["stats"]["total"], body["appointments"]) == (0, 0, [])
