"""The wire shape of tickets."""

from typing import Any

from rest_framework import serializers


class TicketRead(serializers.Serializer[Any]):
    """Opens one WebSocket, once."""

    ticket = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds.")
    url = serializers.CharField(help_text="Where to connect to, with `ticket` as a parameter.")
