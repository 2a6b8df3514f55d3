"""Sending: who may write to whom, one conversation per pair, and no twins."""

import pytest
from django.db import IntegrityError

from accounts.models import Customer, Relation, User
from bookings.models import Booking
from messaging import services
from messaging.models import Conversation, Message
from projects.models import Project
from realestate.core.errors import InvalidValue, NotAllowed
from realestate.core.models import AuditEntry
from tests.factories.bookings import BookingFactory
from tests.factories.messaging import MessageFactory
from tests.factories.projects import ProjectFactory


def nothing_was_sent():
    return not Message.objects.exists() and not Conversation.objects.exists()


def test_a_customer_writes_to_the_builder_of_a_project(cast, write):
    row = write(cast.asha, "Hello", subject="Flat A-101", priority="high")
    row.refresh_from_db()
    assert (row.sender_id, row.recipient_id, row.message_content) == (
        cast.asha.pk,
        cast.meera.pk,
        "Hello",
    )
    assert (row.subject, row.priority, row.message_type) == ("Flat A-101", "high", "general")
    talk = row.conversation
    assert (talk.customer_id, talk.project_id) == (cast.asha.pk, cast.meera_project.pk)
    assert Relation.objects.filter(customer=cast.asha.pk, builder=cast.meera.pk).count() == 1
    entry = AuditEntry.objects.get(object_type="messaging.message")
    assert (entry.action, entry.actor_id, entry.object_id) == ("sent", cast.asha.pk, row.pk)


def test_one_conversation_per_customer_and_project(cast, write):
    other = ProjectFactory(builder=cast.meera.builder)
    rows = [
        write(cast.asha),
        write(cast.meera, "Tomorrow"),
        write(cast.asha, "Good"),
        write(cast.ravi),
        write(cast.asha, project_id=other.pk),
    ]
    talks = [row.conversation_id for row in rows]
    assert talks[0] == talks[1] == talks[2]
    assert len(set(talks)) == 3
    assert Conversation.objects.count() == 3
    assert [row.recipient_id for row in rows] == [
        cast.meera.pk,
        cast.asha.pk,
        cast.meera.pk,
        cast.meera.pk,
        cast.meera.pk,
    ]


def test_R21_a_customer_writes_only_about_public_projects(cast, write):
    hidden = ProjectFactory(published_at=None)
    with pytest.raises(Project.DoesNotExist):
        write(cast.asha, project_id=hidden.pk)
    assert nothing_was_sent()


def test_a_conversation_outlives_the_publication_of_its_project(cast, write):
    write(cast.asha)
    Project.objects.filter(pk=cast.meera_project.pk).update(published_at=None)
    assert write(cast.asha, "Still there?").recipient_id == cast.meera.pk


def test_R21_a_builder_does_not_write_to_strangers(cast, write):
    with pytest.raises(Customer.DoesNotExist):
        write(cast.meera)
    assert nothing_was_sent()


@pytest.mark.parametrize("how", ["relation", "booking"])
def test_a_builder_writes_to_customers_that_it_deals_with(cast, write, how):
    if how == "relation":
        Relation.objects.create(customer_id=cast.asha.pk, builder_id=cast.meera.pk)
    else:
        BookingFactory(customer=cast.asha.customer, unit=cast.meera_unit)
    assert write(cast.meera).recipient_id == cast.asha.pk


def test_R21_a_builder_writes_only_about_its_own_projects(cast, write):
    Relation.objects.create(customer_id=cast.asha.pk, builder_id=cast.kiran.pk)
    with pytest.raises(Project.DoesNotExist):
        write(cast.kiran, recipient_id=cast.asha.pk)
    assert nothing_was_sent()


def test_a_booking_says_who_and_what_about(cast):
    booking = BookingFactory(customer=cast.asha.customer, unit=cast.meera_unit)
    for sender, recipient in ((cast.asha, cast.meera), (cast.meera, cast.asha)):
        row, is_new = services.send_message(
            actor=sender, message_content="About my flat", booking_id=booking.pk
        )
        assert (row.recipient_id, row.booking_id, is_new) == (recipient.pk, booking.pk, True)
        assert row.conversation.project_id == cast.meera_project.pk


@pytest.mark.parametrize("stranger", ["ravi", "kiran"])
def test_R21_a_foreign_booking_or_message_does_not_exist(cast, write, stranger):
    booking = BookingFactory(customer=cast.asha.customer, unit=cast.meera_unit)
    parent = write(cast.asha)
    actor = getattr(cast, stranger)
    with pytest.raises(Booking.DoesNotExist):
        services.send_message(actor=actor, message_content="Hi", booking_id=booking.pk)
    with pytest.raises(Message.DoesNotExist):
        services.send_message(actor=actor, message_content="Hi", parent_message_id=parent.pk)
    assert Message.objects.count() == 1


def test_an_answer_belongs_to_the_conversation_of_its_parent(cast, write):
    parent = write(cast.asha)
    row, _ = services.send_message(
        actor=cast.meera, message_content="Tomorrow", parent_message_id=parent.pk
    )
    assert (row.parent_id, row.conversation_id, row.recipient_id) == (
        parent.pk,
        parent.conversation_id,
        cast.asha.pk,
    )


@pytest.mark.parametrize("recipient", ["meera", None])
def test_the_recipient_may_be_named(cast, write, recipient):
    named = getattr(cast, recipient).pk if recipient else None
    assert write(cast.asha, recipient_id=named).recipient_id == cast.meera.pk


@pytest.mark.parametrize("recipient", ["asha", "ravi", "kiran", "sana"])
def test_R21_the_recipient_is_the_other_party_or_does_not_exist(cast, write, recipient):
    with pytest.raises(User.DoesNotExist):
        write(cast.asha, recipient_id=getattr(cast, recipient).pk)
    assert nothing_was_sent()


def test_of_a_booking_too_the_recipient_is_the_other_party(cast):
    booking = BookingFactory(customer=cast.asha.customer, unit=cast.meera_unit)
    with pytest.raises(User.DoesNotExist):
        services.send_message(
            actor=cast.meera,
            message_content="Hi",
            booking_id=booking.pk,
            recipient_id=cast.ravi.pk,
        )
    assert nothing_was_sent()


def test_it_has_to_be_about_something(cast):
    with pytest.raises(InvalidValue) as refusal:
        services.send_message(actor=cast.asha, message_content="Hi")
    assert refusal.value.errors == {"project_id": ["This field is required."]}
    with pytest.raises(InvalidValue) as refusal:
        services.send_message(
            actor=cast.meera, message_content="Hi", project_id=cast.meera_project.pk
        )
    assert refusal.value.errors == {"recipient_id": ["This field is required."]}
    assert nothing_was_sent()


def test_what_is_named_must_belong_together(cast, write):
    booking = BookingFactory(customer=cast.asha.customer, unit=cast.meera_unit)
    elsewhere = write(cast.asha, project_id=cast.kiran_project.pk)
    for named in (
        {"booking_id": booking.pk, "project_id": cast.kiran_project.pk},
        {"booking_id": booking.pk, "parent_message_id": elsewhere.pk},
    ):
        with pytest.raises(InvalidValue, match="do not belong together"):
            services.send_message(actor=cast.asha, message_content="Hi", **named)
    assert Message.objects.count() == 1


def test_staff_are_no_party(cast, write):
    parent = write(cast.asha)
    with pytest.raises(NotAllowed):
        services.send_message(actor=cast.sana, message_content="Hi", parent_message_id=parent.pk)
    assert Message.objects.count() == 1


# --- twins ----------------------------------------------------------------------------------------


def test_the_same_client_id_is_the_same_message(cast):
    wish = {
        "actor": cast.asha,
        "project_id": cast.meera_project.pk,
        "message_content": "Hello",
        "client_id": "device-1",
    }
    first, is_new = services.send_message(**wish)
    again, is_new_again = services.send_message(**wish)
    assert (is_new, is_new_again) == (True, False)
    assert first.pk == again.pk
    assert Message.objects.count() == 1


def test_a_client_id_is_the_senders_own(cast, write):
    rows = [write(cast.asha, client_id="1"), write(cast.meera, client_id="1")]
    assert rows[0].pk != rows[1].pk


def test_messages_without_client_id_may_repeat(cast, write):
    write(cast.asha, "Hello")
    write(cast.asha, "Hello")
    assert Message.objects.count() == 2


@pytest.mark.parametrize("changed", ["content", "project"])
def test_a_client_id_cannot_name_another_message(cast, write, changed):
    write(cast.asha, "Hello", client_id="1")
    other = {
        "content": {"text": "Good-bye"},
        "project": {"text": "Hello", "project_id": cast.kiran_project.pk},
    }[changed]
    with pytest.raises(services.ClientIdTaken):
        write(cast.asha, client_id="1", **other)
    assert [row.message_content for row in Message.objects.all()] == ["Hello"]


def test_the_database_refuses_twins_whoever_writes_them(cast):
    row = MessageFactory(client_id="1")
    with pytest.raises(IntegrityError, match="one_message_per_client_id"):
        MessageFactory(client_id="1", conversation=row.conversation)
