"""Threads, search, read receipts and counts (issue 4.4)."""

import pytest

from messaging import services
from messaging.models import Message
from notifications.models import Signal
from tests.factories.messaging import MessageFactory

HISTORY = "/api/messages/conversation"


@pytest.fixture
def talk(cast, write) -> dict[str, Message]:
    """A question, two answers, an answer to an answer, and another question."""
    first = write(cast.asha, "When is the slab poured?", subject="Slab")
    early = write(cast.meera, "In March.", parent_message_id=first.pk)
    late = write(cast.meera, "On the third.", parent_message_id=first.pk)
    thanks = write(cast.asha, "Thank you", parent_message_id=early.pk)
    other = write(cast.asha, "May I choose the tiles?")
    return {"first": first, "early": early, "late": late, "thanks": thanks, "other": other}


def contents(reply) -> list[str]:
    assert reply.status_code == 200, reply.content
    return [row["content"] for row in reply.json()["messages"]]


THREAD = ["When is the slab poured?", "In March.", "On the third.", "Thank you"]


@pytest.mark.parametrize("member", ["first", "early", "late", "thanks"])
def test_any_message_of_a_thread_shows_all_of_it_oldest_first(cast, as_, talk, member):
    for person in (cast.asha, cast.meera, cast.sana):
        assert contents(as_(person).get(f"/api/messages/{talk[member].pk}/thread")) == THREAD


def test_a_message_alone_is_a_thread(cast, as_, talk):
    reply = as_(cast.asha).get(f"/api/messages/{talk['other'].pk}/thread")
    assert contents(reply) == ["May I choose the tiles?"]
    assert reply.json()["total"] == 1


def test_a_thread_of_others_does_not_exist(cast, as_, talk):
    for person in (cast.ravi, cast.kiran):
        assert as_(person).get(f"/api/messages/{talk['first'].pk}/thread").status_code == 404


def test_a_thread_is_shown_in_pages_and_marks_nothing(cast, as_, talk):
    reply = as_(cast.asha).get(f"/api/messages/{talk['first'].pk}/thread?limit=2&page=2")
    assert contents(reply) == THREAD[2:]
    assert reply.json()["total"] == 4
    assert not Message.objects.exclude(read_at=None).exists()


def test_each_message_says_how_many_answers_it_got(cast, as_, talk):
    rows = as_(cast.asha).get("/api/messages").json()["messages"]
    found = {row["content"]: (row["reply_count"], row["parent_message_id"]) for row in rows}
    assert found == {
        "When is the slab poured?": (2, None),
        "In March.": (1, talk["first"].pk),
        "On the third.": (0, talk["first"].pk),
        "Thank you": (0, talk["early"].pk),
        "May I choose the tiles?": (0, None),
    }


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_costs_the_same_for_any_number_of_answers(
    cast, as_, write, count, django_assert_num_queries
):
    first = write(cast.asha, "?")
    for _ in range(count):
        write(cast.meera, "!", parent_message_id=first.pk)
    with django_assert_num_queries(2):
        as_(cast.asha).get("/api/messages")


# --- search ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("slab", ["When is the slab poured?"]),
        ("SLAB when", ["When is the slab poured?"]),
        ("march", ["In March."]),
        ("the", ["May I choose the tiles?", "On the third.", "When is the slab poured?"]),
        ("slab march", []),
        ("100%", []),
        ("_", []),
        ("", list(reversed([*THREAD, "May I choose the tiles?"]))),
    ],
)
def test_search_wants_every_word_in_text_or_subject(cast, as_, talk, words, expected):
    assert contents(as_(cast.asha).get("/api/messages", {"search": words})) == expected


def test_search_finds_nobody_elses_messages(cast, as_, talk):
    assert contents(as_(cast.ravi).get("/api/messages", {"search": "slab"})) == []


def test_search_goes_with_the_other_filters(cast, as_, talk):
    query = {"search": "the", "unread_only": "true"}
    assert contents(as_(cast.asha).get("/api/messages", query)) == ["On the third."]


@pytest.mark.parametrize("words", ["\x00", "x" * 5_000, "a " * 500])
def test_search_bears_anything(cast, as_, talk, words):
    assert as_(cast.asha).get("/api/messages", {"search": words}).status_code in {200, 400}


# --- unread ----------------------------------------------------------------------------------------------------------


def test_unread_messages_are_counted_in_one_query(cast, as_, talk, django_assert_num_queries):
    MessageFactory()
    client = as_(cast.meera)
    with django_assert_num_queries(1):
        counts = client.get("/api/messages/unread-count").json()
    assert counts == {"unread_count": 3, "unreadCount": 3, "conversations": 1}
    services.mark_conversation_read(actor=cast.meera, conversation_id=talk["first"].conversation_id)
    counts = client.get("/api/messages/unread-count").json()
    assert counts == {"unread_count": 0, "unreadCount": 0, "conversations": 0}


def test_who_wrote_hears_that_it_was_read_once(cast, talk):
    talks = talk["first"].conversation_id
    for _ in range(2):
        services.mark_conversation_read(actor=cast.meera, conversation_id=talks)
    [signal] = Signal.objects.filter(topic="read")
    assert (signal.user, signal.object_id) == (cast.asha, talk["other"].pk)
    assert signal.payload["conversation_id"] == talks


# --- attachments -----------------------------------------------------------------------------------------------------


def test_attachments_are_filtered(cast, as_, write):
    write(cast.asha, "plain")
    write(cast.asha, "with", attachments=["https://example.com/plan.pdf"])
    for value, expected in (("true", ["with"]), ("false", ["plain"])):
        reply = as_(cast.asha).get("/api/messages", {"has_attachments": value})
        assert contents(reply) == expected
