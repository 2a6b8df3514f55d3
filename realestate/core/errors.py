"""Refusals of the domain: one class per reason, with a stable code. Imports nothing, so services need no HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import cleandoc
from typing import ClassVar


class DomainError(Exception):
    """The request was refused."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 422
    retry_after: ClassVar[int | None] = None

    def __init__(
        self,
        detail: str = "",
        *,
        errors: Mapping[str, Sequence[str]] | None = None,
        **extra: object,
    ) -> None:
        """``detail`` overrides the docstring's first line; ``errors`` names fields; ``extra`` goes on the wire."""
        self.detail = detail or self.default_detail()
        self.errors = {field: list(texts) for field, texts in (errors or {}).items()}
        self.extra = extra
        super().__init__(self.detail)

    @classmethod
    def default_detail(cls) -> str:
        """The first line of the class's docstring: the sentence that users read."""
        # ``python -OO`` has no docstrings.
        return cleandoc(cls.__doc__ or "The request was refused.").splitlines()[0]


class InvalidValue(DomainError):
    """A value is not acceptable."""

    code, status = "invalid", 400


class NotAllowed(DomainError):
    """You may not do this."""

    code, status = "permission_denied", 403


class NotYourDuty(NotAllowed):
    """Your role does not include this."""

    code = "not_your_duty"


class NotFound(DomainError):
    """Not found."""

    code, status = "not_found", 404


class Conflict(DomainError):
    """The request conflicts with the present state."""

    code, status = "conflict", 409


class InvalidTransition(DomainError):
    """This step is not possible in the present state."""

    code, status = "invalid_transition", 409


class StaleVersion(DomainError):
    """Somebody else changed this in the meantime; load it again."""

    code, status = "stale_version", 412


class ProtectedRow(DomainError):
    """Other records depend on this one, so it cannot be deleted."""

    code, status = "protected", 409


class TooLarge(DomainError):
    """The request body is too large."""

    code, status = "too_large", 413


class TooManyRequests(DomainError):
    """Too many requests; try again later."""

    code, status = "throttled", 429

    def __init__(self, detail: str = "", *, wait_seconds: int) -> None:
        """``wait_seconds`` becomes the ``Retry-After`` header."""
        super().__init__(detail, retry_after=wait_seconds)


class ServiceUnavailable(DomainError):
    """A service that is needed for this is not available; try again shortly."""

    code, status = "unavailable", 503
    retry_after = 5
