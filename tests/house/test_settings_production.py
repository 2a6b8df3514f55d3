"""Settings of production: it does not start half-configured, and takes nothing that everybody knows."""

import json

import pytest

from tests.house.set_ups import GOOD, KEY, OTHER_KEY, start

# Programs in strings run in a process of their own under these settings; what they print is their answer to the test,
# and the keys in it are invented (set_ups).
LOCAL = "postgres://app:x7@localhost/house"
# PostgreSQL elsewhere, without a look at its certificate.
UNSURE = [
    "postgres://app:x7@db.example.org/house",
    "postgres://app:x7@db.example.org/house?sslmode=disable",
    "postgres://app:x7@db.example.org/house?sslmode=require",
    "postgres://app:x7@db.example.org/house?sslmode=verify-ca",
    "postgres://app:x7@10.0.0.5/house",
    "postgres://app:x7@localhost/house?hostaddr=10.0.0.5",
    "postgres://app:x7@/house?service=far",
    "postgres:///house?host=db.example.org",
    "postgres://app:x7@localhost,db.example.org/house",
    "postgres://app:x7@localhost.example.org/house",
]
KNOWN_TO_ALL = [
    {"DATABASE_URL": "postgres://realestate:PASSWORD@127.0.0.1/house"},
    {"DATABASE_URL": "postgres://realestate:realestate@127.0.0.1/house"},
    {"DATABASE_REPLICA_URL": "postgres://app:postgres@127.0.0.1/house"},
    {"DATABASE_URL": "postgres:///house?user=app&password=postgres"},
    {"DATABASE_URL": "postgres:///house?user=app&password=app"},
    {"REDIS_URL": "redis://:password@127.0.0.1:6379"},
    {"REDIS_URL": "redis://127.0.0.1:6379?username=app&password=app"},
    {"FILES_URL": "s3://KEY:SECRET@s3.example.org/house"},
    {"FILES_URL": "s3://minioadmin:minioadmin@s3.example.org/house"},
    {"EMAIL_URL": "smtp+tls://USER:PASSWORD@mail.example.org:587"},
    {"SMS_URL": "twilio://ACCOUNT:TOKEN@api.twilio.com?from=%2B14155550100"},
    {"PUSH_URL": "https://KEY@push.example.org/send"},
    {"PUSH_URL": "https://relay:KEY@push.example.org/send"},
]
# Three addresses with passwords that everybody knows, and what they have in common.
THREE = {
    "DATABASE_URL": "postgres://app:{}@127.0.0.1/house",
    "REDIS_URL": "redis://:{}@127.0.0.1",
    "EMAIL_URL": "smtp+ssl://ann:{}@mail.example.org",
}


def test_production_starts_when_everything_is_given():
    code = (
        "import json; from django.conf import settings as s; d = s.DATABASES['default'];"
        "print(json.dumps([s.DEBUG, d['HOST'], d['OPTIONS']['sslmode'], d['PASSWORD'], s.SECURE_SSL_REDIRECT,"
        "s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS, s.CSRF_TRUSTED_ORIGINS,"
        "s.ADMIN_SECOND_FACTOR, s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE, s.SESSION_COOKIE_PATH]))"
    )
    run = start(GOOD, code)
    assert json.loads(run.stdout or run.stderr) == [
        False,
        "db.example.org",
        "verify-full",
        "p@ss",
        True,
        True,
        True,
        31_536_000,
        ["https://api.example.org"],
        "required",
        True,
        "Lax",
        "/admin/",
    ]


def test_H4_keys_are_changed_with_overlap():
    code = (
        "from django.conf import settings as s;"
        "print(s.SECRET_KEY_FALLBACKS, s.SIMPLE_JWT['PREVIOUS_SIGNING_KEYS'])"
    )
    before, older = f"{KEY}-before", f"{OTHER_KEY}-before"
    given = {"SECRET_KEY_FALLBACKS": before, "JWT_PREVIOUS_KEYS": f"{older}, {KEY}"}
    assert start({**GOOD, **given}, code).stdout == f"{[before]} {[older, KEY]}\n"


def test_H10_cookies_of_production_belong_to_its_host_alone():
    code = (
        "from django.conf import settings as s;"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.CSRF_COOKIE_PATH, s.SESSION_COOKIE_DOMAIN,"
        " s.CSRF_COOKIE_DOMAIN, s.MESSAGE_STORAGE.rpartition('.')[2])"
    )
    said = "__Secure-staff_session __Host-csrftoken / None None SessionStorage\n"
    assert start(GOOD, code).stdout == said


def test_production_names_everything_that_is_missing():
    run = start({})
    assert run.returncode == 1
    for name in GOOD:
        assert f"\n  - {name} is required" in run.stderr


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"SECRET_KEY": "development-only-" + KEY}, "SECRET_KEY is a development key"),
        ({"JWT_SIGNING_KEY": "development-only-" + KEY}, "JWT_SIGNING_KEY is a development key"),
        ({"SECRET_KEY": KEY[:49]}, "SECRET_KEY must have at least 50 random characters"),
        ({"JWT_SIGNING_KEY": "ab" * 40}, "JWT_SIGNING_KEY must have at least 50 random characters"),
        ({"SECRET_KEY": "abcd" * 20}, "SECRET_KEY must have at least 50 random characters"),
        ({"SECRET_KEY": "django-insecure-" + KEY}, "SECRET_KEY is a development key"),
        (
            {"SECRET_KEY_FALLBACKS": KEY[:49]},
            "SECRET_KEY_FALLBACKS must have at least 50 random characters",
        ),
        (
            {"JWT_PREVIOUS_KEYS": f"{OTHER_KEY},development-only-{KEY}"},
            "JWT_PREVIOUS_KEYS is a development key",
        ),
        ({"JWT_SIGNING_KEY": KEY}, "JWT_SIGNING_KEY must not be the same as SECRET_KEY"),
        ({"ALLOWED_HOSTS": "api.example.org,*"}, "ALLOWED_HOSTS must name hosts, without *"),
        ({"ALLOWED_HOSTS": "*.example.org"}, "ALLOWED_HOSTS must name hosts, without *"),
        ({"DEBUG": "1"}, "DEBUG must be off"),
        ({"ADMIN_SECOND_FACTOR": "offered"}, "ADMIN_SECOND_FACTOR must be required"),
        ({"LOGIN_CODES": "1"}, "EMAIL_URL is required"),
        ({"FAKE_GATEWAY": "1"}, "FAKE_GATEWAY must be off"),
        ({"STRIPE_SECRET_KEY": "sk_live_x"}, "STRIPE_WEBHOOK_SECRET is required"),
        (
            {"RAZORPAY_KEY_SECRET": "x", "RAZORPAY_WEBHOOK_SECRET": "y"},
            "RAZORPAY_KEY_ID is required",
        ),
        ({"STRIPE_API_URL": "http://api.stripe.com"}, "STRIPE_API_URL must begin with https://"),
        ({"FILES_URL": "s3+http://k:s@minio:9000/house"}, "FILES_URL must begin with s3://"),
        ({"DATABASE_REPLICA_URL": "mysql://replica/x"}, "DATABASE_REPLICA_URL must begin with"),
        ({"METRICS_TOKEN": KEY[:31]}, "METRICS_TOKEN must have at least 32 random characters"),
        (
            {"CLAMD_ADDRESS": "clamav:3310"},
            "CLAMD_ADDRESS must be tcp://HOST:PORT or unix:///PATH",
        ),
        ({"WEB_WORKERS": "many"}, "WEB_WORKERS must be a whole number"),
        ({"DATABASE_URL": "sqlite:///x"}, "DATABASE_URL must begin with postgres://"),
        ({"PUBLIC_URL": "http://api.example.org"}, "PUBLIC_URL must begin with https://"),
        ({"REALTIME_URL": "http://api.example.org"}, "REALTIME_URL must begin with https://"),
        ({"FRONTEND_URL": "http://www.example.org"}, "FRONTEND_URL must begin with https://"),
        ({"EMAIL_URL": "smtp://ann:x7@mail.example.org:25"}, "EMAIL_URL must speak TLS"),
        (
            {"SMS_URL": "twilio+http://AC1:x7@sms.example.org?from=1"},
            "SMS_URL and PUSH_URL must speak TLS",
        ),
        ({"PUSH_URL": "http://x7@push.example.org"}, "SMS_URL and PUSH_URL must speak TLS"),
        ({"REDIS_URL": "http://cache"}, "REDIS_URL must begin with redis:// or rediss://"),
        ({"SMS_URL": "twilio://AC1:x7@sms.example.org"}, "SMS_URL must be twilio://"),
        ({"PUSH_URL": "https:///send"}, "PUSH_URL must be https://"),
        ({"REDIS_URL": "rediss://cache?ssl_cert_reqs=none"}, "REDIS_URL must not switch the look"),
        ({"REDIS_URL": "rediss://cache?ssl_cert_reqs=optional"}, "REDIS_URL must not switch the"),
        (
            {"REDIS_URL": "rediss://cache?ssl_check_hostname=0"},
            "REDIS_URL must not switch the look",
        ),
        *(({"DATABASE_URL": url}, "DATABASE_URL must say sslmode=verify-full") for url in UNSURE),
        ({"DATABASE_URL": "postgres:///h", "PGHOST": "db.example.org"}, "DATABASE_URL must say"),
        ({"DATABASE_URL": LOCAL, "PGHOSTADDR": "10.0.0.5"}, "DATABASE_URL must say"),
        ({"DATABASE_URL": LOCAL, "PGSERVICE": "far"}, "DATABASE_URL must say"),
        ({"DATABASE_URL": UNSURE[0], "CLOSED_NETWORK_HOSTS": "postgres"}, "DATABASE_URL must say"),
        ({"DATABASE_REPLICA_URL": UNSURE[2]}, "DATABASE_REPLICA_URL must say sslmode=verify-full"),
        *((given, f"{next(iter(given))} has a password that everybody") for given in KNOWN_TO_ALL),
    ],
)
def test_production_refuses(changes, problem):
    run = start({**GOOD, **changes})
    assert run.returncode == 1
    assert f"\n  - {problem}" in run.stderr
    assert run.stderr.count("\n  - ") == 1
    assert KEY[:40] not in run.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("account", "admin", "changeme"),
        ("default", "guest", "minioadmin"),
        ("root", "test", "user"),
    ],
)
def test_H10_production_knows_the_words_that_everybody_knows(words):
    given = {name: THREE[name].format(word) for name, word in zip(THREE, words, strict=True)}
    run = start({**GOOD, **given})
    for name in THREE:
        assert f"\n  - {name} has a password that everybody knows" in run.stderr


def test_H10_production_sets_what_nobody_may_switch_off():
    code = (
        "from django.conf import settings as s;"
        "print(s.REFUSE_SUPERUSER, [s.SMS_URL, s.PUSH_URL], s.SECURE_PROXY_SSL_HEADER, s.SECURE_REDIRECT_EXEMPT)"
    )
    said = "True ['', ''] None ['^(health(/ready)?|metrics)$']\n"
    assert start(GOOD, code).stdout == said


@pytest.mark.parametrize(
    "given",
    [
        {"DATABASE_URL": "postgres://app@%2Frun%2Fpostgresql/house"},
        {"DATABASE_URL": "postgres://app:x7@127.0.0.1/house"},
        {"DATABASE_URL": "postgres://app:x7@[::1]/house"},
        {"DATABASE_URL": LOCAL},
        {"DATABASE_URL": "postgres:///house?host=/run/postgresql"},
        {
            "DATABASE_URL": "postgres://app:x7@postgres/house",
            "EMAIL_URL": "smtp://relay:25",
            "CLOSED_NETWORK_HOSTS": "postgres, relay",
        },
        {"DATABASE_URL": "postgres:///house", "EMAIL_URL": "smtp+ssl://ann:x7@mail.example.org"},
        {"DATABASE_URL": "postgres://app@%40house/house"},
        {"EMAIL_URL": "smtp://localhost:25"},
        {"EMAIL_URL": "smtp+tls://ann:x7@mail.example.org:587", "REDIS_URL": "rediss://:x7@cache"},
    ],
)
def test_H10_production_takes_services_of_this_machine_and_of_networks_that_are_named(given):
    run = start({**GOOD, **given})
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.parametrize("name", ["local", "test"])
def test_the_keys_of_other_set_ups_are_refused_in_production(name):
    code = "from django.conf import settings as s; print(s.SECRET_KEY); print(s.SIMPLE_JWT['SIGNING_KEY'])"
    shown = start({"DATABASE_URL": GOOD["DATABASE_URL"]}, code, module=name)
    first, second = shown.stdout.split()
    run = start({**GOOD, "SECRET_KEY": first, "JWT_SIGNING_KEY": second})
    assert run.stderr.count("is a development key") == 2


def test_H1_the_deployment_check_is_silent_but_for_the_preload_list():
    said = check_deploy()
    assert said.returncode == 0, said.stderr
    assert "System check identified no issues (1 silenced)." in said.stdout


@pytest.mark.parametrize(
    ("given", "warned"),
    [({"HSTS_SUBDOMAINS": "0"}, "security.W005"), ({"SSL_REDIRECT": "0"}, "security.W008")],
)
def test_H1_control_the_deployment_check_warns_of_what_an_operator_switched_off(given, warned):
    said = check_deploy(**given)
    assert (said.returncode, warned in said.stderr) == (1, True)


def check_deploy(**given):
    """What ``manage.py check --deploy --fail-level WARNING`` says under the production settings."""
    words = ["", "check", "--deploy", "--fail-level", "WARNING"]
    return start(
        {**GOOD, **given},
        f"from django.core.management import execute_from_command_line as do; do({words})",
    )
