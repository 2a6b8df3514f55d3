"""Marking a conversation read: one's own incoming messages of that conversation, once, with the time."""

from datetime import UTC, datetime

import pytest
import time_machine

from messaging import services
from messaging.models import Conversation, Message

READ = datetime(2026, 12, 1, 6, 0, tzinfo=UTC)


@pytest.fixture
def talks(cast, write):
    """Two conversations with Meera, each with messages in both directions."""
    return {
        name: write(sender, **words)
        for name, sender, words in (
            ("asha 1", cast.asha, {}),
            ("meera", cast.meera, {}),
            ("asha 2", cast.asha, {}),
            ("ravi", cast.ravi, {}),
        )
    }


def read_names(talks):
    read = set(Message.objects.exclude(read_at=None).values_list("pk", flat=True))
    return {name for name, row in talks.items() if row.pk in read}


def test_only_incoming_messages_of_that_conversation(cast, talks):
    with time_machine.travel(READ, tick=False):
        count = services.mark_conversation_read(
            actor=cast.meera, conversation_id=talks["asha 1"].conversation_id
        )
    assert count == 2
    assert read_names(talks) == {"asha 1", "asha 2"}
    assert {row.read_at for row in Message.objects.exclude(read_at=None)} == {READ}


def test_the_other_party_reads_for_itself(cast, talks):
    talk = talks["asha 1"].conversation_id
    assert services.mark_conversation_read(actor=cast.asha, conversation_id=talk) == 1
    assert read_names(talks) == {"meera"}


def test_what_was_read_keeps_its_time(cast, talks):
    talk = talks["asha 1"].conversation_id
    with time_machine.travel(READ, tick=False):
        services.mark_conversation_read(actor=cast.meera, conversation_id=talk)
    assert services.mark_conversation_read(actor=cast.meera, conversation_id=talk) == 0
    assert Message.objects.get(pk=talks["asha 1"].pk).read_at == READ


def test_what_came_after_the_newest_seen_stays_unread(cast, talks):
    first = talks["asha 1"]
    count = services.mark_conversation_read(
        actor=cast.meera, conversation_id=first.conversation_id, up_to=first.pk
    )
    assert count == 1
    assert read_names(talks) == {"asha 1"}


@pytest.mark.parametrize("person", ["ravi", "kiran"])
def test_R21_strangers_mark_nothing(cast, talks, person):
    with pytest.raises(Conversation.DoesNotExist):
        services.mark_conversation_read(
            actor=getattr(cast, person), conversation_id=talks["asha 1"].conversation_id
        )
    assert read_names(talks) == set()


def test_staff_have_nothing_to_mark(cast, talks):
    talk = talks["asha 1"].conversation_id
    assert services.mark_conversation_read(actor=cast.sana, conversation_id=talk) == 0
    assert read_names(talks) == set()
