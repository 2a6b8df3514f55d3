"""Every filter and every order of every list has a plan that does not read a big table from end to end.

The lists and their parameters come from the OpenAPI document: a new filter without an index fails here.
"""

import pytest
from django.db import connection

from tests.performance import lists, plans

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SUMS = {  # figures over all that the caller sees; of staff that is the platform, and one index has them all
    ("staff", "appointments_list", ""): "appointment_by_status",
    ("staff", "bookings_builder_list", ""): "booking_by_standing",
    ("staff", "builder_bookings_list", ""): "booking_by_standing",
}
READ_WHOLE = {
    (
        "staff",
        "reports_collections",
        "",
    ): "a report and no list: it adds up the account of every buyer as of a day, and may be asked by project",
}
# Row by row until there are enough: the planner takes it for cheap where its sample of rows says so.
FREE = "many units are free, so they may be counted up to the bound from the begin of the table"
SOMETIMES = {
    ("builder", "quotes_list", "page"): "a builder's newest quotes may lie far back",
    ("public", "units_list", "status=available"): FREE,
    ("customer", "units_list", "status=available"): FREE,
}


def read_whole(world, person, as_, asks):
    """The requests of a person that read too much, with their scans."""
    read = plans.reads(as_(world.people[person]), world, asks)
    return {each.ask: each.too_much for each in read if each.too_much}


def named(person, ask, exceptions):
    return [key for part in ask.parts if (key := (person, ask.operation, part)) in exceptions]


def unexpected(person, found):
    return {
        ask: rest
        for ask, scans in found.items()
        if not named(person, ask, READ_WHOLE | SOMETIMES)
        and (rest := [scan for scan in scans if not is_a_sum(person, ask, scan)])
    }


def is_a_sum(person, ask, scan):
    """Whether all that is read is the index that has the figures."""
    indexes = [SUMS[key] for key in named(person, ask, SUMS)]
    return scan.kind == "Index Only Scan" and scan.index in indexes


@pytest.mark.parametrize("operation", sorted(lists.lists()))
@pytest.mark.parametrize("person", ["public", "customer", "builder", "staff"])
def test_no_list_reads_a_big_table_from_end_to_end(many_rows, as_, person, operation):
    asks = [ask for ask in lists.asks() if ask.operation == operation]
    found = read_whole(many_rows, person, as_, asks)
    assert unexpected(person, found) == {}


@pytest.mark.parametrize(("person", "operation", "part"), [*READ_WHOLE, *SUMS])
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
        ("any_unit_by_claim", "public", "/api/units?status=sold"),
        ("unit_held_or_kept_back", "public", "/api/units?status=reserved"),
        ("conversation_newest", "staff", "/api/messages/conversations?"),
        ("booking_by_share", "staff", "/api/bookings?payment_status=completed"),
        ("change_by_state", "staff", "/api/change-requests?status=quoted"),
        ("open_demand_newest", "staff", "/api/demands?open=true"),
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
