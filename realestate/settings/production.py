"""The strict set-up: it starts only with keys, hosts, addresses and a database of its own."""

from urllib.parse import urlsplit

from realestate.settings import base
from realestate.settings.base import *  # noqa: F403  # the base with differences
from realestate.settings.env import DEVELOPMENT_PREFIX, env
from realestate.settings.services import check_database, check_logins, check_mail, check_redis

SHORTEST_KEY = 50
SHORTEST_TOKEN = 32
FEWEST_CHARACTERS = 5  # different ones in a key, as Django's own check has it


def check_key(name: str, key: str) -> None:
    """Note what is wrong with a key, without showing it."""
    if key.startswith((DEVELOPMENT_PREFIX, "django-insecure-")):
        env.wrong(f"{name} is a development key; make one of your own")
    elif key and (len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_CHARACTERS):
        env.wrong(f"{name} must have at least {SHORTEST_KEY} random characters")


def check_gateway(address: str, *keys: str) -> None:
    """A gateway has all its keys: one without the secret of its webhooks would take money that we never hear of."""
    *usable, webhooks = keys
    if any(env.given(name) for name in usable):
        env.require(*usable, webhooks)
    if not getattr(base, address).startswith("https://"):
        env.wrong(f"{address} must begin with https://")


env.require("SECRET_KEY", "JWT_SIGNING_KEY", "DATABASE_URL", "ALLOWED_HOSTS", "PUBLIC_URL")
check_key("SECRET_KEY", base.SECRET_KEY)
check_key("JWT_SIGNING_KEY", base.SIMPLE_JWT["SIGNING_KEY"])
for name, keys in (
    ("SECRET_KEY_FALLBACKS", base.SECRET_KEY_FALLBACKS),
    ("JWT_PREVIOUS_KEYS", base.SIMPLE_JWT["PREVIOUS_SIGNING_KEYS"]),
):
    for key in keys:
        check_key(name, key)
if base.SECRET_KEY and base.SIMPLE_JWT["SIGNING_KEY"] == base.SECRET_KEY:
    env.wrong("JWT_SIGNING_KEY must not be the same as SECRET_KEY")
if any("*" in host for host in base.ALLOWED_HOSTS):
    env.wrong("ALLOWED_HOSTS must name hosts, without *")
if base.DEBUG:
    env.wrong("DEBUG must be off")
if env.given("ADMIN_SECOND_FACTOR") and base.ADMIN_SECOND_FACTOR != "required":
    env.wrong("ADMIN_SECOND_FACTOR must be required")
if base.LOGIN_CODES:
    env.require("EMAIL_URL")  # nobody reads the console that codes would go to
if base.FAKE_GATEWAY:
    env.wrong("FAKE_GATEWAY must be off: it books money that nobody paid")
if base.given_bucket and not base.given_bucket["endpoint_url"].startswith("https://"):
    env.wrong("FILES_URL must begin with s3://, which speaks TLS")
if base.METRICS_TOKEN and len(base.METRICS_TOKEN) < SHORTEST_TOKEN:
    env.wrong(f"METRICS_TOKEN must have at least {SHORTEST_TOKEN} random characters")
check_gateway("STRIPE_API_URL", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET")
check_gateway(
    "RAZORPAY_API_URL", "RAZORPAY_KEY_ID", "RAZORPAY_KEY_SECRET", "RAZORPAY_WEBHOOK_SECRET"
)
if base.sms.scheme == "twilio+http" or base.push.scheme == "http":
    env.wrong("SMS_URL and PUSH_URL must speak TLS")
for name in ("PUBLIC_URL", "REALTIME_URL", "FRONTEND_URL"):
    if env.given(name) and not getattr(base, name).startswith("https://"):
        env.wrong(f"{name} must begin with https://")  # and so sockets with wss://
check_database("DATABASE_URL", base.given_database, closed=base.closed_hosts)
check_database("DATABASE_REPLICA_URL", base.given_replica, closed=base.closed_hosts)
check_redis(base.REDIS_URL)
check_mail(base.mail, closed=base.closed_hosts)
check_logins()
env.refuse()

# The admin's forms come from here, also behind a proxy that ends TLS.
CSRF_TRUSTED_ORIGINS = ["{0.scheme}://{0.netloc}".format(urlsplit(base.PUBLIC_URL))]
if not env.given("REALTIME_URL"):
    REALTIME_URL = base.PUBLIC_URL  # the proxy passes /realtime on to REALTIME_PORT
# Nobody reads a server's console: what is not carried is not offered.
SMS_URL = base.SMS_URL if env.given("SMS_URL") else ""
PUSH_URL = base.PUSH_URL if env.given("PUSH_URL") else ""
ADMIN_SECOND_FACTOR = "required"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
# Browsers take these names over TLS alone, and the second from this very host alone, whatever another host sets.
SESSION_COOKIE_NAME = f"__Secure-{base.SESSION_COOKIE_NAME}"  # its path is the admin's
CSRF_COOKIE_NAME = "__Host-csrftoken"
SECURE_SSL_REDIRECT = base.ssl_redirect
SECURE_REDIRECT_EXEMPT = [
    r"^(health(/ready)?|metrics)$"
]  # machines of the same network ask by plain HTTP
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if base.behind_tls_proxy else None
SECURE_HSTS_SECONDS = base.hsts_seconds
SECURE_HSTS_INCLUDE_SUBDOMAINS = base.hsts_subdomains
# W021 asks for the word "preload", by which anybody may put the domain into a list built into browsers: for good, and
# for hosts that are not ours. An operator who wants that says so in the proxy.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
REFUSE_SUPERUSER = True

STORAGES = {
    **base.STORAGES,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
