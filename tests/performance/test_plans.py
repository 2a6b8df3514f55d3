"""Every filter and every order of every list has a plan that does not read a big table from end to end.

The lists and their parameters come from the OpenAPI document: a new filter without an index fails here.
"""

import pytest
from django.db import connection

from tests.performance import lists, plans

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.xdist_group("many rows")]

# Enough to find the 10,000 rows that are counted of everybody's, less than any of the big tables has.
MOST_READ = 30_000
STATUS = "reckoned with the clock and the account, so no index has it; staff have all bookings of the platform"
OPEN = "reckoned from the account, so no index has it; staff have all demands of the platform"
SUMS = "figures over everything that the caller sees; of staff that is the platform"
FEW = "units say it by their claims; where few do, counting 10,000 of them passes over the others"
READ_WHOLE = {
    ("staff", "appointments_list", ""): SUMS,
    ("staff", "bookings_builder_list", ""): SUMS,
    ("staff", "builder_bookings_list", ""): SUMS,
    ("staff", "reports_collections", ""): SUMS,
    **{
        (person, "units_list", f"status={status}"): FEW
        for person in ("public", "customer", "builder", "staff")
        for status in ("reserved", "sold")
    },
    ("staff", "units_list", "status=blocked"): "only staff look for these in all projects",
    ("staff", "bookings_list", "booking_status"): STATUS,
    ("staff", "bookings_list", "payment_status"): STATUS,
    ("staff", "bookings_list", "status"): STATUS,
    ("staff", "change_requests_list", "status"): STATUS,
    (
        "staff",
        "conversations_list",
        "",
    ): "in the order of their last messages, which are counted and not stored",
    ("staff", "demands_list", "open"): OPEN,
    ("staff", "demands_list", "overdue"): OPEN,
}


# Newest first, until there are enough of one's own: the planner takes it for cheap where its sample of rows says so.
SOMETIMES = {("builder", "quotes_list", "page"): "a builder's newest quotes may lie far back"}


def read_whole(world, person, as_, asks):
    """The requests of a person that read too much, with their scans."""
    api, found = as_(world.people[person]), {}
    for ask in asks:
        with plans.selects() as sent:
            reply = api.get(
                ask.url({**world.keys, "id": world.of.get(ask.operation, world.keys["booking_id"])})
            )
        if reply.status_code in {401, 403}:
            return {}
        assert reply.status_code == 200, (ask, reply.content)
        for scan in (scan for statement in sent for scan in plans.scans(statement)):
            if scan.rows > MOST_READ:
                found.setdefault(ask, []).append(scan)
    return found


def unexpected(person, found):
    return {
        ask: scans
        for ask, scans in found.items()
        if not {(person, ask.operation, part) for part in ask.parts}
        & (READ_WHOLE.keys() | SOMETIMES.keys())
    }


@pytest.mark.parametrize("operation", sorted(lists.lists()))
@pytest.mark.parametrize("person", ["public", "customer", "builder", "staff"])
def test_no_list_reads_a_big_table_from_end_to_end(many_rows, as_, person, operation):
    asks = [ask for ask in lists.asks() if ask.operation == operation]
    found = read_whole(many_rows, person, as_, asks)
    assert unexpected(person, found) == {}


@pytest.mark.parametrize(("person", "operation", "part"), READ_WHOLE)
def test_no_exception_is_stale(many_rows, as_, person, operation, part):
    asks = [ask for ask in lists.asks() if ask.operation == operation and part in ask.parts]
    assert read_whole(many_rows, person, as_, asks)


@pytest.mark.parametrize(
    ("index", "person", "query"),
    [
        ("any_unit_by_price", "public", "/api/units?ordering=-price"),
        ("any_unit_by_area", "public", "/api/units?ordering=area"),
        ("any_unit_by_number", "public", "/api/units?ordering=unit_number"),
        ("any_unit_by_floor", "public", "/api/units?ordering=-floor"),
        ("payment_newest", "staff", "/api/payments?"),
        ("quote_newest", "staff", "/api/quotes?"),
        ("any_unit_by_facing", "public", "/api/units?facing=north"),
    ],
)
def test_control_without_its_index_a_list_is_found(many_rows, as_, index, person, query):
    path, _, parameters = query.partition("?")
    ask = lists.Ask("", path, parameters)
    assert read_whole(many_rows, person, as_, [ask]) == {}
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {index}")  # comes back at the end of the test
    assert read_whole(many_rows, person, as_, [ask])


def test_the_last_page_of_all_units_reads_no_more_than_the_count(many_rows, as_):
    for order in ("", "price", "-area", "floor", "-unit_number"):
        ask = lists.Ask("units_list", "/api/units", f"page=999999&ordering={order}")
        assert read_whole(many_rows, "public", as_, [ask]) == {}


def test_all_units_are_counted_and_paged_up_to_a_bound(many_rows, as_):
    api = as_(None)
    last = api.get("/api/units?page=999999&limit=100")
    assert last["X-Total-Count"] == "10000"
    assert last["X-Total-More"] == "true"
    assert 'page=100&limit=100>; rel="last"' in last["Link"]
    assert len(last.json()) == 100
    body = as_(many_rows.people["staff"]).get("/api/messages?limit=1").json()
    assert (body["total"], body["pagination"]["hasMore"]) == (10_000, True)


def test_what_is_ones_own_is_counted_to_its_end(many_rows, as_):
    person = many_rows.people["customer"]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notifications_notification (user_id, notification_type, title, message, priority, send_via,"
            " related_entity_type, action_url, dedupe_key, created_at, updated_at)"
            " SELECT %s, 'booking_update', 'News', 'Look', 'medium', 'in_app', '', '', '', now(), now()"
            " FROM generate_series(1, 10001)",
            [person.pk],
        )
    body = as_(person).get("/api/notifications?limit=1").json()
    assert body["total"] == person_count(person)
    assert body["total"] > 10_000
    assert "hasMore" not in body["pagination"]


def person_count(person):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM notifications_notification WHERE user_id = %s", [person.pk]
        )
        return cursor.fetchone()[0]
