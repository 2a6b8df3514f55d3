"""H10: what goes to a mail server holds no more headers and no more receivers than we meant."""

import pytest
from django.core import mail
from django.core.mail import BadHeaderError

from realestate.core.mail import send_mail

pytestmark = pytest.mark.django_db
LETTER = "accounts/mail/already_registered"
FORGED = "Hello\r\nBcc: everybody@evil.example\r\n\r\nBuy now"


def send(**changed):
    """A letter of ours with something else in it."""
    given = {"to": "asha@example.com", "subject": "Hello", "template": LETTER, "context": {}}
    send_mail(**given | changed)


def test_H10_a_subject_stays_a_subject():
    send(subject=FORGED)
    (sent,) = mail.outbox
    assert sent.subject == "Hello Bcc: everybody@evil.example Buy now"
    assert sent.message()["Bcc"] is None
    assert sent.recipients() == ["asha@example.com"]


@pytest.mark.parametrize("part", ["to", "headers"])
def test_H10_a_line_break_in_an_address_or_a_header_is_refused(part):
    with pytest.raises(BadHeaderError):
        send(**{part: FORGED if part == "to" else {"X-Reference": FORGED}})
    assert mail.outbox == []
