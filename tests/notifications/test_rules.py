"""Defaults, pauses and clients' words."""

from datetime import timedelta

import pytest

from notifications.enums import Channel, NotificationType
from notifications.rules import PAUSES, TYPES, default_for, pause_after

BY_EMAIL = {"booking_update", "payment_due", "appointment_reminder", "change_request_update"}


@pytest.mark.parametrize("kind", NotificationType)
def test_defaults(kind):
    assert default_for(kind, Channel.IN_APP) is True
    assert default_for(kind, Channel.EMAIL) is (kind in BY_EMAIL)
    assert default_for(kind, Channel.SMS) is False
    assert default_for(kind, Channel.PUSH) is False


def test_pauses_grow_and_end():
    pauses = [pause_after(tries) for tries in range(1, len(PAUSES) + 1)]
    assert pauses == [timedelta(minutes=m) for m in (2, 10, 30, 60, 240, 720, 1440)]
    assert pause_after(len(PAUSES) + 1) is None


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("payment", NotificationType.PAYMENT_DUE),
        ("payment_due", NotificationType.PAYMENT_DUE),
        ("Message", NotificationType.MESSAGE_RECEIVED),
        ("progress-update", NotificationType.PROGRESS_UPDATE),
        ("change request", NotificationType.CHANGE_REQUEST_UPDATE),
        ("general", None),
    ],
)
def test_words_for_types(word, meant):
    assert TYPES.resolve(word) is meant
