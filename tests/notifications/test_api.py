"""Notifications over HTTP (contract 7.8)."""

from datetime import UTC, timedelta

import pytest
import time_machine

from notifications.enums import NotificationType
from notifications.models import Notification, Preference
from realestate.core import clock
from tests.factories.notifications import NotificationFactory

URL = "/api/notifications"


def wire(instant):
    """An instant as it is emitted."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def test_the_shape_of_the_list(cast, as_, tell):
    row = tell(cast.asha, action_url="/customer/bookings")[0]
    assert as_(cast.asha).get(URL).json() == {
        "notifications": [
            {
                "id": row.pk,
                "user_id": cast.asha.pk,
                "notification_type": "booking_update",
                "type": "booking_update",
                "title": "News",
                "message": "Something happened.",
                "priority": "medium",
                "related_entity_type": "booking",
                "related_entity_id": 7,
                "action_url": "/customer/bookings",
                "send_via": "email",
                "scheduled_send_time": None,
                "is_sent": False,
                "sent_at": None,
                "is_read": False,
                "read_at": None,
                "created_at": wire(row.created_at),
                "updated_at": wire(row.updated_at),
            }
        ],
        "unread_count": 1,
        "unreadCount": 1,
        "total": 1,
        "page": 1,
        "limit": 20,
        "pagination": {
            "currentPage": 1,
            "totalPages": 1,
            "totalItems": 1,
            "hasNext": False,
            "hasPrev": False,
        },
    }


@pytest.mark.parametrize("item_count", [1, 3])
def test_the_list_costs_two_queries(cast, as_, django_assert_num_queries, item_count):
    NotificationFactory.create_batch(item_count, user=cast.asha)
    api = as_(cast.asha)
    with django_assert_num_queries(2):
        body = api.get(URL).json()
    assert len(body["notifications"]) == item_count


def test_newest_first_a_scheduled_one_by_its_own_time(cast, as_):
    now = clock.now()
    scheduled = NotificationFactory(user=cast.asha, scheduled_send_time=now + timedelta(hours=1))
    plain = NotificationFactory.create_batch(2, user=cast.asha)

    def ids():
        return [row["id"] for row in as_(cast.asha).get(URL).json()["notifications"]]

    assert ids() == [plain[1].pk, plain[0].pk]
    with time_machine.travel(now + timedelta(hours=2), tick=False):
        assert ids() == [scheduled.pk, plain[1].pk, plain[0].pk]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"new", "read", "payment"}),
        ("unread_only=true", {"new", "payment"}),
        ("unread_only=false", {"new", "read", "payment"}),
        ("is_read=true", {"read"}),
        ("is_read=false", {"new", "payment"}),
        ("is_read=maybe", {"new", "read", "payment"}),
        ("type=payment", {"payment"}),
        ("type=booking", {"new", "read"}),
        ("notification_type=payment_due", {"payment"}),
        ("notification_type=general", set()),
        ("type=%00", set()),
        ("type=payment&unread_only=true", {"payment"}),
        ("page=9999", {"new", "read", "payment"}),
        ("limit=-1", {"payment"}),
    ],
)
def test_filters_never_fail_and_the_unread_count_ignores_them(cast, as_, query, found):
    rows = {
        "new": NotificationFactory(user=cast.asha),
        "read": NotificationFactory(user=cast.asha, read_at=clock.now()),
        "payment": NotificationFactory(
            user=cast.asha, notification_type=NotificationType.PAYMENT_DUE
        ),
    }
    NotificationFactory(user=cast.ravi)
    reply = as_(cast.asha).get(f"{URL}?{query}")
    assert reply.status_code == 200
    body = reply.json()
    assert {row["id"] for row in body["notifications"]} == {rows[name].pk for name in found}
    assert body["unread_count"] == body["unreadCount"] == 2


def test_mark_read_with_an_empty_body(cast, as_):
    row = NotificationFactory(user=cast.asha)
    reply = as_(cast.asha).patch(f"{URL}/{row.pk}/read", b"", content_type="application/json")
    assert reply.status_code == 200
    row.refresh_from_db()
    assert row.read_at is not None
    assert (reply.json()["is_read"], reply.json()["read_at"]) == (True, wire(row.read_at))


def test_mark_all_read_with_an_empty_body(cast, as_):
    NotificationFactory.create_batch(2, user=cast.asha)
    foreign = NotificationFactory(user=cast.ravi)
    reply = as_(cast.asha).post(f"{URL}/read-all", b"", content_type="application/json")
    assert (reply.status_code, reply.json()) == (
        200,
        {"message": "2 marked as read.", "count": 2, "success": True, "marked_read": 2},
    )
    assert as_(cast.asha).get(URL).json()["unread_count"] == 0
    foreign.refresh_from_db()
    assert foreign.read_at is None


def test_R21_foreign_ids_are_404_and_nothing_changes(cast, as_):
    row = NotificationFactory(user=cast.asha)
    for person in (cast.ravi, cast.meera, cast.sana):
        assert as_(person).patch(f"{URL}/{row.pk}/read").status_code == 404
        assert as_(person).get(URL).json()["total"] == 0
    for pk in (0, 10**15, 2**63, 10**40):
        assert as_(cast.asha).patch(f"{URL}/{pk}/read").status_code == 404
    for method, path in (
        ("get", ""),
        ("patch", f"/{row.pk}/read"),
        ("post", "/read-all"),
        ("get", "/preferences"),
        ("patch", "/preferences"),
    ):
        assert getattr(as_(None), method)(URL + path).status_code == 401
    assert not Notification.objects.exclude(read_at=None).exists()


# --- preferences --------------------------------------------------------------------------------------


REST = {"sms": False, "push": True}  # until somebody says otherwise


def test_preferences(cast, as_):
    api = as_(cast.asha)
    before = api.get(f"{URL}/preferences").json()
    assert before == {
        "preferences": {
            "booking_update": {"in_app": True, "email": True, **REST},
            "payment_due": {"in_app": True, "email": True, **REST},
            "appointment_reminder": {"in_app": True, "email": True, **REST},
            "progress_update": {"in_app": True, "email": False, **REST},
            "message_received": {"in_app": True, "email": False, **REST},
            "change_request_update": {"in_app": True, "email": True, **REST},
        }
    }
    change = {"preferences": {"progress_update": {"email": True}, "payment_due": {"email": False}}}
    reply = api.patch(f"{URL}/preferences", change)
    assert reply.status_code == 200
    expected = before["preferences"] | {
        "progress_update": {"in_app": True, "email": True, **REST},
        "payment_due": {"in_app": True, "email": False, **REST},
    }
    assert reply.json() == {"preferences": expected} == api.get(f"{URL}/preferences").json()
    assert as_(cast.ravi).get(f"{URL}/preferences").json() == before


def test_preferences_cost_one_query(cast, as_, django_assert_num_queries):
    api = as_(cast.asha)
    with django_assert_num_queries(1):
        api.get(f"{URL}/preferences")


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"preferences": None},
        {"preferences": []},
        {"preferences": "email"},
        {"preferences": {"payment_due": True}},
        {"preferences": {"payment_due": {"email": "perhaps"}}},
        {"preferences": {"payment_due": {"email": None}}},
        {"preferences": {"payment_due": {"email": {"x": 1}}}},
        {"preferences": {"payment_due": {"pigeon": True}}},
        {"preferences": {"gossip": {"email": True}}},
        {"preferences": {"\u0000": {"email": True}}},
        {"preferences": {"payment_due": {"\u0000": True}}},
        {"preferences": {"payment_due": {"in_app": False}}},
        {"preferences": {"payment_due": {"email": False}, "gossip": {"email": True}}},
    ],
    ids=str,
)
def test_bad_preferences_are_refused_and_nothing_is_stored(cast, as_, bad):
    reply = as_(cast.asha).patch(f"{URL}/preferences", bad)
    assert reply.status_code == 400, reply.content
    assert reply.json()["detail"]
    assert isinstance(reply.json()["errors"], dict)
    assert not Preference.objects.exists()


@pytest.mark.parametrize("raw", [b"{", b"[]", b"null", b"3"])
def test_bad_bodies_are_refused(cast, as_, raw):
    reply = as_(cast.asha).patch(f"{URL}/preferences", raw, content_type="application/json")
    assert reply.status_code == 400
    reply = as_(cast.asha).patch(f"{URL}/preferences", "x", content_type="text/plain")
    assert reply.status_code == 415
    assert not Preference.objects.exists()
