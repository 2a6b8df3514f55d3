"""Conversations and messages."""

import factory
from factory.django import DjangoModelFactory

from messaging.models import Broadcast, BroadcastRecipient, Conversation, Message
from tests.factories.accounts import CustomerFactory
from tests.factories.projects import ProjectFactory


class ConversationFactory(DjangoModelFactory):
    """A customer and a project."""

    class Meta:
        model = Conversation

    customer = factory.SubFactory(CustomerFactory)
    project = factory.SubFactory(ProjectFactory)


class MessageFactory(DjangoModelFactory):
    """A message from the customer to the builder."""

    class Meta:
        model = Message

    conversation = factory.SubFactory(ConversationFactory)
    sender = factory.LazyAttribute(lambda message: message.conversation.customer.user)
    recipient = factory.LazyAttribute(lambda message: message.conversation.project.builder.user)
    message_content = "When can I see the flat?"


class BroadcastFactory(DjangoModelFactory):
    """A text of the builder to nobody yet."""

    class Meta:
        model = Broadcast

    project = factory.SubFactory(ProjectFactory)
    sender = factory.LazyAttribute(lambda broadcast: broadcast.project.builder.user)
    message_content = "The lift is being fitted."


class BroadcastRecipientFactory(DjangoModelFactory):
    """Somebody whom a broadcast has not reached."""

    class Meta:
        model = BroadcastRecipient

    broadcast = factory.SubFactory(BroadcastFactory)
    customer = factory.SubFactory(CustomerFactory)
