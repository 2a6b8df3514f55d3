"""The private address of a calendar on the wire."""

from typing import Any

from rest_framework import serializers


class CalendarFeedRead(serializers.Serializer[Any]):
    """Where a calendar program finds one's appointments."""

    url = serializers.CharField(help_text="For programs that ask for an address.")
    webcal_url = serializers.CharField(help_text="Opens the calendar program of the device.")
    created_at = serializers.DateTimeField()
