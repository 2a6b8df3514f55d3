"""Who reads which conversations (R21), and the counts over them against a recount."""

import random
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from messaging import services
from messaging.models import Conversation, Message
from tests.factories.accounts import MemberFactory
from tests.factories.messaging import ConversationFactory, MessageFactory

VIEWS = {
    "asha": {"asha"},
    "ravi": {"ravi", "kiran"},
    "meera": {"asha", "ravi"},
    "kiran": {"kiran"},
    "sana": {"asha", "ravi", "kiran"},
}


@pytest.fixture
def rows(cast):
    """Asha and Ravi with Meera, Ravi with Kiran."""
    talks = {
        "asha": ConversationFactory(customer=cast.asha.customer, project=cast.meera_project),
        "ravi": ConversationFactory(customer=cast.ravi.customer, project=cast.meera_project),
        "kiran": ConversationFactory(customer=cast.ravi.customer, project=cast.kiran_project),
    }
    return {name: MessageFactory(conversation=talk) for name, talk in talks.items()}


@pytest.mark.parametrize(("person", "seen"), VIEWS.items())
def test_R21_conversations_and_messages(cast, rows, person, seen):
    user = getattr(cast, person)
    talks = {rows[name].conversation_id for name in seen}
    assert {row.pk for row in Conversation.objects.for_user(user)} == talks
    assert {row.conversation_id for row in Message.objects.for_user(user)} == talks


def test_R21_nobody_reads_nothing(rows):
    nobody = AnonymousUser()
    assert not Conversation.objects.for_user(nobody).exists()
    assert not Message.objects.for_user(nobody).exists()
    assert not Message.objects.unread_by(nobody).exists()


def test_a_builders_team_has_one_inbox(cast, rows):
    member = User.objects.get(pk=MemberFactory(employer=cast.meera.builder).pk)
    to_asha = MessageFactory(
        conversation=rows["asha"].conversation, sender=cast.meera, recipient=cast.asha
    )
    for person in (cast.meera, member):
        assert set(Message.objects.unread_by(person)) == {rows["asha"], rows["ravi"]}
    assert list(Message.objects.unread_by(cast.asha)) == [to_asha]
    assert list(Message.objects.unread_by(cast.kiran)) == [rows["kiran"]]


@pytest.mark.parametrize("seed", range(3))
def test_unread_counts_and_last_messages_are_those_of_a_recount(cast, write, seed):
    dice = random.Random(seed)  # noqa: S311  # a story, not a secret
    write(cast.asha)
    write(cast.ravi)
    people = [cast.asha, cast.ravi, cast.meera]
    for _ in range(40):
        actor = dice.choice(people)
        other = dice.choice([cast.asha, cast.ravi])
        customer = other if actor == cast.meera else actor
        if dice.random() < 0.7:
            named = {"recipient_id": customer.pk} if actor == cast.meera else {}
            write(actor, f"text {dice.random()}", **named)
        else:
            talk = Conversation.objects.get(customer=customer.pk)
            services.mark_conversation_read(actor=actor, conversation_id=talk.pk)
    for person in people:
        talks: Any = Conversation.objects.for_user(person).with_summary(
            Message.objects.all(), person
        )
        for talk in talks:
            messages = list(Message.objects.filter(conversation=talk).order_by("pk"))
            unread = [m for m in messages if m.recipient_id == person.pk and not m.is_read]
            assert talk.unread_count == len(unread)
            assert talk.last_message == messages[-1].message_content
            assert talk.last_message_time == messages[-1].created_at
            assert talk.newest_id == messages[-1].pk
