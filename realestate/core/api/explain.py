"""``?explain=1``: how a figure was computed (inputs, rule, unrounded and rounded value)."""

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

EXPLAIN = OpenApiParameter(
    "explain", bool, description="1: also say how each figure was computed (rule, inputs, values)."
)


def wants_explanation(request: Request) -> bool:
    """Whether the caller asks how the figures came about."""
    return request.query_params.get("explain", "").lower() in {"1", "true", "yes"}
