"""Logins: the sessions that are open or were, and those that wait for a code."""

from datetime import datetime
from typing import ClassVar

from django.db import models

from accounts import rules
from accounts.models.people import User
from accounts.querysets import ChallengeQuerySet, SessionQuerySet


class Session(models.Model):
    """A login: the refresh token in force is the row's ``jti``; a revoked row ends all its tokens at once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    jti = models.CharField(max_length=64, unique=True)
    previous_jti = models.CharField(max_length=64, blank=True)
    rotated_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    user_agent = models.CharField(max_length=200, blank=True)
    address = models.CharField("network address", max_length=45, blank=True)

    objects: ClassVar[models.Manager["Session"]] = SessionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["user"], name="live_session_by_user", condition=models.Q(revoked_at=None)
            ),
            models.Index(fields=["expires_at"], name="session_by_expiry"),
        ]

    def __str__(self) -> str:
        return f"session {self.pk} of user {self.user_id}"

    @property
    def issued_at(self) -> datetime:
        """When the tokens in force were issued: at login or at the last refresh."""
        return self.rotated_at or self.created_at


class LoginChallenge(models.Model):
    """A right password that waits for the code that was mailed to its owner; gone with the code's one use.

    Neither the challenge nor the code stands here, only a digest of each.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="challenges")
    token_hash = models.CharField(max_length=64, unique=True)
    code_hash = models.CharField(max_length=64, blank=True)  # empty until the mail is written
    tries = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField()

    objects: ClassVar[models.Manager["LoginChallenge"]] = ChallengeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="login_challenge_has_few_tries",
                condition=models.Q(tries__lte=rules.LOGIN_CODE_TRIES),
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="login_challenge_by_expiry")]

    def __str__(self) -> str:
        return f"login of user {self.user_id} that waits for a code"
