"""Messages and conversations over HTTP (contract 7.7)."""

from datetime import UTC

import pytest

from bookings.models import Booking
from messaging.models import Conversation, Message
from projects.models import Project
from realestate.core import clock
from tests.factories.accounts import CustomerFactory
from tests.factories.bookings import BookingFactory
from tests.factories.messaging import ConversationFactory, MessageFactory

URL = "/api/messages"


def wire(instant):
    """An instant as it is emitted."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def history_of(cast):
    return f"{URL}/conversation/{cast.asha.pk}/{cast.meera_project.pk}"


def stored():
    """Everything that a refused request must not change."""
    return list(Message.objects.order_by("pk").values()), Conversation.objects.count()


# --- sending ----------------------------------------------------------------------------------------


def test_the_shape_of_a_message(cast, as_):
    reply = as_(cast.asha).post(
        URL,
        {
            "project_id": cast.meera_project.pk,
            "message_content": "  Hello\nthere  ",
            "subject": "Flat",
            "message_type": "Inquiry",
            "priority": "HIGH",
            "attachments": ["https://files.example.com/a.pdf", "/media/b.png"],
            "client_id": "d-1",
        },
    )
    assert reply.status_code == 201
    row = Message.objects.get()
    assert reply.json() == {
        "id": row.pk,
        "conversation_id": row.conversation_id,
        "customer_id": cast.asha.pk,
        "project_id": cast.meera_project.pk,
        "booking_id": None,
        "parent_message_id": None,
        "sender_id": cast.asha.pk,
        "sender_type": "customer",
        "recipient_id": cast.meera.pk,
        "recipient_type": "builder",
        "subject": "Flat",
        "message_content": "Hello\nthere",
        "content": "Hello\nthere",
        "message_type": "inquiry",
        "priority": "high",
        "attachments": ["https://files.example.com/a.pdf", "/media/b.png"],
        "attachment_url": "https://files.example.com/a.pdf",
        "client_id": "d-1",
        "is_read": False,
        "reply_count": 0,
        "read_at": None,
        "created_at": wire(row.created_at),
        "updated_at": wire(row.updated_at),
    }


def test_the_former_names_are_accepted_and_the_sender_is_the_caller(cast, as_):
    reply = as_(cast.asha).post(
        URL,
        {
            "recipient_id": cast.meera.pk,
            "sender_id": cast.ravi.pk,
            "content": "Hello",
            "attachment_url": "/media/a.png",
            "project_id": cast.meera_project.pk,
            "booking_id": "",
            "parent_message_id": None,
            "is_read": True,
            "read_at": "2020-01-01T00:00:00Z",
        },
    )
    assert reply.status_code == 201
    body = reply.json()
    assert (body["sender_id"], body["content"], body["is_read"], body["read_at"]) == (
        cast.asha.pk,
        "Hello",
        False,
        None,
    )
    assert body["attachments"] == ["/media/a.png"]
    answer = as_(cast.meera).post(URL, {"parent_message_id": body["id"], "content": "Welcome"})
    assert (answer.json()["sender_type"], answer.json()["recipient_type"]) == (
        "builder",
        "customer",
    )
    assert answer.json()["attachment_url"] is None


def test_a_client_id_stores_a_message_once(cast, as_):
    body = {"project_id": cast.meera_project.pk, "content": "Hello", "client_id": "d-1"}
    replies = [as_(cast.asha).post(URL, body) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [201, 200, 200]
    assert replies[0].json() == replies[1].json() == replies[2].json()
    assert Message.objects.count() == 1
    reply = as_(cast.asha).post(URL, body | {"content": "Something else"})
    assert (reply.status_code, reply.json()["code"]) == (409, "client_id_taken")


def test_R21_foreign_ids_are_404(cast, as_):
    booking = BookingFactory(customer=cast.ravi.customer, unit=cast.kiran_unit)
    parent = MessageFactory(
        conversation=ConversationFactory(customer=cast.ravi.customer, project=cast.meera_project)
    )
    hidden = Project.objects.get(pk=cast.kiran_project.pk)
    before = stored()
    for named in (
        {"booking_id": booking.pk},
        {"parent_message_id": parent.pk},
        {"project_id": cast.meera_project.pk, "recipient_id": cast.kiran.pk},
        {"project_id": 10**15},
        {"booking_id": 10**15},
        {"parent_message_id": 10**15},
        {"project_id": cast.meera_project.pk, "recipient_id": 10**15},
    ):
        reply = as_(cast.asha).post(URL, {"content": "Hi"} | named)
        assert (reply.status_code, reply.json()["code"]) == (404, "not_found")
    for named in (
        {"project_id": cast.meera_project.pk, "recipient_id": cast.asha.pk},
        {"project_id": hidden.pk, "recipient_id": cast.ravi.pk},
    ):
        assert as_(cast.meera).post(URL, {"content": "Hi"} | named).status_code == 404
    assert stored() == before
    assert Booking.objects.count() == 1


def test_staff_do_not_write(cast, as_):
    body = {"project_id": cast.meera_project.pk, "recipient_id": cast.asha.pk, "content": "Hi"}
    assert as_(cast.sana).post(URL, body).status_code == 403
    assert as_(None).post(URL, body).status_code == 401


BAD = [
    {"message_content": None},
    {"message_content": ""},
    {"message_content": "   \n\t "},
    {"message_content": "a\u0000b"},
    {"message_content": "x" * 10_001},
    {"message_content": ["x"]},
    {"message_content": {"text": "x"}},
    {"message_content": True},
    {"project_id": "x"},
    {"project_id": -1},
    {"project_id": 10**30},
    {"project_id": None},
    {"project_id": ""},
    {"booking_id": "x"},
    {"booking_id": 2**63},
    {"parent_message_id": [1]},
    {"recipient_id": {}},
    {"recipient_id": 0},
    {"subject": "x" * 201},
    {"subject": "\u0000"},
    {"message_type": "spam"},
    {"message_type": None},
    {"priority": 5},
    {"priority": ""},
    {"attachments": "https://files.example.com/a.pdf"},
    {"attachments": ["javascript:alert(1)"]},
    {"attachments": ["https://files.example.com/" + "x" * 500]},
    {"attachments": ["/a"] * 11},
    {"attachments": [7, None]},
    {"attachment_url": "data:text/html,x"},
    {"client_id": "x" * 65},
    {"client_id": "\u0000"},
]


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_messages_are_refused_and_nothing_is_stored(cast, as_, bad):
    body = {"project_id": cast.meera_project.pk, "message_content": "Hello", **bad}
    reply = as_(cast.asha).post(URL, body)
    assert reply.status_code == 400, reply.content
    assert reply.json()["detail"]
    assert isinstance(reply.json()["errors"], dict)
    assert stored() == ([], 0)


def test_ten_thousand_characters_fit(cast, as_):
    body = {"project_id": cast.meera_project.pk, "message_content": "ß" * 10_000}
    assert as_(cast.asha).post(URL, body).status_code == 201


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'"x"', b"null", b'{"content": "\xff"}'])
def test_bad_bodies_are_refused(cast, as_, raw):
    reply = as_(cast.asha).post(URL, raw, content_type="application/json")
    assert reply.status_code == 400
    assert stored() == ([], 0)


def test_another_content_type_is_415(cast, as_):
    reply = as_(cast.asha).post(URL, "content=Hi", content_type="text/plain")
    assert (reply.status_code, stored()) == (415, ([], 0))


# --- reading ----------------------------------------------------------------------------------------


@pytest.fixture
def talk(cast):
    """A conversation of Asha and Meera."""
    return ConversationFactory(customer=cast.asha.customer, project=cast.meera_project)


def test_the_shape_of_a_conversation(cast, as_, write):
    write(cast.asha, "One")
    last = write(cast.asha, "Two")
    for person, unread in ((cast.meera, 2), (cast.asha, 0), (cast.sana, 0)):
        assert as_(person).get(f"{URL}/conversations").json() == [
            {
                "id": last.conversation_id,
                "customer_id": cast.asha.pk,
                "customer_name": "Asha Rao",
                "customer_avatar": None,
                "project_id": cast.meera_project.pk,
                "project_name": "Meera Gardens",
                "builder_id": cast.meera.pk,
                "builder_name": "Meera Homes",
                "last_message": "Two",
                "last_message_time": wire(last.created_at),
                "unread_count": unread,
                "status": "active",
            }
        ]
    Project.objects.filter(pk=cast.meera_project.pk).update(archived_at=clock.now())
    assert as_(cast.meera).get(f"{URL}/conversations").json()[0]["status"] == "archived"


@pytest.mark.parametrize("item_count", [1, 3])
def test_conversations_cost_two_queries(cast, as_, django_assert_num_queries, item_count):
    for _ in range(item_count):
        talk = ConversationFactory(project=cast.meera_project)
        MessageFactory.create_batch(2, conversation=talk)
    api = as_(cast.meera)
    with django_assert_num_queries(2):
        reply = api.get(f"{URL}/conversations")
    assert [item["unread_count"] for item in reply.json()] == [2] * item_count
    assert reply["X-Total-Count"] == str(item_count)


@pytest.mark.parametrize("item_count", [1, 3])
def test_messages_cost_two_queries(cast, as_, talk, django_assert_num_queries, item_count):
    MessageFactory.create_batch(item_count, conversation=talk)
    api = as_(cast.asha)
    with django_assert_num_queries(2):
        body = api.get(URL).json()
    assert body["total"] == len(body["messages"]) == item_count


@pytest.mark.parametrize("item_count", [1, 3])
def test_a_history_costs_the_same_for_any_number(
    cast, as_, talk, django_assert_num_queries, item_count
):
    """Who may read, count, page, marking read with its two savepoints, and the signal to the sender."""
    MessageFactory.create_batch(item_count, conversation=talk)
    api = as_(cast.meera)
    with django_assert_num_queries(11):
        body = api.get(history_of(cast)).json()
    assert len(body["messages"]) == item_count


def test_the_conversation_that_was_written_to_last_comes_first(cast, as_, write):
    write(cast.asha)
    write(cast.ravi)
    assert [c["customer_id"] for c in as_(cast.meera).get(f"{URL}/conversations").json()] == [
        cast.ravi.pk,
        cast.asha.pk,
    ]
    write(cast.asha)
    assert [c["customer_id"] for c in as_(cast.meera).get(f"{URL}/conversations").json()] == [
        cast.asha.pk,
        cast.ravi.pk,
    ]


def test_a_history_is_oldest_first_and_paged_from_the_end(cast, as_, talk):
    MessageFactory.create_batch(5, conversation=talk)
    keys = [row.pk for row in Message.objects.order_by("pk")]
    pages = [
        as_(cast.asha).get(f"{history_of(cast)}?limit=2&page={page}").json() for page in (1, 2, 3)
    ]
    assert [[row["id"] for row in page["messages"]] for page in pages] == [
        keys[3:],
        keys[1:3],
        keys[:1],
    ]
    assert pages[0].keys() == {"messages", "total", "page", "limit", "pagination"}
    assert (pages[1]["total"], pages[1]["page"], pages[1]["limit"]) == (5, 2, 2)


def test_reading_marks_the_callers_incoming_messages_and_no_others(cast, as_, write):
    incoming = [write(cast.asha, "One"), write(cast.asha, "Two")]
    write(cast.meera, "Three")
    write(cast.ravi, "From Ravi")
    body = as_(cast.meera).get(history_of(cast)).json()
    assert [row["is_read"] for row in body["messages"]] == [False, False, False]
    assert {row.pk for row in Message.objects.exclude(read_at=None)} == {m.pk for m in incoming}
    body = as_(cast.meera).get(history_of(cast)).json()
    assert [row["is_read"] for row in body["messages"]] == [True, True, False]
    assert all(row["read_at"] for row in body["messages"][:2])


def test_reading_an_older_page_leaves_newer_messages_unread(cast, as_, write):
    rows = [write(cast.asha, str(number)) for number in range(4)]
    as_(cast.meera).get(f"{history_of(cast)}?limit=2&page=2")
    read = Message.objects.exclude(read_at=None).order_by("pk")
    assert [row.pk for row in read] == [row.pk for row in rows[:2]]


def test_staff_read_without_a_trace(cast, as_, write):
    write(cast.asha)
    assert len(as_(cast.sana).get(history_of(cast)).json()["messages"]) == 1
    assert not Message.objects.exclude(read_at=None).exists()


def test_a_conversation_that_has_not_begun_is_empty(cast, as_):
    body = as_(cast.asha).get(history_of(cast)).json()
    assert (body["messages"], body["total"]) == ([], 0)
    assert Conversation.objects.count() == 0


def test_R21_histories_of_others_do_not_exist(cast, as_, write):
    write(cast.asha)
    stranger = CustomerFactory().user
    for person in (cast.ravi, cast.kiran, stranger):
        assert as_(person).get(history_of(cast)).status_code == 404
    assert as_(None).get(history_of(cast)).status_code == 401
    own_id = f"{URL}/conversation/{cast.ravi.pk}/{cast.meera_project.pk}"
    assert as_(cast.meera).get(own_id).status_code == 404
    for pk in (0, 10**15, 2**63, 10**40):
        assert as_(cast.asha).get(f"{URL}/conversation/{cast.asha.pk}/{pk}").status_code == 404
        assert (
            as_(cast.meera).get(f"{URL}/conversation/{pk}/{cast.meera_project.pk}").status_code
            == 404
        )
        assert as_(cast.meera).patch(f"{URL}/conversation/{pk}/read").status_code == 404


def test_mark_read_answers_in_all_four_names(cast, as_, write):
    talk = write(cast.asha).conversation_id
    url = f"{URL}/conversation/{talk}/read"
    reply = as_(cast.meera).patch(url, b"", content_type="application/json")
    assert (reply.status_code, reply.json()) == (
        200,
        {"message": "1 marked as read.", "count": 1, "success": True, "marked_read": 1},
    )
    assert as_(cast.meera).patch(url).json()["count"] == 0


def test_R21_strangers_mark_nothing_read(cast, as_, write):
    talk = write(cast.asha).conversation_id
    before = stored()
    url = f"{URL}/conversation/{talk}/read"
    assert as_(cast.ravi).patch(url).status_code == 404
    assert as_(cast.kiran).patch(url).status_code == 404
    assert as_(cast.sana).patch(url).status_code == 403
    assert stored() == before


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"asha", "answer", "ravi"}),
        ("unread_only=true", {"ravi"}),
        ("is_read=true", {"asha"}),
        ("is_read=false", {"answer", "ravi"}),
        ("is_read=perhaps", {"asha", "answer", "ravi"}),
        ("message_type=complaint", {"ravi"}),
        ("message_type=nonsense", set()),
        ("priority=HIGH", {"answer"}),
        ("project_id={project}", {"asha", "answer", "ravi"}),
        ("project_id={foreign}", set()),
        ("project_id=999999999999999999999", set()),
        ("customer_id={ravi}", {"ravi"}),
        ("conversation_id={talk}", {"asha", "answer"}),
        ("conversation_id=x", set()),
        ("booking_id=1", set()),
        ("page=0", {"asha", "answer", "ravi"}),
        ("limit=0", {"ravi"}),
    ],
)
def test_filters_never_fail(cast, as_, write, query, found):
    rows = {"asha": write(cast.asha)}
    as_(cast.meera).get(history_of(cast))
    rows["answer"] = write(cast.meera, priority="high")
    rows["ravi"] = write(cast.ravi, message_type="complaint")
    text = query.format(
        project=cast.meera_project.pk,
        foreign=cast.kiran_project.pk,
        ravi=cast.ravi.pk,
        talk=rows["asha"].conversation_id,
    )
    reply = as_(cast.meera).get(f"{URL}?{text}")
    assert reply.status_code == 200
    assert {row["id"] for row in reply.json()["messages"]} == {rows[name].pk for name in found}


def test_conversation_filters(cast, as_, write):
    write(cast.asha)
    write(cast.ravi)
    for query, found in (
        (f"customer_id={cast.ravi.pk}", [cast.ravi.pk]),
        (f"project_id={cast.kiran_project.pk}", []),
        ("project_id=x", []),
    ):
        body = as_(cast.meera).get(f"{URL}/conversations?{query}").json()
        assert [item["customer_id"] for item in body] == found
