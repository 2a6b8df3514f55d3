"""Notifications."""

import factory
from factory.django import DjangoModelFactory

from notifications.enums import NotificationType
from notifications.models import Device, Notification
from tests.factories.accounts import UserFactory


class NotificationFactory(DjangoModelFactory):
    """An unread notification in the app."""

    class Meta:
        model = Notification

    user = factory.SubFactory(UserFactory)
    notification_type = NotificationType.BOOKING_UPDATE
    title = factory.Sequence(lambda n: f"News {n}")
    message = "Your booking was confirmed."


class DeviceFactory(DjangoModelFactory):
    """A browser that shows push messages."""

    class Meta:
        model = Device

    user = factory.SubFactory(UserFactory)
    token = factory.Sequence(lambda n: f"token-{n}")
    platform = "web"
