"""The second factor of who enters the admin: an authenticator app (TOTP) and recovery codes, each code good once (E9).

An account has at most one confirmed device; every change locks the account's row first.
"""

import base64
import hashlib
import logging
import secrets

from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import rules
from accounts.models import User
from accounts.services.sessions import revoke
from realestate.core import audit
from realestate.core.errors import Conflict, InvalidValue, NotAllowed
from realestate.core.locking import lock
from realestate.core.transactions import service

log = logging.getLogger(__name__)
APP, RECOVERY = "Authenticator app", "Recovery codes"
RECOVERY_BYTES = 10  # 80 random bits, sixteen letters and digits: too many to guess from a hash


def second_factor(user_id: int) -> TOTPDevice | None:
    """The confirmed device of an account."""
    return TOTPDevice.objects.filter(user=user_id, confirmed=True).order_by("pk").first()


def recovery_codes_left(user_id: int) -> int:
    """How many recovery codes have not been used."""
    return int(StaticToken.objects.filter(device__user=user_id).count())


@service
def begin_enrolment(*, actor: User, device_id: int | None) -> TOTPDevice:
    """The device that this browser is setting up, or a new one with a secret of its own.

    Secrets that another browser was shown and did not confirm are forgotten: nobody may know the one that is used.
    """
    user: User = lock(User.objects.filter(is_active=True), actor.pk)
    pending = TOTPDevice.objects.filter(user=user, confirmed=False)
    device = pending.filter(pk=device_id).first()
    if device is None:
        pending.delete()
        device = TOTPDevice.objects.create(user=user, name=APP, confirmed=False)
    return device


@service
def confirm_enrolment(
    *, actor: User, device_id: int | None, code: str, replaces: int | None
) -> list[str]:
    """Take a device into use when its code is right; returns new recovery codes, none when the code was wrong.

    ``replaces`` is the device that the caller has proven to hold, None for the first one: whoever has only the
    password cannot put a device of their own in the place of another. Raises Conflict.
    """
    user: User = lock(User.objects.filter(is_active=True), actor.pk)
    present = second_factor(user.pk)
    if (present.pk if present is not None else None) != replaces:
        raise Conflict
    device = TOTPDevice.objects.filter(user=user, confirmed=False, pk=device_id).first()
    if device is None or not device.verify_token(rules.plain_code(code)):
        audit.record(user, user, "second_factor_refused")
        log.info("second_factor_refused", extra={"account": user.pk})
        return []
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
    audit.record(user, user, "second_factor_replaced" if replaces else "second_factor_enrolled")
    return _new_recovery_codes(user)


@service
def check_code(*, actor: User, code: str) -> bool:
    """Whether a code of the app, or a recovery code, is good; it is not a second time. A refusal is recorded."""
    user: User = lock(User.objects.filter(is_active=True), actor.pk)
    device, given = second_factor(user.pk), rules.plain_code(code)
    by_app = given.isdecimal() and len(given) == getattr(device, "digits", 0)
    is_good = device is not None and (
        bool(device.verify_token(given)) if by_app else _use_recovery_code(user, given)
    )
    if not is_good:
        audit.record(user, user, "second_factor_refused")
        log.info("second_factor_refused", extra={"account": user.pk})
    return is_good


@service
def renew_recovery_codes(*, actor: User) -> list[str]:
    """New recovery codes; the old ones are worthless. Raises Conflict without a second factor."""
    user: User = lock(User.objects.filter(is_active=True), actor.pk)
    if second_factor(user.pk) is None:
        raise Conflict
    audit.record(user, user, "recovery_codes_renewed")
    return _new_recovery_codes(user)


@service
def remove_second_factor(*, actor: User) -> None:
    """Forget the caller's own device and recovery codes."""
    user: User = lock(User.objects.filter(is_active=True), actor.pk)
    if _forget(user):
        audit.record(user, user, "second_factor_removed")


@service
def reset_second_factor(*, actor: User, user_id: int, reason: str) -> User:
    """Forget the device of a colleague who has lost it; every login of theirs ends.

    Raises NotAllowed for all but superusers and for one's own, InvalidValue without a reason, Conflict when there is
    none.
    """
    if not actor.is_superuser or actor.pk == user_id:
        raise NotAllowed
    if not reason:
        raise InvalidValue("Say why.", errors={"reason": ["Say why."]})
    user: User = lock(User.objects.for_user(actor), user_id)
    if not _forget(user):
        raise Conflict("This account has no second factor.")
    audit.record(actor, user, "second_factor_reset", reason=reason)
    revoke(user.sessions.all())
    return user


def _forget(user: User) -> bool:
    had_one = second_factor(user.pk) is not None
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    return had_one


def _new_recovery_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name=RECOVERY)
    codes = [_base32(secrets.token_bytes(RECOVERY_BYTES)) for _ in range(rules.RECOVERY_CODES)]
    StaticToken.objects.bulk_create([StaticToken(device=device, token=_kept(c)) for c in codes])
    return [rules.in_groups(code) for code in codes]


def _use_recovery_code(user: User, code: str) -> bool:
    device = StaticDevice.objects.filter(user=user).first()
    if device is None or not device.verify_token(_kept(code)):
        return False
    audit.record(user, user, "recovery_code_used", after={"left": recovery_codes_left(user.pk)})
    return True


def _kept(code: str) -> str:
    """A recovery code as it is stored: a hash, as long as django-otp's column."""
    return _base32(hashlib.sha256(code.encode()).digest()[:RECOVERY_BYTES])


def _base32(octets: bytes) -> str:
    return base64.b32encode(octets).decode("ascii").lower()
