"""Notifications by e-mail: text and HTML from one pair of templates, through Django's mail back end."""

from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from notifications.models import Notification

TEMPLATE = "notifications/mail/notification"


def send(notification: Notification) -> None:
    """Hand one notification to the mail server. Raises what the back end raises when that fails."""
    context = {
        "notification": notification,
        "name": notification.user.full_name,
        "link": urljoin(settings.FRONTEND_URL, notification.action_url)
        if notification.action_url
        else "",
    }
    mail = EmailMultiAlternatives(
        subject=" ".join(
            notification.title.split()
        ),  # a line break in a subject is refused for ever
        body=render_to_string(f"{TEMPLATE}.txt", context),
        to=[notification.user.email],
        # The same for every try, so that a mail program shows it once.
        headers={
            "Message-ID": f"<notification.{notification.pk}@{urlsplit(settings.PUBLIC_URL).hostname}>"
        },
    )
    mail.attach_alternative(render_to_string(f"{TEMPLATE}.html", context), "text/html")
    mail.send()
