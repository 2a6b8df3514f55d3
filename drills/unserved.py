"""Operations that nobody is served when they are asked with what was made up, and why (F1)."""

from collections.abc import Mapping

UNSERVED: Mapping[str, str] = {
    "GET /api/calendar/{token}.ics": "its address is signed",
    "GET /api/files/{file_id}": "its address is signed",
    "POST /api/auth/password/reset/confirm": "the token is in a mail",
    "POST /api/auth/verify-email/confirm": "the token is in a mail",
    "POST /api/auth/refresh": "a refresh token is good once, and the callers have access tokens only",
    "POST /api/imports": "it takes a table as a file",
    "POST /api/webhooks/{gateway}": "it is signed by a gateway",
}
# With few requests nobody is, with many somebody may be.
SELDOM: Mapping[str, str] = {
    "POST /api/bookings/{id}/documents": "it names a file that the caller has uploaded just before",
}
