"""Who receives people: the builder until it names others, one customer at a time each (R14.2)."""

from datetime import UTC

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from notifications.models import Notification
from projects.models import Project
from realestate.core.models import AuditEntry
from scheduling import services
from scheduling.documents import calendar_file
from scheduling.models import Appointment, Host
from scheduling.services import own_host
from tests.factories.accounts import MemberFactory
from tests.factories.projects import ProjectFactory
from tests.factories.scheduling import AppointmentFactory, HostFactory

URL = "/api/hosts"
SLOT_QUERIES = 7  # who asks, the project, settings, holidays, hours, hosts, what they do or visits


def ask(api, cast, when, **body):
    return api.post(
        "/api/appointments",
        {
            "project_id": cast.meera_project.pk,
            "appointment_date": when.isoformat(),
            "appointment_type": "site_visit",
            **body,
        },
    )


@pytest.fixture
def rohan(cast):
    """Beside Meera, in all her projects."""
    own_host(builder=cast.meera.builder)
    return HostFactory(builder=cast.meera.builder, name="Rohan")


# --- a builder's hosts --------------------------------------------------------------------------------


def test_a_builder_names_a_host_and_changes_it(cast, as_):
    api = as_(cast.meera)
    body = {"name": "Rohan", "phone": "+91 98200 11111", "project_ids": [cast.meera_project.pk]}
    made = api.post(URL, body)
    assert made.status_code == 201, made.content
    row = made.json()
    assert row == {
        "id": row["id"],
        "builder_id": cast.meera.pk,
        **body,
        "user_id": None,
        "is_active": True,
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }
    assert [host["name"] for host in api.get(URL).json()] == ["Meera Homes", "Rohan"]
    changed = api.patch(f"{URL}/{row['id']}", {"project_ids": [], "is_active": False}).json()
    assert (changed["project_ids"], changed["is_active"], changed["name"]) == ([], False, "Rohan")
    actions = AuditEntry.objects.filter(object_type="scheduling.host", object_id=row["id"])
    assert set(actions.values_list("action", flat=True)) == {"created", "updated"}


def test_hosts_of_others_are_not_there(cast, as_, rohan):
    assert as_(cast.kiran).get(URL).json() == []
    assert as_(cast.kiran).patch(f"{URL}/{rohan.pk}", {"name": "X"}).status_code == 404
    assert as_(cast.asha).get(URL).status_code == 403
    assert [host["name"] for host in as_(cast.sana).get(URL).json()] == ["Meera Homes", "Rohan"]
    rohan.refresh_from_db()
    assert rohan.name == "Rohan"


@pytest.mark.parametrize(
    ("who", "body", "field"),
    [
        ("meera", {"name": ""}, "name"),
        ("meera", {"name": "R", "project_ids": ["kiran"]}, "project_ids"),
        ("meera", {"name": "R", "project_ids": [10**9]}, "project_ids"),
        ("sana", {"name": "R"}, "builder_id"),
        ("sana", {"name": "R", "builder_id": 10**9}, "builder_id"),
    ],
)
def test_bad_hosts_are_none(cast, as_, who, body, field):
    names = {"kiran": cast.kiran_project.pk}
    sent = body | {"project_ids": [names.get(key, key) for key in body.get("project_ids", [])]}
    reply = as_(getattr(cast, who)).post(URL, sent)
    assert (reply.status_code, list(reply.json()["errors"])) == (400, [field])
    assert not Host.objects.filter(name="R").exists()


def test_a_builder_cannot_name_hosts_for_another(cast, as_):
    reply = as_(cast.kiran).post(URL, {"name": "R", "builder_id": cast.meera.pk})
    assert reply.json()["builder_id"] == cast.kiran.pk


def test_customers_see_who_receives_them(cast, as_, rohan):
    HostFactory(builder=cast.meera.builder, name="Elsewhere").projects.add(
        ProjectFactory(builder=cast.meera.builder)
    )
    HostFactory(builder=cast.meera.builder, name="Gone", is_active=False)
    path = "/api/projects/{}/hosts"
    rows = as_(cast.asha).get(path.format(cast.meera_project.pk)).json()
    assert [row["name"] for row in rows] == ["Meera Homes", "Rohan"]
    alone = as_(cast.asha).get(path.format(cast.kiran_project.pk)).json()
    assert alone == [{"id": None, "name": "Kiran Estates"}]
    assert as_(None).get(path.format(cast.meera_project.pk)).status_code == 401


def test_the_builder_receives_when_nobody_else_does(cast, rohan):
    Host.objects.update(is_active=False)
    project = Project.objects.get(pk=cast.meera_project.pk)
    assert [host.name for host in services.hosts_of(project)] == ["Meera Homes"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_three_queries(cast, as_, django_assert_num_queries, count):
    for host in HostFactory.create_batch(count, builder=cast.meera.builder):
        host.projects.add(cast.meera_project)
    with django_assert_num_queries(3):  # count, rows, their projects
        assert len(as_(cast.meera).get(URL).json()) == count


# --- meeting them -------------------------------------------------------------------------------------


def test_R14_2_two_hosts_receive_two_customers_at_a_time_and_no_third(cast, as_, at, rohan):
    replies = [ask(as_(person), cast, at(10)) for person in (cast.asha, cast.ravi)]
    assert [reply.json()["host_name"] for reply in replies] == ["Meera Homes", "Rohan"]
    third = ask(as_(cast.sana), cast, at(10), customer_id=AppointmentFactory().customer_id)
    assert (third.status_code, third.json()["code"]) == (409, "slot_taken")


def test_a_customer_may_say_whom_to_meet(cast, as_, at, rohan):
    assert ask(as_(cast.asha), cast, at(10), host_id=rohan.pk).json()["host_name"] == "Rohan"
    taken = ask(as_(cast.ravi), cast, at(10), host_id=rohan.pk)
    assert (taken.status_code, taken.json()["code"]) == (409, "slot_taken")
    kirans = own_host(builder=cast.kiran.builder)
    rohan.is_active = False
    rohan.save()
    for nobody in (rohan.pk, kirans.pk, 10**9):
        reply = ask(as_(cast.ravi), cast, at(14), host_id=nobody)
        assert (reply.status_code, list(reply.json()["errors"])) == (400, ["host_id"])
    assert Appointment.objects.count() == 1


def test_a_host_is_busy_in_all_projects_of_the_builder(cast, as_, at, rohan):
    second = ProjectFactory(builder=cast.meera.builder)
    rohan.projects.set([second, cast.meera_project])
    ask(as_(cast.asha), cast, at(10), host_id=rohan.pk)
    reply = ask(as_(cast.ravi), cast, at(10), host_id=rohan.pk, project_id=second.pk)
    assert (reply.status_code, reply.json()["code"]) == (409, "slot_taken")


def test_R14_5_another_time_keeps_the_host_or_finds_one_who_is_free(cast, as_, at, rohan):
    row = ask(as_(cast.asha), cast, at(10), host_id=rohan.pk).json()
    ask(as_(cast.ravi), cast, at(14), host_id=rohan.pk)
    path = f"/api/appointments/{row['id']}/reschedule"
    body = {"reason": "Rain"}
    moved = as_(cast.asha).patch(path, body | {"appointment_date": at(12).isoformat()})
    assert moved.json()["host_name"] == "Rohan"
    moved = as_(cast.asha).patch(path, body | {"appointment_date": at(14).isoformat()})
    assert moved.json()["host_name"] == "Meera Homes"


def test_a_start_is_free_while_one_host_is(cast, as_, at, rohan):
    path = f"/api/projects/{cast.meera_project.pk}/slots?date={at(10).date()}"

    def who(query=""):
        rows = as_(cast.asha).get(path + query).json()
        start = at(10).astimezone(UTC).isoformat().replace("+00:00", "Z")
        return [row["host_name"] for row in rows if row["starts_at"] == start]

    assert who() == ["Meera Homes"]
    ask(as_(cast.asha), cast, at(10))
    assert who() == ["Rohan"]
    assert who(f"&host_id={rohan.pk}") == ["Rohan"]
    ask(as_(cast.ravi), cast, at(10))
    assert who() == who(f"&host_id={rohan.pk}") == []


@pytest.mark.parametrize("count", [1, 3])
def test_free_starts_cost_the_same_for_any_number_of_hosts(
    cast, as_, at, count, django_assert_num_queries
):
    HostFactory.create_batch(count, builder=cast.meera.builder)
    path = f"/api/projects/{cast.meera_project.pk}/slots?date={at(10).date()}"
    as_(cast.asha).get(path)
    with django_assert_num_queries(SLOT_QUERIES):
        as_(cast.asha).get(path)


# --- who hears of it ----------------------------------------------------------------------------------


def test_a_host_with_a_login_hears_of_it_and_of_others_the_builder_does(cast, as_, at, rohan):
    ask(as_(cast.asha), cast, at(10), host_id=rohan.pk)
    assert set(Notification.objects.values_list("user", flat=True)) == {cast.meera.pk}
    Notification.objects.all().delete()
    rohan.user = member = MemberFactory(employer=cast.meera.builder)
    rohan.save()
    ask(as_(cast.asha), cast, at(14), host_id=rohan.pk)
    assert set(Notification.objects.values_list("user", flat=True)) == {member.pk}


def test_calendars_say_who_receives(cast, at, rohan):
    AppointmentFactory(
        project=cast.meera_project, customer=cast.asha.customer, host=rohan, starts_at=at(10)
    )
    rows = Appointment.objects.for_calendar()
    assert b"With Rohan\\, Meera Homes." in calendar_file(rows, reader=cast.asha)
    assert b"With Asha Rao.\\nReceived by Rohan." in calendar_file(rows, reader=cast.meera)


# --- logins of hosts ----------------------------------------------------------------------------------


@pytest.fixture
def priya(cast):
    """Of Meera's team."""
    return MemberFactory(employer=cast.meera.builder, name="Priya Shah")


@pytest.mark.parametrize("is_active", [True, False])
def test_R14_a_host_with_a_login_hears_of_the_appointments(cast, as_, at, priya, is_active):
    api = as_(cast.meera)
    host = api.post(URL, {"name": "Priya", "user_id": priya.pk}).json()
    assert host["user_id"] == priya.pk
    User.objects.filter(pk=priya.pk).update(is_active=is_active)
    reply = ask(as_(cast.asha), cast, at(10), host_id=host["id"])
    assert reply.status_code == 201, reply.content
    told = set(Notification.objects.values_list("user", flat=True)) - {cast.asha.pk}
    assert told == ({priya.pk} if is_active else {cast.meera.pk})  # else the builder hears it


def test_a_login_is_given_and_taken(cast, as_, priya, rohan):
    api, path = as_(cast.meera), f"{URL}/{rohan.pk}"
    assert api.get(URL).json()[1]["user_id"] is None
    assert api.patch(path, {"user_id": priya.pk}).json()["user_id"] == priya.pk
    assert api.patch(path, {"name": "Rohan K"}).json()["user_id"] == priya.pk
    assert api.patch(path, {"user_id": None}).json()["user_id"] is None


def test_only_the_builders_own_people_are_hosts(cast, as_, rohan):
    gone = MemberFactory(employer=cast.meera.builder, is_active=False)
    others = MemberFactory(employer=cast.kiran.builder)
    api = as_(cast.meera)
    for stranger in (cast.asha, cast.kiran, cast.sana, gone, others):
        for reply in (
            api.post(URL, {"name": "X", "user_id": stranger.pk}),
            api.patch(f"{URL}/{rohan.pk}", {"user_id": stranger.pk}),
        ):
            assert (reply.status_code, list(reply.json()["errors"])) == (400, ["user_id"])
    assert set(Host.objects.values_list("user", flat=True)) == {cast.meera.pk, None}


def test_one_person_is_one_host_and_the_builder_stays_its_own(cast, as_, priya, rohan):
    api, own = as_(cast.meera), Host.objects.get(user=cast.meera.pk)
    api.patch(f"{URL}/{rohan.pk}", {"user_id": priya.pk})
    for reply in (
        api.post(URL, {"name": "X", "user_id": priya.pk}),
        api.post(URL, {"name": "X", "user_id": cast.meera.pk}),
    ):
        assert (reply.status_code, reply.json()["code"]) == (409, "host_has_login")
    for user_id in (None, priya.pk):
        assert api.patch(f"{URL}/{own.pk}", {"user_id": user_id}).status_code == 400
    assert Host.objects.get(pk=own.pk).user_id == cast.meera.pk


def test_the_back_office_offers_the_builders_own_people(cast, priya, rohan):
    MemberFactory(employer=cast.kiran.builder)
    office = Client()
    office.force_login(cast.sana)
    address = reverse("admin:scheduling_host_change", args=[rohan.pk])
    form = office.get(address).context["adminform"].form
    assert set(form.fields["user"].queryset) == {cast.meera, priya}
    body = {"name": "Rohan", "phone": "", "is_active": "on", "user": priya.pk}
    reply = office.post(address, body)
    assert reply.status_code == 302, reply.context["adminform"].form.errors
    rohan.refresh_from_db()
    assert rohan.user_id == priya.pk
    own = Host.objects.get(user=cast.meera.pk)
    page = office.get(reverse("admin:scheduling_host_change", args=[own.pk]))
    assert "user" not in page.context["adminform"].form.fields
