"""``?explain=1``: how a figure was computed (inputs, rule, unrounded and rounded value)."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from realestate.core.api.views import HouseViewSet

EXPLAIN = OpenApiParameter(
    "explain", bool, description="1: also say how each figure was computed (rule, inputs, values)."
)


def wants_explanation(request: Request) -> bool:
    """Whether the caller asks how the figures came about."""
    return request.query_params.get("explain", "").lower() in {"1", "true", "yes"}


class ExplainingViewSet(HouseViewSet):
    """A resource whose figures explain themselves when they are asked to."""

    explained_actions: ClassVar[frozenset[str]] = frozenset({"list", "retrieve"})

    @property
    def explains(self) -> bool:
        """Whether this answer has workings."""
        return self.action in self.explained_actions and wants_explanation(self.request)

    def get_serializer_context(self) -> dict[str, Any]:
        """With the caller's wish, as ``explain``."""
        return {**super().get_serializer_context(), "explain": self.explains}
