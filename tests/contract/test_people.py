"""Appointments, messages and notifications (contract 7.6 to 7.8)."""

from tests.cast import Cast
from tests.contract.conftest import Login

STATS = {"total", "confirmed", "pending", "completed", "cancelled"}


def test_appointments_come_with_stats_for_both_roles(cast: Cast, login: Login, visit: dict) -> None:
    for person in (cast.asha, cast.meera):
        body = login(person).get("/api/appointments").json()
        assert body["stats"].keys() >= STATS
        assert (body["total"], body["stats"]["total"], body["stats"]["pending"]) == (1, 1, 1)
        row = body["appointments"][0]
        assert row["id"] == visit["id"]
        assert (row["status"], row["appointment_type"], row["meeting_location"]) == (
            "scheduled",
            "site_visit",
            "site",
        )
        assert row["location"] == "Main gate, ask for Ravi"
        assert row["appointment_time"] == "11:00 AM"
        assert row["scheduled_at"] == row["appointment_date"]
        assert row["title"]
        assert row["notes"] == "Two people"
        assert row["project"]["builder"]["full_name"] == "Meera Homes"
        assert row["customer"]["first_name"] == "Asha"
        assert row["builder"]["company_name"] == "Meera Homes"
        assert (row["customer_id"], row["created_by"]) == (cast.asha.pk, cast.asha.pk)


def test_appointment_filters(cast: Cast, login: Login, visit: dict) -> None:
    api = login(cast.meera)
    for query, found in {
        "status=pending": 1,
        "status=confirmed": 0,
        "type=site_visit": 1,
        "type=virtual_tour": 0,
        "type=nonsense": 0,
        f"project_id={cast.meera_project.pk}": 1,
        "page=1&limit=3": 1,
    }.items():
        assert api.get(f"/api/appointments?{query}").json()["total"] == found, query


def test_a_reschedule_is_emitted_as_scheduled(cast: Cast, login: Login, visit: dict) -> None:
    moved = visit["appointment_date"].replace("T05:30", "T07:30")
    reply = login(cast.meera).patch(
        f"/api/appointments/{visit['id']}/reschedule", {"appointment_date": moved}
    )
    assert reply.status_code == 200, reply.content
    assert (reply.json()["status"], reply.json()["appointment_time"]) == ("scheduled", "01:00 PM")


def test_cancel_by_delete_keeps_the_row(cast: Cast, login: Login, visit: dict) -> None:
    reply = login(cast.asha).delete(f"/api/appointments/{visit['id']}")
    assert reply.status_code == 200
    assert reply.json()["message"]
    assert reply.json()["success"] is True
    assert login(cast.meera).get(f"/api/appointments/{visit['id']}").json()["status"] == "cancelled"


def test_appointment_lists_are_bare_arrays(cast: Cast, login: Login, visit: dict) -> None:
    mine = f"/api/appointments/customer/{cast.asha.pk}"
    assert [row["id"] for row in login(cast.asha).get(mine).json()] == [visit["id"]]
    assert login(cast.ravi).get(mine).status_code == 404
    project = f"/api/appointments/project/{cast.meera_project.pk}"
    assert [row["id"] for row in login(cast.meera).get(project).json()] == [visit["id"]]
    assert login(cast.kiran).get(project).status_code == 404


def test_messages_have_both_names_and_the_callers_sender(cast: Cast, login: Login) -> None:
    asha, meera = login(cast.asha), login(cast.meera)
    body = {"project_id": cast.meera_project.pk, "content": "Hello", "sender_id": cast.ravi.pk}
    reply = asha.post("/api/messages", body)
    assert reply.status_code == 201, reply.content
    sent = reply.json()
    assert sent["content"] == sent["message_content"] == "Hello"
    assert (sent["sender_id"], sent["recipient_id"], sent["is_read"]) == (
        cast.asha.pk,
        cast.meera.pk,
        False,
    )
    answer = {
        "recipient_id": cast.asha.pk,
        "project_id": cast.meera_project.pk,
        "message_content": "Welcome",
    }
    assert meera.post("/api/messages", answer).status_code == 201
    conversation = meera.get("/api/messages/conversations").json()
    items = conversation if isinstance(conversation, list) else conversation["conversations"]
    assert [(item["customer_id"], item["unread_count"]) for item in items] == [(cast.asha.pk, 1)]
    assert items[0]["customer_name"] == "Asha Rao"
    assert items[0]["last_message"] == "Welcome"
    history = asha.get(f"/api/messages/conversation/{cast.asha.pk}/{cast.meera_project.pk}").json()
    assert [message["content"] for message in history["messages"]] == ["Hello", "Welcome"]
    stranger = login(cast.ravi).get(
        f"/api/messages/conversation/{cast.asha.pk}/{cast.meera_project.pk}"
    )
    assert stranger.status_code == 404


def test_reading_sets_read_at_for_the_callers_conversation_only(cast: Cast, login: Login) -> None:
    for person, text in ((cast.asha, "from Asha"), (cast.ravi, "from Ravi")):
        body = {"project_id": cast.meera_project.pk, "content": text}
        assert login(person).post("/api/messages", body).status_code == 201
    meera = login(cast.meera)
    conversations = meera.get("/api/messages/conversations").json()
    items = conversations if isinstance(conversations, list) else conversations["conversations"]
    ashas = next(item for item in items if item["customer_id"] == cast.asha.pk)
    url = f"/api/messages/conversation/{ashas['id']}/read"
    reply = meera.patch(url).json()
    assert (reply["count"], reply["marked_read"], reply["success"]) == (1, 1, True)
    assert reply["message"]
    rows = {row["content"]: row for row in meera.get("/api/messages").json()["messages"]}
    assert rows["from Asha"]["read_at"]
    assert rows["from Asha"]["is_read"] is True
    assert rows["from Ravi"]["read_at"] is None
    assert login(cast.kiran).patch(url).status_code == 404


def test_notifications(cast: Cast, login: Login, visit: dict) -> None:
    meera = login(cast.meera)
    body = meera.get("/api/notifications").json()
    assert (
        body["unread_count"] == body["unreadCount"] == body["total"] == len(body["notifications"])
    )
    assert body["total"] >= 1
    item = body["notifications"][0]
    assert item["type"] == item["notification_type"] == "appointment_reminder"
    assert item["is_read"] is False
    assert login(cast.asha).patch(f"/api/notifications/{item['id']}/read").status_code == 404
    assert meera.patch(f"/api/notifications/{item['id']}/read").status_code == 200
    assert meera.get("/api/notifications?unread_only=true").json()["total"] == body["total"] - 1
    assert meera.post("/api/notifications/read-all").status_code == 200
    assert meera.get("/api/notifications").json()["unread_count"] == 0
