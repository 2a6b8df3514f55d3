"""How a figure was computed, on the wire (``?explain=1``)."""

from rest_framework import serializers

from realestate.core.api.serializers import ReadSerializer


class WorkingRead(ReadSerializer):
    """How a figure was computed."""

    figure = serializers.CharField()
    rule = serializers.CharField()
    formula = serializers.CharField()
    inputs = serializers.DictField()
    unrounded = serializers.CharField()
    amount = serializers.CharField()
