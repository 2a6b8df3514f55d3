"""Words and limits of messages."""

import pytest

from messaging.enums import MessageType, Priority
from messaging.rules import PRIORITIES, TYPES, is_openable


@pytest.mark.parametrize(
    ("address", "openable"),
    [
        ("https://files.example.com/a.pdf", True),
        ("HTTP://files.example.com/a.pdf", True),
        ("/media/a.pdf", True),
        ("//evil.example.com/a.pdf", False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("a.pdf", False),
        ("", False),
    ],
)
def test_attachments_are_addresses_that_a_browser_may_follow(address, openable):
    assert is_openable(address) is openable


def test_words_for_types_and_priorities():
    assert TYPES.resolve("Inquiry") is MessageType.INQUIRY
    assert TYPES.resolve("spam") is None
    assert PRIORITIES.resolve("HIGH") is Priority.HIGH
    assert PRIORITIES.resolve("normal") is Priority.MEDIUM
