"""The admin's entrance: second factor, life of a session, its cookie. Only the admin has sessions with cookies."""

from realestate.settings.env import env

ADMIN_SECOND_FACTOR = env.text(
    "ADMIN_SECOND_FACTOR",
    default="offered",
    choices=("offered", "required"),
    about="Whether the admin asks for a code after the password: offered asks those who have set up a second factor,"
    " required asks everybody and leads to the set-up. Production always requires it.",
)
ADMIN_IDLE_MINUTES = env.number(
    "ADMIN_IDLE_MINUTES",
    default=60,
    minimum=5,
    maximum=1440,
    about="How long the admin may stand unused before it asks to log in again.",
)
ADMIN_SESSION_HOURS = env.number(
    "ADMIN_SESSION_HOURS",
    default=12,
    minimum=1,
    maximum=168,
    about="How long a login to the admin lasts at most, used or not.",
)

# Sessions of the back office; the rights of builders' people come from their role.
AUTHENTICATION_BACKENDS = ["realestate.rights.HouseBackend"]
SESSION_COOKIE_NAME = "staff_session"
SESSION_COOKIE_PATH = "/admin/"  # neither the API nor the documentation is sent it
SESSION_COOKIE_AGE = ADMIN_SESSION_HOURS * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"  # links in e-mails open the admin; forms of other sites do not

# Not in a cookie of their own, which Django would send to every path.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

OTP_TOTP_ISSUER = "Real estate platform"  # what the authenticator app calls it
# Tries are counted before a code is looked at (accounts/rules.py); a second way of counting would only confuse.
OTP_TOTP_THROTTLE_FACTOR = OTP_STATIC_THROTTLE_FACTOR = 0
