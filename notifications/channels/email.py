"""Notifications by e-mail: text and HTML from one pair of templates, through Django's mail back end."""

from urllib.parse import urlsplit

from django.conf import settings

from notifications.channels.carriers import link_of
from notifications.models import Delivery
from realestate.core.mail import send_mail

TEMPLATE = "notifications/mail/notification"


def send(delivery: Delivery) -> None:
    """Hand one notification to the mail server. Raises what the back end raises when that fails."""
    told = delivery.notification
    send_mail(
        to=told.user.email,
        subject=told.title,
        template=TEMPLATE,
        context={"notification": told, "name": told.user.full_name, "link": link_of(told)},
        # The same for every try, so that a mail program shows it once.
        headers={
            "Message-ID": f"<notification.{told.pk}@{urlsplit(settings.PUBLIC_URL).hostname}>"
        },
    )
