"""Conversations and messages."""

import factory
from factory.django import DjangoModelFactory

from messaging.models import Conversation, Message
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
