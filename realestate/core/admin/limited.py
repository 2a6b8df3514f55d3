"""Limits of the back office: the same counts as those of the API, said on the page."""

from django.contrib import messages
from django.http import HttpRequest

from realestate.core.api.throttling import count
from realestate.core.errors import TooManyRequests
from realestate.core.limits import Limit


def is_too_often(request: HttpRequest, rule: Limit) -> bool:
    """Count one more use by whoever is logged in; True, with the reason as a message, when there is none left."""
    try:
        count(request, rule)
    except TooManyRequests as refusal:
        messages.error(request, refusal.detail)
        return True
    return False
