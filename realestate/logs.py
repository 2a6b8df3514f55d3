"""Log lines: JSON for machines, columns for a person at a terminal; each carries the id of its request."""

import re
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog

HIDDEN = "[hidden]"
# Whole words of a key, so that "authorised" or "tokenizer" stay readable.
_SECRET = re.compile(
    r"(?:^|_)(?:password|passwd|secret|token|tokens|authorization|cookie|otp|api_?key)(?:$|_)",
    re.IGNORECASE,
)
_SHARED = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)

EventDict = MutableMapping[str, Any]


def hide_secrets(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Values of keys that name a secret are never written, whoever logs them."""
    for key in event:
        if _SECRET.search(key):
            event[key] = HIDDEN
    return event


def to_json(event: EventDict, **options: Any) -> str:  # structlog's serializer signature
    """One line; what JSON does not know is written as its text."""
    return orjson.dumps(
        event, default=options.get("default", str), option=orjson.OPT_NON_STR_KEYS
    ).decode()


def configure_structlog() -> None:
    """Let structlog's loggers end in the standard library's handlers."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def logging_config(*, level: str, columns: bool) -> dict[str, Any]:
    """Django's LOGGING: everything goes to standard error, in one format."""
    rendering: list[Any] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        hide_secrets,
    ]
    if columns:
        rendering.append(
            structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        )
    else:
        # The plain trace has no values of variables, which could be anybody's data.
        rendering += [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=to_json),
        ]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": rendering,
                "foreign_pre_chain": [*_SHARED, structlog.stdlib.ExtraAdder()],
            },
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            # The request middleware already logs each answer, with its trace if it failed.
            "django.request": {"level": "CRITICAL"},
            "django.server": {"handlers": [], "propagate": True},
            "procrastinate": {"level": "WARNING"},
        },
    }
