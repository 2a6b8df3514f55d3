"""Rules of identity: how names and addresses are written, which passwords are too easy, how often one may try."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta

from accounts.enums import BuilderRole
from realestate.core.enums import Duty
from realestate.core.limits import Limit

MIN_PHONE_DIGITS, MAX_PHONE_DIGITS = 6, 15  # fifteen is the longest number there is (E.164)
MAX_PASSWORD_LENGTH = 128
OLDEST = 130  # years
# Words that everybody tries first on a site like this one, alone or with digits and signs around them.
CONTEXT_WORDS = frozenset(
    {
        "realestate",
        "realestateplatform",
        "builder",
        "builders",
        "customer",
        "property",
        "apartment",
        "booking",
        "newhome",
    }
)

# What each role of a builder's team may change; reading the builder's own rows is everybody's in the team.
DUTIES: Mapping[BuilderRole, frozenset[Duty]] = {
    BuilderRole.OWNER: frozenset(Duty),
    BuilderRole.SALES: frozenset({Duty.PERSONAL, Duty.SALES, Duty.PAPERS}),
    BuilderRole.FINANCE: frozenset({Duty.PERSONAL, Duty.FINANCE, Duty.PAPERS}),
    BuilderRole.SITE: frozenset({Duty.PERSONAL, Duty.SITE}),
    BuilderRole.READ_ONLY: frozenset({Duty.PERSONAL}),
}

# The right of the back office that stands for a duty: whoever of the platform's staff has it may write the same over
# the API. The own account is everybody's.
STAFF_RIGHTS: Mapping[Duty, str] = {
    Duty.SALES: "bookings.change_booking",
    Duty.FINANCE: "payments.change_payment",
    Duty.SITE: "progress.change_milestone",
    Duty.SETUP: "projects.change_project",
    Duty.PAPERS: "bookings.add_bookingdocument",
}

_PHONE = re.compile(r"\+?[0-9 ()./-]+", re.ASCII)
_DECORATION = re.compile(r"[\W\d_]+")


# D21, E4: counted before a password is looked at.
LOGIN_PER_ACCOUNT = Limit("login-account", 10, timedelta(minutes=15))
LOGIN_PER_ADDRESS = Limit("login-address", 30, timedelta(minutes=15))
PASSWORD_CHECK = Limit("password-check", 10, timedelta(minutes=15))
REGISTER_PER_ACCOUNT = Limit("register-account", 10, timedelta(hours=1))
REGISTER_PER_ADDRESS = Limit("register-address", 100, timedelta(hours=1))
RESET_PER_ACCOUNT = Limit("reset-account", 3, timedelta(hours=1))
RESET_PER_ADDRESS = Limit("reset-address", 20, timedelta(hours=1))
VERIFY_PER_ACCOUNT = Limit("verify-account", 5, timedelta(hours=1))
VERIFY_PER_ADDRESS = Limit("verify-address", 20, timedelta(hours=1))
CODE_PER_ACCOUNT = Limit("second-factor", 5, timedelta(minutes=15))
# Mails with the code of a login; whoever causes them has given the right password.
LOGIN_CODE_PER_ACCOUNT = Limit("login-code-account", 10, timedelta(hours=1))
LOGIN_CODE_PER_ADDRESS = Limit("login-code-address", 100, timedelta(hours=1))
LINK_PER_ADDRESS = Limit("link-address", 30, timedelta(hours=1))

REFRESH_GRACE = timedelta(seconds=10)  # D19: an answer that got lost may be asked for again
VERIFICATION_LIFE = timedelta(days=3)
KEEP_ENDED_SESSIONS = timedelta(days=30)
RECOVERY_CODES = 10
LONGEST_CODE = 64  # characters as people write it: a recovery code has 26, and dashes between them
# A code that is mailed to whoever logs in: its digits, how long it lives, how often one may try at it.
LOGIN_CODE_DIGITS = 8
LOGIN_CODE_LIFE = timedelta(minutes=10)
LOGIN_CODE_TRIES = 5


def normalize_email(text: str) -> str:
    """The one way an address is stored and compared (E10): no case, no look-alike letters, the domain in ASCII."""
    folded = unicodedata.normalize("NFKC", text).strip().lower()
    local, at, domain = folded.rpartition("@")
    try:
        return f"{local}{at}{domain.encode('idna').decode('ascii') if not domain.isascii() else domain}"
    except UnicodeError:  # not a domain name; the form refuses it, and nobody has it
        return folded


def one_line(text: str) -> str:
    """A name without stray spaces and line breaks, so that it can stand in a subject or a header (G8)."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def has_control_characters(text: str, *, allowed: str = "") -> bool:
    """Whether a text holds characters that are no text, such as NUL, escape or a forced writing direction."""
    forced = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    return any(
        (unicodedata.category(character) in {"Cc", "Cs"} and character not in allowed)
        or character in forced
        for character in text
    )


def is_phone(text: str) -> bool:
    """Digits with the usual signs between them, and as many as a telephone number has."""
    digits = sum(character.isdigit() for character in text)
    return bool(_PHONE.fullmatch(text)) and MIN_PHONE_DIGITS <= digits <= MAX_PHONE_DIGITS


def is_date_of_birth(day: date, today: date) -> bool:
    """A day in the past on which somebody alive can have been born."""
    return today.year - OLDEST <= day.year and day < today


def roles_with(duty: Duty) -> list[str]:
    """The roles of a team that a duty belongs to."""
    return [role.value for role, duties in DUTIES.items() if duty in duties]


def is_context_word(password: str) -> bool:
    """Whether a password is nothing but a word of this site with decoration (E7)."""
    return _DECORATION.sub("", password.casefold()) in CONTEXT_WORDS


def plain_code(text: str) -> str:
    """A code of the second factor as it is compared: people write it with spaces, dashes and capitals."""
    return "".join(character for character in text.lower() if character not in " -\u2013\u00a0\t")


def in_groups(code: str, size: int = 4) -> str:
    """A long code as people read it: ``abcd-efgh-ijkl``."""
    return "-".join(code[start : start + size] for start in range(0, len(code), size))


def full_name(first: str, last: str) -> str:
    """First and last name, as far as they are known."""
    return f"{first} {last}".strip()
