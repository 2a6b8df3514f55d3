"""Whether an e-mail address is its owner's: a signed link, good for three days and for one use."""

from django.core import signing

from accounts import rules
from accounts.models import User
from accounts.services.passwords import InvalidLink, mark_verified
from realestate.core.jobs import defer
from realestate.core.locking import lock
from realestate.core.transactions import service

SALT = "accounts.verify-email"


def verification_token(user: User) -> str:
    """The secret part of a link; it names the address, so a later change of the address kills it."""
    return signing.dumps([user.pk, user.email], salt=SALT)


@service
def send_verification(*, actor: User) -> bool:
    """Send the link (again); False when the address is verified already."""
    if actor.is_verified:
        return False
    defer("accounts.mail_verification", user_id=actor.pk)
    return True


@service
def verify_email(*, token: str) -> User:
    """Note that an address is its owner's. Raises InvalidLink, also for a link that was used."""
    try:
        user_id, email = signing.loads(token, salt=SALT, max_age=rules.VERIFICATION_LIFE)
        user: User = lock(
            User.objects.filter(email=email, is_active=True, email_verified_at=None), user_id
        )
    except (signing.BadSignature, User.DoesNotExist) as error:
        raise InvalidLink from error
    mark_verified(user)
    return user
