"""E-mail: text and HTML from a pair of templates, under the platform's name, through Django's mail back end."""

from collections.abc import Mapping
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from realestate.core.fence import refuse_while_fenced

# Nobody wrote it: out-of-office programs leave it unanswered (RFC 3834).
BY_MACHINE = {"Auto-Submitted": "auto-generated"}


def send_mail(
    *,
    to: str,
    subject: str,
    template: str,
    context: Mapping[str, object],
    headers: Mapping[str, str] | None = None,
) -> None:
    """Hand one message to the mail server; ``template`` is the path of the pair without its endings.

    Raises Fenced in a copy that no operator has opened, and what the back end raises when it fails.
    """
    refuse_while_fenced()
    one_line = " ".join(subject.split())  # a line break in a subject is refused for ever
    words = {"sender": sender_name(), "subject": one_line, **context}
    mail = EmailMultiAlternatives(
        subject=one_line,
        body=render_to_string(f"{template}.txt", words),
        to=[to],
        headers={**BY_MACHINE, **(headers or {})},
    )
    mail.attach_alternative(render_to_string(f"{template}.html", words), "text/html")
    mail.send()


def sender_name() -> str:
    """The name in ``DEFAULT_FROM_EMAIL``; its address when there is none."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return name or address
