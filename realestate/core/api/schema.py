"""The OpenAPI document: summaries, tags, roles, refusals and examples, from the views' own declarations."""

from collections.abc import Mapping
from inspect import cleandoc, getdoc
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework.permissions import SAFE_METHODS
from rest_framework.serializers import Serializer

from realestate.core.api.access import ANONYMOUS, WITH_DUTIES, action_of, duty_of
from realestate.core.api.idempotency import IdempotencyInProgress, IdempotencyMismatch
from realestate.core.api.preconditions import honours
from realestate.core.api.serializers import ErrorRead, WriteSerializer
from realestate.core.api.views import HouseViewSet
from realestate.core.enums import Duty
from realestate.core.errors import (
    DomainError,
    InvalidValue,
    NotAllowed,
    NotFound,
    NotYourDuty,
    ServiceUnavailable,
    StaleVersion,
    TooLarge,
    TooManyRequests,
)
from realestate.core.limits import Limit


class NotAuthenticated(DomainError):
    """Authentication credentials were not provided."""

    code, status = "not_authenticated", 401


class UnsupportedMediaType(DomainError):
    """Unsupported media type in request."""

    code, status = "unsupported_media_type", 415


IF_MATCH = "The ETag of what you have seen: if it is something else by now, nothing changes (412)."
NOT_MODIFIED = "`If-None-Match` named the ETag of this very answer."


class HouseSchema(AutoSchema):
    """Reads the access table, the list of refusals and the docstrings of a view."""

    def get_tags(self) -> list[str]:
        """The view's tag, else its app."""
        tag = getattr(self.view, "tag", "") or type(self.view).__module__.partition(".")[0]
        return [tag.capitalize()]

    def get_summary(self) -> str:
        """The first line of the action's docstring."""
        return self._doc().splitlines()[0].rstrip(".") if self._doc() else ""

    def get_description(self) -> str:  # type: ignore[override]  # drf-spectacular dropped the arguments
        """The rest of the action's docstring."""
        return "\n".join(self._doc().splitlines()[1:]).strip()

    def get_override_parameters(self) -> list[Any]:
        """Paging for lists, Idempotency-Key for the actions that honour it."""
        parameters: list[Any] = []
        if getattr(self.view, "paged", self._action() == "list"):
            parameters += [
                OpenApiParameter(
                    "page", int, description="1-based; clamped to the pages that exist."
                ),
                OpenApiParameter("limit", int, description="Rows per page, 1 to 100; clamped."),
            ]
        if getattr(self._handler(), "is_idempotent", False):
            parameters.append(
                OpenApiParameter(
                    "Idempotency-Key",
                    str,
                    OpenApiParameter.HEADER,
                    description="Same key and body: the first answer again.",
                ),
            )
        if self._compares():
            parameters.append(
                OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description=IF_MATCH)
            )
        return parameters

    def get_response_serializers(self) -> Any:  # drf-spectacular's own type is as wide
        """What the view makes of what is known only when everything is loaded, else its declaration."""
        made = getattr(self.view, "response_schema", None)
        if made is not None:
            return {200: made()}
        return super().get_response_serializers()

    def _get_response_bodies(
        self, direction: Any = "response"
    ) -> dict[str, Any]:  # drf-spectacular's signature
        """A deletion answers 200 with what its view declares, never 204 (contract T3)."""
        declared = self.get_response_serializers()
        if self.method == "DELETE" and not isinstance(declared, dict):
            answer = self._get_response_for_code(declared, "200", direction=direction)  # type: ignore[no-untyped-call]  # untyped there
            return {"200": answer}
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        return bodies

    def get_auth(self) -> list[dict[str, list[str]]]:
        """How the caller may authenticate; for public actions also not at all."""
        ways: list[dict[str, list[str]]] = super().get_auth()
        return [*ways, {}] if ANONYMOUS in self._roles() and {} not in ways else ways

    def get_operation(
        self, *args: Any, **kwargs: Any
    ) -> dict[str, Any] | None:  # drf-spectacular's signature
        """The operation with its roles and every refusal that it can answer with."""
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        operation["x-roles"] = sorted(self._roles())
        if self._duty() is not None:
            operation["x-duty"] = self._duty()
        if (rule := self._limit()) is not None:
            operation["x-limit"] = rule.described
        if self._action() in getattr(self.view, "catalogue", ()):
            operation["responses"]["304"] = {"description": NOT_MODIFIED}
        self._add_refusals(operation)
        self._add_request_example(operation)
        return operation

    def _add_refusals(self, operation: dict[str, Any]) -> None:
        reference = self.resolve_serializer(ErrorRead, "response").ref
        for refusal in self._refusals(operation):
            answer = operation["responses"].setdefault(
                str(refusal.status),
                {
                    "description": refusal.default_detail(),
                    "content": {"application/json": {"schema": reference, "examples": {}}},
                },
            )
            examples = answer["content"]["application/json"].setdefault("examples", {})
            examples[refusal.code] = {
                "value": {
                    "detail": refusal.default_detail(),
                    "code": refusal.code,
                    "errors": {},
                    "request_id": "4f1c9f5e6d0b4b0b9a3c",
                },
            }

    def _refusals(self, operation: dict[str, Any]) -> list[type[DomainError]]:
        found: list[type[DomainError]] = list(
            getattr(self.view, "errors", {}).get(self._action(), ())
        )
        if getattr(self._handler(), "is_idempotent", False):  # the last: no key at all
            found += [IdempotencyMismatch, IdempotencyInProgress, InvalidValue]
        if "requestBody" in operation:
            found += [InvalidValue, UnsupportedMediaType, TooLarge]
        if self._compares():
            found += [StaleVersion]
        if ANONYMOUS not in self._roles():
            found += [NotAllowed]
        if self._duty() not in {None, Duty.PERSONAL.value}:  # the own account is everybody's
            found += [NotYourDuty]
        asks_who = bool(getattr(self.view, "authentication_classes", ()))
        found += [NotAuthenticated] if asks_who else []
        if not asks_who or self._limit() is not None:
            found += [TooManyRequests]
        if "{" in self.path or ("requestBody" in operation and self._names_rows()):
            found += [NotFound]
        return [*found, ServiceUnavailable]

    def _add_request_example(self, operation: dict[str, Any]) -> None:
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            return
        serializer = self.get_request_serializer()
        kind = serializer if isinstance(serializer, type) else type(serializer)
        if issubclass(kind, WriteSerializer) and kind.example:
            content["examples"] = {"example": {"value": dict(kind.example)}}

    def _compares(self) -> bool:
        return isinstance(self.view, HouseViewSet) and honours(self.view, self.method)

    def _names_rows(self) -> bool:
        """Whether the body names rows, which may not be there for the caller."""
        serializer = self.get_request_serializer()
        if isinstance(serializer, type) and issubclass(serializer, Serializer):
            serializer = serializer()
        names = getattr(serializer, "fields", ())
        return any(str(name).endswith(("_id", "_ids")) for name in names)

    def _action(self) -> str:
        return action_of(self.view, self.method) or ""

    def _handler(self) -> Any:  # a bound method or None
        return getattr(self.view, self._action(), None)

    def _doc(self) -> str:
        return cleandoc(getdoc(self._handler()) or "")

    def _duty(self) -> str | None:
        """The duty of a builder's team or of the staff that write here; reading is everybody's."""
        is_written = self.method not in SAFE_METHODS and bool(WITH_DUTIES & self._roles())
        duty = duty_of(self.view, self._action()) if is_written else None
        return duty.value if duty is not None else None

    def _limit(self) -> Limit | None:
        """How often one account may call it; None: as often as it likes."""
        limits: Mapping[str, Limit] = getattr(self.view, "limits", {})
        return limits.get(self._action())

    def _roles(self) -> frozenset[str]:
        roles: frozenset[str] = getattr(self.view, "access", {}).get(self._action(), frozenset())
        return roles


def shapes_may_overlap(result: dict[str, Any], **_more: Any) -> dict[str, Any]:
    """What an owner sees contains what others see: such a shape is any of several, not one exactly."""
    for schema in result["components"]["schemas"].values():
        if "oneOf" in schema and "discriminator" not in schema:
            schema["anyOf"] = schema.pop("oneOf")
    return result


def refusals_may_say_more(result: dict[str, Any], **_more: Any) -> dict[str, Any]:
    """A refusal carries facts of its own beside the four fields, such as ``latest`` or ``total_amount``."""
    refusal = result["components"]["schemas"].get("ErrorRead")
    if refusal is not None:
        refusal["additionalProperties"] = {}
    return result


class AliasExtension(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]  # untyped __init_subclass__
    """Aliases of read shapes appear beside the canonical field, marked deprecated (contract 0.1)."""

    target_class = "realestate.core.api.serializers.ReadSerializer"
    match_subclasses = True

    def map_serializer(
        self, auto_schema: Any, direction: Any
    ) -> Any:  # drf-spectacular's signature
        """The serializer's own mapping plus its aliases."""
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)  # noqa: SLF001  # the documented way
        properties = schema.get("properties", {})
        for alias, canonical in getattr(self.target, "aliases", {}).items():
            if canonical in properties:
                properties[alias] = {
                    **_inline(properties[canonical]),
                    "deprecated": True,
                    "description": f"Alias of `{canonical}`.",
                }
        return schema


def _inline(schema: dict[str, Any]) -> dict[str, Any]:
    return {"allOf": [schema]} if "$ref" in schema else schema
