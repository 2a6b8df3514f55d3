"""Placeholder until the accounts helper replaces this file."""

from rest_framework_simplejwt.authentication import JWTAuthentication


class SessionJWTAuthentication(JWTAuthentication):
    """Temporary."""
