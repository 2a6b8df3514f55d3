"""What no client should send as a body, and how its refusal reads."""

from typing import Any

# What is no JSON object, whatever the fields are: body, kind of content, status.
NO_OBJECTS = [
    (b"{", "application/json", 400),
    (b"5", "application/json", 400),
    (b"null", "application/json", 400),
    (b"<x/>", "application/xml", 415),
]


def assert_refused(reply: Any, *statuses: int) -> dict[str, Any]:
    """In the one shape, with a sentence; by one of these statuses where some are named. What it says."""
    assert reply.status_code in statuses or (not statuses and 400 <= reply.status_code < 500), (
        reply.content
    )
    body: dict[str, Any] = reply.json()
    assert set(body) >= {"detail", "code", "errors", "request_id"}
    assert isinstance(body["detail"], str)
    assert body["detail"]
    assert isinstance(body["code"], str)
    assert isinstance(body["errors"], dict)
    return body
