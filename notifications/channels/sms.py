"""Text messages: on the console, or by Twilio's API for messages."""

from urllib.parse import parse_qs

from django.conf import settings

from notifications.channels.carriers import CONSOLE, CarrierRefused, carrier, link_of, post, show
from notifications.models import Delivery

LONGEST = 459  # characters: three parts of a text message
DIALLED = frozenset("+0123456789")


def send(delivery: Delivery) -> None:
    """Send a text message to the user's telephone.

    Raises CarrierRefused, also without a number; requests' errors when nobody answers.
    """
    told = delivery.notification
    profile = told.user.profile
    number = "".join(sign for sign in (profile.phone if profile else "") if sign in DIALLED)
    if not number:
        raise CarrierRefused("There is no telephone number.")
    text = _text(f"{told.title}: {told.message}", link_of(told))
    where = carrier(settings.SMS_URL)
    if where.scheme == CONSOLE:
        show(f"SMS to {number}", text)
        return
    account = where.username or ""
    scheme = "http" if where.scheme == "twilio+http" else "https"
    port = f":{where.port}" if where.port else ""
    post(
        f"{scheme}://{where.hostname}{port}/2010-04-01/Accounts/{account}/Messages.json",
        form={"To": number, "From": parse_qs(where.query)["from"][0], "Body": text},
        login=(account, where.password or ""),
    )


def _text(words: str, link: str) -> str:
    room = LONGEST - (len(link) + 1 if link else 0)
    short = words if len(words) <= room else f"{words[: room - 1].rstrip()}…"
    return f"{short} {link}".rstrip()
