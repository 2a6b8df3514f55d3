"""What caches may do with each answer, and that whatever an answer of the catalogue reads makes another version."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from realestate.core import clock
from realestate.core.answers import version
from realestate.core.answers.making import making
from realestate.core.api.access import PUBLIC
from realestate.showing import shown_models
from tests.factories.progress import CompletionDateFactory, UpdateFactory
from tests.factories.projects import Model3DFactory
from tests.permissions.matrix import CALLERS
from tests.permissions.test_matrix import (
    LINES,
    ask,
    client_of,
    content_of,
)

pytestmark = pytest.mark.django_db
# To be in this list is a decision: caches of everybody keep what these say to who is not logged in.
CATALOGUE = {
    "builder",
    "milestones_retrieve",
    "models_retrieve",
    "progress_retrieve",
    "projects_availability",
    "projects_certificates_list",
    "projects_completion_dates_list",
    "projects_list",
    "projects_milestones_list",
    "projects_models_list",
    "projects_progress_list",
    "projects_progress_overview",
    "projects_retrieve",
    "projects_towers_list",
    "projects_units_list",
    "projects_updates_list",
    "tax_rates_list",
    "units_cost_sheet",
    "units_list",
    "units_retrieve",
    "updates_retrieve",
}
WITHOUT_LOGIN = "public, max-age=0, must-revalidate"
LOGGED_IN = "private, no-cache"
GETS = [(line, operation, row) for line, operation, row in LINES if operation.method == "get"]


def view_of(url: str):
    """The view behind an address, and the action that answers GET."""
    found = resolve(url).func
    view = getattr(found, "cls", None) or found.view_class
    return view, (getattr(found, "actions", None) or {"get": "get"})["get"]


@pytest.fixture
def shop(world):
    """The world, with something public of each kind."""
    UpdateFactory(project_id=world.project, is_public=True)
    CompletionDateFactory(project_id=world.project)
    Model3DFactory(project_id=world.project)
    return world


def test_these_operations_are_the_catalogue_and_no_others(shop):
    declared = set()
    for _, operation, row in GETS:
        view, action = view_of(operation.url(row, shop))
        if action in view.catalogue:
            declared.add(operation.name)
            assert view.access[action] == PUBLIC, operation.name
    assert declared == CATALOGUE


@pytest.mark.parametrize("caller", CALLERS)
def test_each_answer_says_what_caches_may_do_with_it(shop, caller):
    for line, operation, row in LINES:
        reply = ask(shop, operation, row, caller)
        said = reply["Cache-Control"]
        if operation.name in CATALOGUE and reply.status_code == 200:
            assert said == (WITHOUT_LOGIN if caller == "anonymous" else LOGGED_IN), line
            assert {"Authorization", "Cookie"} <= set(reply["Vary"].split(", ")), line
            assert reply["ETag"].startswith('"'), line
        else:
            assert {"private", "no-store"} <= set(said.split(", ")), (line, said)


def answers(world):
    """Every GET of the catalogue as everybody hears it."""
    client = client_of(world, "anonymous")
    for line, operation, row in GETS:
        if operation.name in CATALOGUE:
            yield line, client.get(operation.url(row, world), headers={"X-Request-ID": "x"})


def test_the_tables_of_the_catalogue_are_those_with_triggers_and_no_others(shop):
    with CaptureQueriesContext(connection) as queries:
        assert {200, 404} == {reply.status_code for _, reply in answers(shop)}
        version.next_moment(clock.now())
    words = set(re.findall(r"\w+", " ".join(query["sql"] for query in queries.captured_queries)))
    read = words & set(connection.introspection.table_names())
    assert read == {model._meta.db_table for model, _ in shown_models()}


def test_the_catalogue_reads_no_column_whose_change_makes_no_other_version(shop):
    """As a login of the database that may read these columns, and the keys, which never change, and nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE catalogue_reader")
        cursor.execute("GRANT SELECT ON core_catalogueversion TO catalogue_reader")
        for model, columns in shown_models():
            options = model._meta
            known = f"({', '.join({*columns, options.pk.column})})" if columns else ""
            cursor.execute(f"GRANT SELECT {known} ON {options.db_table} TO catalogue_reader")
        cursor.execute("SET LOCAL ROLE catalogue_reader")
    found = {line: (reply.status_code, content_of(reply)) for line, reply in answers(shop)}
    with making(is_wanted=True) as made:
        version.begin(is_public=True)
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    assert made.version
    assert {status for status, _ in found.values()} <= {200, 404}, found
    assert found == {line: (reply.status_code, content_of(reply)) for line, reply in answers(shop)}


@pytest.mark.django_db(transaction=True)
def test_as_time_goes_by_a_kept_answer_is_what_would_be_answered_anew(shop, settings):
    now = clock.now()
    settings.CATALOGUE_CACHE_MB = 8
    keeping, urls = client_of(shop, "anonymous"), []
    for _, operation, row in GETS:
        if operation.name in CATALOGUE and "availability" not in operation.name:
            urls.append(operation.url(row, shop))
    kept = 0
    for minutes in (0, 1, 4, 6, 29, 31, 60 * 12, 60 * 24, 60 * 24 * 30):
        with time_machine.travel(now + timedelta(minutes=minutes), tick=False):
            for url in urls:
                fresh = client_of(shop, "anonymous").get(url, headers={"X-Request-ID": "x"})
                with CaptureQueriesContext(connection) as queries:
                    given = keeping.get(url, headers={"X-Request-ID": "x"})
                kept += len(queries) == 1
                assert without_tokens(given) == without_tokens(fresh), (minutes, url)
    assert kept > len(urls)


def without_tokens(reply) -> tuple[int, str]:
    """Links that end hold the time at which they were made."""
    return reply.status_code, re.sub(r"token=[^\"&]+", "", content_of(reply))
