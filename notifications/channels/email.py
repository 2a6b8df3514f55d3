"""Notifications by e-mail: text and HTML from one pair of templates, through Django's mail back end."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from notifications.channels.carriers import link_of
from notifications.models import Delivery

TEMPLATE = "notifications/mail/notification"


def send(delivery: Delivery) -> None:
    """Hand one notification to the mail server. Raises what the back end raises when that fails."""
    told = delivery.notification
    context = {"notification": told, "name": told.user.full_name, "link": link_of(told)}
    mail = EmailMultiAlternatives(
        subject=" ".join(told.title.split()),  # a line break in a subject is refused for ever
        body=render_to_string(f"{TEMPLATE}.txt", context),
        to=[told.user.email],
        # The same for every try, so that a mail program shows it once.
        headers={
            "Message-ID": f"<notification.{told.pk}@{urlsplit(settings.PUBLIC_URL).hostname}>"
        },
    )
    mail.attach_alternative(render_to_string(f"{TEMPLATE}.html", context), "text/html")
    mail.send()
