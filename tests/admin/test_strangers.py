"""Builders' people in the back office: their own builder's rows, and not a word of anybody else's."""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.enums import BuilderRole, TeamRole
from accounts.models import BuilderMember, Relation, User
from projects.models import Project
from realestate.core.admin import office_rows
from realestate.core.models import BulkRun
from realestate.rights import BUILDERS_TABLES, rights_of
from scheduling.models import Host
from tests.admin.conftest import MAKERS, ON_OUR_PAGES
from tests.admin.test_pages import AUTOCOMPLETE, IDS, OURS, QUERIES, term, url
from tests.factories.accounts import BuilderFactory, CustomerFactory, MemberFactory
from tests.permissions.world import FOR_ASHA, FOR_MEERA, FOR_THE_PARTIES, World, make_world

each_page = pytest.mark.parametrize("model", OURS, ids=IDS)
# Everything by which Meera, her customers and her projects can be recognised.
CANARIES = (
    FOR_MEERA,
    FOR_ASHA,
    FOR_THE_PARTIES,
    "Meera",
    "meera@example.com",
    "Asha",
    "asha@example.com",
)
FILTER_LINK = re.compile(r'href="(\?[^"]+)"')


def browser(person: User) -> Client:
    client = Client(headers=ON_OUR_PAGES)
    client.force_login(person)
    return client


@pytest.fixture
def kirans(cast) -> Client:
    """A browser of Kiran's sales person; the cast's Meera is a stranger to her."""
    return browser(MemberFactory(employer=cast.kiran.builder, team_role=TeamRole.SALES))


@pytest.fixture
def world(db, settings, tmp_path) -> World:
    settings.MEDIA_ROOT = tmp_path
    return make_world()


def label(model) -> str:
    return model._meta.label_lower


def pages_with_their_filters(client: Client, model) -> list[str]:
    """The list, what each of its filters leads to, and the form for a new row, as text."""
    page = client.get(url(model, "changelist"))
    if page.status_code == 403:
        return []
    shown = page.content.decode()
    links = sorted({link.replace("&amp;", "&") for link in FILTER_LINK.findall(shown)})
    texts = [client.get(url(model, "changelist") + link).content.decode() for link in links]
    return [shown, *texts, client.get(url(model, "add")).content.decode()]


@pytest.mark.parametrize("role", [BuilderRole.OWNER, BuilderRole.SALES])
def test_no_page_of_the_back_office_shows_a_word_of_another_builder(world, role):
    kiran = world.cast.kiran
    person = (
        kiran
        if role == BuilderRole.OWNER
        else MemberFactory(employer=kiran.builder, team_role=role)
    )
    client = browser(person)
    walked = 0
    for model in admin.site._registry:
        for text in pages_with_their_filters(client, model):
            walked += 1
            assert [word for word in CANARIES if word in text] == [], label(model)
    for model, field in AUTOCOMPLETE:
        query = {"app_label": model._meta.app_label, "model_name": model._meta.model_name}
        reply = client.get("/admin/autocomplete/", query | {"field_name": field, "term": ""})
        if reply.status_code == 200:
            text = reply.content.decode()
            assert [word for word in CANARIES if word in text] == [], (label(model), field)
    assert walked > 60


def test_control_meeras_sales_person_reads_those_words(world):
    client = browser(MemberFactory(employer=world.cast.meera.builder))
    texts = "".join(
        text for model in admin.site._registry for text in pages_with_their_filters(client, model)
    )
    assert [word for word in CANARIES if word not in texts] == [FOR_ASHA]


@each_page
def test_a_row_of_others_cannot_be_opened_searched_or_changed(model, kirans: Client):
    row = MAKERS[model](0)
    before = model._default_manager.filter(pk=row.pk).values().get()
    refused = {302, 403, 404}
    searched = kirans.get(url(model, "changelist"), {"q": term(row)})
    if searched.status_code == 200:
        everything = kirans.get(url(model, "changelist"))
        for page in (searched, everything):
            assert row.pk not in {item.pk for item in page.context["cl"].result_list}
    for page in ("change", "history", "delete"):
        assert kirans.get(url(model, page, row.pk)).status_code in refused, page
        assert kirans.post(url(model, page, row.pk), {"post": "yes"}).status_code in refused, page
    for action in getattr(admin.site._registry[model], "object_actions", {}):
        reply = kirans.post(url(model, "do", row.pk, action), {"reason": "Mine."})
        assert reply.status_code in {403, 404}, action
    assert model._default_manager.filter(pk=row.pk).values().get() == before


OWN_RIGHTS = "core.importrun"  # shown to who may import anything; its rows are one's own


@each_page
def test_a_table_is_a_builders_by_scope_or_not_shown_at_all(model, kirans: Client):
    """What stands in no table of rights is the platform's; what does, has a scope of its own."""
    rows = model._default_manager.all()
    is_scoped = hasattr(rows, "for_user") or hasattr(rows, "for_office")
    if label(model) in {*BUILDERS_TABLES, OWN_RIGHTS}:
        assert is_scoped
        assert kirans.get(url(model, "changelist")).status_code == 200
    else:
        assert kirans.get(url(model, "changelist")).status_code == 403
        assert kirans.get(url(model, "add")).status_code == 403


def test_the_table_of_rights_names_pages_that_exist():
    assert set(BUILDERS_TABLES) <= {label(model) for model in admin.site._registry}


@each_page
def test_lists_cost_builders_no_more_than_staff(
    model, cast, settings, django_assert_max_num_queries
):
    if label(model) not in BUILDERS_TABLES:
        return
    for number in range(3):
        MAKERS[model](number)
    Project.objects.update(builder=cast.meera.builder)
    Host.objects.update(builder=cast.meera.builder)
    BuilderMember.objects.update(employer=cast.meera.builder)
    BulkRun.objects.update(requested_by=cast.meera)
    Relation.objects.bulk_create(
        [
            Relation(customer_id=pk, builder=cast.meera.builder)
            for pk in User.objects.filter(customer__isnull=False).values_list("pk", flat=True)
        ],
        ignore_conflicts=True,
    )
    client = browser(cast.meera)
    with django_assert_max_num_queries(QUERIES[label(model)]):
        found = client.get(url(model, "changelist")).context["cl"].result_list
    own = 1 if label(model) == "accounts.builder" else 3
    assert len(found) >= own


# --- who enters, and what each finds ---------------------------------------------------------------------------------


def test_builders_and_their_teams_log_in_to_the_back_office(cast):
    member = MemberFactory(employer=cast.meera.builder)
    for person in (cast.meera, member):
        client = Client()
        form = {"username": person.email.upper(), "password": "correct horse battery"}
        assert client.post("/admin/login/?next=/admin/", form).url == "/admin/"
        assert client.get("/admin/").status_code == 200
    wrong = Client().post(
        "/admin/login/", {"username": cast.asha.email, "password": "correct horse battery"}
    )
    assert "The e-mail address or the password is not correct." in wrong.content.decode()


@pytest.mark.parametrize(
    ("role", "sections"),
    [
        (TeamRole.SALES, ["Sales", "Collections", "Site", "Communication", "Set-up"]),
        (TeamRole.FINANCE, ["Sales", "Collections", "Site", "Communication", "Set-up"]),
        (TeamRole.SITE, ["Sales", "Site", "Communication", "Set-up"]),
        (TeamRole.READ_ONLY, ["Sales", "Collections", "Site", "Communication", "Set-up"]),
    ],
)
def test_each_role_finds_its_sections(role, sections, cast):
    client = browser(MemberFactory(employer=cast.meera.builder, team_role=role))
    page = client.get("/admin/")
    assert [group["name"] for group in page.context["app_list"]] == sections


def test_rights_of_a_role_cost_no_query(cast, django_assert_num_queries):
    member = MemberFactory(employer=cast.meera.builder)
    with django_assert_num_queries(0):
        assert member.has_perms(["bookings.view_booking", "bookings.change_booking"])
        assert not member.has_perm("payments.add_payment")
        assert not member.has_perm("accounts.view_user")
        assert member.has_module_perms("payments")
        assert not member.has_module_perms("auth")
    member.is_active = False
    assert not member.has_perm("bookings.view_booking")
    assert not {right for right in rights_of(BuilderRole.READ_ONLY) if ".view_" not in right}


@pytest.mark.parametrize("way", ["removed", "employer shut out"])
def test_who_is_removed_is_outside_with_the_next_request(way, cast, as_):
    member = MemberFactory(employer=cast.meera.builder)
    client = browser(member)
    assert client.get("/admin/").status_code == 200
    if way == "removed":
        assert as_(cast.meera).delete(f"/api/team/{member.pk}").status_code == 200
    else:
        browser(cast.sana).post(f"/admin/accounts/user/{cast.meera.pk}/do/deactivate/")
    assert client.get("/admin/").status_code == 302


def test_another_role_holds_with_the_next_request(cast, as_):
    member = MemberFactory(employer=cast.meera.builder)
    client = browser(member)
    assert client.get("/admin/bookings/booking/add/").status_code == 200
    as_(cast.meera).patch(f"/api/team/{member.pk}", {"role": "site"}, format="json")
    assert client.get("/admin/bookings/booking/add/").status_code == 403
    assert client.get("/admin/progress/milestone/add/").status_code == 200


def test_the_history_of_an_own_row_is_shown_without_the_audit_list(cast):
    client = browser(cast.meera)
    client.post(f"/admin/projects/project/{cast.meera_project.pk}/do/archive/")
    page = client.get(reverse("admin:projects_project_history", args=[cast.meera_project.pk]))
    assert [(line.who, line.what) for line in page.context["lines"]] == [
        ("Meera Homes (builder)", "Archived")
    ]
    assert page.context["all_entries"] == ""
    assert client.get("/admin/core/auditentry/").status_code == 403


def test_a_builder_cannot_say_that_it_was_checked(cast):
    client, page = browser(cast.meera), f"/admin/accounts/builder/{cast.meera.pk}/change/"
    form = client.get(page).context["adminform"].form
    assert "verified" not in form.fields
    client.post(page, {**form.initial, "verified": "on", "phone": "+91 98200 77777"})
    builder = BuilderMember._meta.get_field("employer").related_model.objects.get(pk=cast.meera.pk)
    assert (builder.verified, builder.phone) == (False, "+91 98200 77777")


def test_office_rows_of_nobody_are_none(cast):
    for person in (cast.asha, cast.ravi):
        assert not office_rows(Project, person).exists()
    stranger: Any = BuilderFactory().user
    assert not office_rows(Project, stranger).exists()
    assert office_rows(Project, cast.sana).count() == 2
    CustomerFactory()
    assert not office_rows(User._meta.get_field("customer").related_model, cast.kiran).exists()
