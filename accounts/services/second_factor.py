"""The second factor of who enters the admin: an authenticator app (TOTP) and recovery codes, each code good once (E9).

An account has at most one confirmed device; every change locks the account's row first.
"""

import base64
import hashlib
import logging
import secrets

from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import rules
from accounts.models import User
from accounts.services.sessions import end_others, revoke
from realestate.core import audit, clock
from realestate.core.errors import Conflict, InvalidValue, NotAllowed
from realestate.core.locking import lock
from realestate.core.transactions import service

log = logging.getLogger(__name__)
APP, RECOVERY = "Authenticator app", "Recovery codes"
RECOVERY_BYTES = 16  # 128 random bits, 26 letters and digits: too many to guess, also from a digest
# Recovery codes had half as many letters once; those that nobody has used or renewed are still good.
OLD_LENGTH, OLD_BYTES = 16, 10
LETTERS = 0x2800  # the first of Unicode's 256 Braille patterns: one for each octet


def second_factor(user_id: int) -> TOTPDevice | None:
    """The confirmed device of an account."""
    return TOTPDevice.objects.filter(user=user_id, confirmed=True).order_by("pk").first()


def pending_device(user_id: int, device_id: int | None) -> TOTPDevice | None:
    """The device that a browser is setting up, until it is confirmed."""
    return TOTPDevice.objects.filter(user=user_id, confirmed=False, pk=device_id).first()


def is_late(device: TOTPDevice | None, code: str) -> bool:
    """Whether a code that was refused is the one before: right, unused, and its thirty seconds are over.

    For a hint to whoever types slowly. Of the next code nothing is said: that would be a second guess for each try.
    """
    given = rules.plain_code(code)
    if device is None or not given.isdecimal():
        return False
    app = TOTP(device.bin_key, device.step, device.t0, device.digits)
    app.time = clock.now().timestamp() - device.step
    return bool(app.verify(int(given), tolerance=0, min_t=device.last_t + 1))


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
    *,
    actor: User,
    device_id: int | None,
    code: str,
    replaces: int | None,
    keeps: int | None = None,
) -> list[str]:
    """Take a device into use when its code is right; returns new recovery codes, none when the code was wrong.

    ``replaces`` is the device that the caller has proven to hold, None for the first one: whoever has only the
    password cannot put a device of their own in the place of another. Raises Conflict.
    """
    user: User = lock(User.objects.filter(is_active=True), actor.pk)
    present = second_factor(user.pk)
    if (present.pk if present is not None else None) != replaces:
        raise Conflict
    device = pending_device(user.pk, device_id)
    if device is None or not _is_of_now(device, rules.plain_code(code)):
        audit.record(user, user, "second_factor_refused")
        log.info("second_factor_refused", extra={"account": user.pk})
        return []
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
    audit.record(user, user, "second_factor_replaced" if replaces else "second_factor_enrolled")
    if replaces:
        end_others(actor=user, keeps=keeps, reason="another second factor")
    return _new_recovery_codes(user)


@service
def check_code(*, actor: User, code: str) -> bool:
    """Whether a code of the app, or a recovery code, is good; it is not a second time. A refusal is recorded."""
    user: User = lock(User.objects.filter(is_active=True), actor.pk)
    device, given = second_factor(user.pk), rules.plain_code(code)
    by_app = given.isdecimal() and len(given) == getattr(device, "digits", 0)
    is_good = device is not None and (
        _is_of_now(device, given) if by_app else _use_recovery_code(user, given)
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
def remove_second_factor(*, actor: User, keeps: int | None = None) -> None:
    """Forget the caller's own device and recovery codes; all sessions end but the one that the caller ``keeps``."""
    user: User = lock(User.objects.filter(is_active=True), actor.pk)
    if _forget(user):
        audit.record(user, user, "second_factor_removed")
        end_others(actor=user, keeps=keeps, reason="no second factor any more")


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


def _is_of_now(device: TOTPDevice, code: str) -> bool:
    """Whether a code is the one that the app shows in these thirty seconds, and was not used; the one place that asks.

    Neither the code before nor the one after is taken, whatever a device was made with or has learned since.
    """
    device.tolerance = device.drift = 0
    return bool(device.verify_token(code))


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
    """A recovery code as it is stored: a digest that fits into django-otp's column of sixteen characters.

    128 bits of it, an octet a character; of the shorter codes of before the 80 bits that were stored then.
    """
    digest = hashlib.sha256(code.encode()).digest()
    if len(code) == OLD_LENGTH:
        return _base32(digest[:OLD_BYTES])
    return "".join(chr(LETTERS + octet) for octet in digest[:RECOVERY_BYTES])


def _base32(octets: bytes) -> str:
    return base64.b32encode(octets).decode("ascii").rstrip("=").lower()
