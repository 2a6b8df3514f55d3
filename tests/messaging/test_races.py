"""A10: the same message from impatient devices, and the first words of two people at once."""

from typing import Any

import pytest

from messaging import services
from messaging.models import Conversation, Message
from realestate.core.transactions import service
from tests.cast import make_cast
from tests.factories.messaging import MessageFactory
from tests.races.support import losers, run_together
from tests.scheduling.locks import is_free


def send_as(sender, cast, text, **words):
    return services.send_message(
        actor=sender, project_id=cast.meera_project.pk, message_content=text, **words
    )[0]


@pytest.mark.django_db(transaction=True)
def test_A10_the_same_client_id_ten_times_at_once_is_one_message():
    cast = make_cast()

    def send(_index):
        return services.send_message(
            actor=cast.asha,
            project_id=cast.meera_project.pk,
            message_content="Hello",
            client_id="d-1",
        )

    results = run_together(10, send)
    assert losers(results) == []
    assert len({message.pk for message, _ in results}) == 1
    assert sorted(is_new for _, is_new in results) == [False] * 9 + [True]
    assert (Message.objects.count(), Conversation.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_A10_first_words_at_the_same_time_open_one_conversation():
    cast = make_cast()
    cast.meera.builder.relations.create(customer=cast.asha.customer)

    def send(index):
        sender, named = ((cast.asha, None), (cast.meera, cast.asha.pk))[index % 2]
        return services.send_message(
            actor=sender,
            project_id=cast.meera_project.pk,
            recipient_id=named,
            message_content=str(index),
        )[0]

    results = run_together(10, send)
    assert losers(results) == []
    assert Conversation.objects.count() == 1
    # Under the conversation's lock keys and times have one order.
    rows = list(Message.objects.order_by("pk"))
    assert [row.created_at for row in rows] == sorted(row.created_at for row in rows)
    talk: Any = Conversation.objects.with_summary(Message.objects.all(), cast.meera).get()
    assert (talk.unread_count, talk.newest_id) == (5, rows[-1].pk)


@pytest.mark.django_db(transaction=True)
def test_A10_a_conversation_is_held_until_the_message_is_stored():
    cast = make_cast()
    other = MessageFactory()
    first = send_as(cast.asha, cast, "One")

    @service
    def act_and_look():
        send_as(cast.asha, cast, "Two")
        return is_free(first.conversation), is_free(other.conversation)

    assert act_and_look() == (False, True)
    assert is_free(first.conversation)
