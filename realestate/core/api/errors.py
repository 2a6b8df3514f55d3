"""The one place where an error becomes a body: ``{detail, code, errors, request_id}`` (contract 0.4 and 3)."""

import logging
from collections.abc import Iterator
from math import ceil
from typing import Any

from django.core.exceptions import (
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    ValidationError,
)
from django.db import DataError, IntegrityError, InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from realestate.core import request_id
from realestate.core.db.conflicts import sqlstate, translated
from realestate.core.errors import (
    DomainError,
    InvalidValue,
    NotFound,
    ServiceUnavailable,
    TooLarge,
)

log = logging.getLogger(__name__)
TOO_LONG = {
    "25P03",
    "25P04",
}  # idle for too long inside a transaction; a transaction that took too long
GENERAL = "non_field_errors"
CHALLENGE = 'Bearer realm="api"'
SERVER_ERROR = (
    "Something went wrong on our side. Please try again; quote the request id if it happens again."
)


def error_body(
    detail: str, code: str, errors: dict[str, list[str]] | None = None, **extra: object
) -> dict[str, object]:
    """The body that every refusal has."""
    return {
        **extra,
        "detail": detail,
        "code": code,
        "errors": errors or {},
        "request_id": request_id.current(),
    }


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's hook: anything that a view raises becomes the documented body; None lets Django answer with 500."""
    set_rollback()
    refusal = _as_domain_error(error)
    if refusal is not None:
        return _domain_response(refusal)
    if isinstance(error, exceptions.ValidationError):
        errors = _flatten(error.detail)
        return Response(error_body(_sentence(errors), "invalid", errors), status=400)
    if isinstance(error, exceptions.APIException):
        return _api_response(error, context)
    return None


def _as_domain_error(error: Exception) -> DomainError | None:
    match error:
        case DomainError():
            return error
        case ObjectDoesNotExist() | Http404():
            return NotFound()
        case IntegrityError():
            return translated(error)
        case DataError():
            return InvalidValue("A value is too large or has the wrong form.")
        case ValidationError():  # a model's or a validator's, outside of a serializer
            return InvalidValue(" ".join(error.messages), errors=_named(error))
        case RequestDataTooBig():
            return TooLarge()
        case OperationalError() | InterfaceError() | InternalError() if _is_passing(error):
            log.warning("database unavailable", exc_info=error)
            return ServiceUnavailable()
        case _:
            return None


def _is_passing(error: Exception) -> bool:
    """PostgreSQL counts a transaction that it has ended for its length among the internal errors."""
    return not isinstance(error, InternalError) or sqlstate(error) in TOO_LONG


def _named(error: ValidationError) -> dict[str, list[str]]:
    return error.message_dict if hasattr(error, "error_dict") else {GENERAL: error.messages}


def _domain_response(error: DomainError) -> Response:
    extra = dict(error.extra)
    wait = extra.pop("retry_after", error.retry_after)
    response = Response(
        error_body(error.detail, error.code, error.errors, **extra), status=error.status
    )
    if wait is not None:
        response["Retry-After"] = str(wait)
    if error.status == 401:  # noqa: PLR2004  # RFC 9110: it comes with a challenge
        response["WWW-Authenticate"] = CHALLENGE
    return response


def _api_response(error: exceptions.APIException, context: dict[str, Any]) -> Response:
    code = error.get_codes()
    detail = error.detail
    text = detail.get("detail", error.default_detail) if isinstance(detail, dict) else detail
    body = error_body(str(text), code if isinstance(code, str) else error.default_code)
    if isinstance(error, exceptions.PermissionDenied):
        body["code"] = "permission_denied"
    response = Response(body, status=error.status_code)
    if isinstance(error, exceptions.AuthenticationFailed | exceptions.NotAuthenticated):
        response.status_code = 401
        response["WWW-Authenticate"] = getattr(error, "auth_header", None) or CHALLENGE
    if wait := getattr(error, "wait", None):  # of DRF's own throttles
        response["Retry-After"] = str(ceil(wait))
    if isinstance(error, exceptions.MethodNotAllowed):
        response["Allow"] = ", ".join(getattr(context.get("view"), "allowed_methods", []))
    return response


def _flatten(detail: Any) -> dict[str, list[str]]:  # DRF's nested error structure
    errors: dict[str, list[str]] = {}
    for path, text in _walk(detail, ""):
        errors.setdefault(path or GENERAL, []).append(text)
    return errors


def _walk(detail: Any, path: str) -> Iterator[tuple[str, str]]:  # DRF's nested error structure
    if isinstance(detail, dict):
        for key, value in detail.items():
            name = path if key == GENERAL else f"{path}.{key}".lstrip(".")
            yield from _walk(value, name)
    elif isinstance(detail, list):
        for index, value in enumerate(detail):
            nested = isinstance(value, dict | list)
            yield from _walk(value, f"{path}.{index}".lstrip(".") if nested else path)
    else:
        yield path, str(detail)


def _sentence(errors: dict[str, list[str]]) -> str:
    field, texts = next(iter(errors.items()), (GENERAL, ["Invalid input."]))
    text = texts[0]
    if field == GENERAL:
        return text
    return (
        f"{field.replace('_', ' ').capitalize()}: {text[:1].lower()}{text[1:]}"
        if text.startswith("This field")
        else text
    )


def _json(status: int, detail: str, code: str) -> JsonResponse:
    return JsonResponse(error_body(detail, code), status=status)


def bad_request(_request: HttpRequest, exception: Exception | None = None) -> JsonResponse:
    """Django's handler400."""
    if isinstance(exception, RequestDataTooBig):
        return _json(TooLarge.status, TooLarge.default_detail(), TooLarge.code)
    return _json(400, "The request could not be understood.", "bad_request")


def permission_denied(
    _request: HttpRequest,
    exception: PermissionDenied | None = None,  # noqa: ARG001  # Django passes it by this name
) -> JsonResponse:
    """Django's handler403."""
    return _json(403, "You may not do this.", "permission_denied")


def not_found(
    _request: HttpRequest,
    exception: Exception | None = None,  # noqa: ARG001  # Django passes it by this name
) -> JsonResponse:
    """Django's handler404: unknown URLs answer in the one shape too."""
    return _json(404, "Not found.", "not_found")


def server_error(_request: HttpRequest) -> JsonResponse:
    """Django's handler500: a sentence and the request id, never a trace."""
    return _json(500, SERVER_ERROR, "server_error")


def unavailable() -> JsonResponse:
    """What middlewares answer when nothing can be done for a moment."""
    response = _json(
        ServiceUnavailable.status, ServiceUnavailable.default_detail(), ServiceUnavailable.code
    )
    response["Retry-After"] = str(ServiceUnavailable.retry_after)
    return response
