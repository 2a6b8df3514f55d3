"""Settings: readers that refuse, and a production set-up that does not start half-configured."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from realestate.settings.env import BASE_DIR, Reader

KEY = "k3Yq-7wZp_0aLr9XcVb2nM5sDf8gHj1tUo4iPe6RyTzQxWvBnMkJh"
OTHER_KEY = "Z9x8-C7v6_B5n4M3a2S1d0FgHjKlQwErTyUiOpLmNbVcXzAsDfGh"
GOOD = {
    "SECRET_KEY": KEY,
    "JWT_SIGNING_KEY": OTHER_KEY,
    "DATABASE_URL": "postgres://app:p%40ss@db.example.org:5432/house?sslmode=verify-full",
    "ALLOWED_HOSTS": "api.example.org",
    "PUBLIC_URL": "https://api.example.org",
}
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


def start(
    variables, code="from django.conf import settings; settings.DEBUG", *, module="production"
):
    """A process with exactly these variables; its output."""
    environment = {
        "PATH": os.environ["PATH"],
        "ENV_FILE": "",
        "DJANGO_SETTINGS_MODULE": f"realestate.settings.{module}",
        **variables,
    }
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def reader(**variables):
    return Reader(variables)


# --- the readers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "expected"),
    [("1", True), ("YES", True), ("on", True), ("0", False), ("False", False)],
)
def test_a_switch_is_on_or_off(given, expected):
    assert reader(X=given).switch("X", default=not expected, about="") is expected


@pytest.mark.parametrize("word", ["2", "enabled", "tru"])
def test_a_switch_refuses_other_words(word):
    env = reader(X=word)
    assert env.switch("X", default=False, about="") is False
    assert env.problems == ["X must be 1 or 0"]


@pytest.mark.parametrize("number", ["", "7"])
def test_a_number_within_its_bounds(number):
    env = reader(X=number)
    assert env.number("X", default=7, minimum=1, maximum=9, about="") == 7
    assert env.problems == []


@pytest.mark.parametrize("number", ["0", "10", "seven", "1.5"])
def test_a_number_outside_of_its_bounds_is_refused(number):
    env = reader(X=number)
    assert env.number("X", default=7, minimum=1, maximum=9, about="") == 7
    assert env.problems == ["X must be a whole number from 1 to 9"]


def test_a_text_may_have_choices():
    env = reader(X="LOUD")
    assert env.text("X", default="INFO", choices=("INFO", "DEBUG"), about="") == "INFO"
    assert env.problems == ["X must be one of INFO, DEBUG"]


@pytest.mark.parametrize(
    "address", ["example.org", "ftp://example.org", "https://", "https://u:p@example.org"]
)
def test_an_address_must_be_one(address):
    env = reader(X=address)
    assert env.url("X", default="http://localhost", about="") == "http://localhost"
    assert env.problems == ["X must be an http(s) address, such as https://example.org"]


def test_an_address_loses_its_last_slash():
    assert reader(X="https://example.org/app/").url("X", about="") == "https://example.org/app"


def test_origins_have_no_path():
    env = reader(X="https://a.example, https://b.example:8443,https://c.example/app")
    assert env.origins("X", about="") == ["https://a.example", "https://b.example:8443"]
    assert env.problems == [
        "X must be an http(s) address without a path, such as https://example.org"
    ]


def test_words_are_separated_by_commas():
    assert reader(X=" a, b,,c ").words("X", about="") == ["a", "b", "c"]
    assert reader().words("X", default=("d",), about="") == ["d"]


def test_a_database_is_postgresql():
    found = reader(X="postgres://app:p%40ss@db:5433/house").database("X", about="")
    assert [found[name] for name in ("HOST", "PORT", "NAME", "USER", "PASSWORD")] == [
        "db",
        5433,
        "house",
        "app",
        "p@ss",
    ]
    env = reader(X="mysql://app@db/house")
    assert env.database("X", about="") == {}
    assert env.problems == ["X must begin with postgres:// (PostgreSQL is the only database)"]


def test_a_database_may_be_named_by_the_folder_of_its_socket():
    reader = Reader({"DATABASE_URL": "postgres://someone@%2Frun%2Fpostgresql/homes"})
    database = reader.database("DATABASE_URL", about="")
    assert (database["HOST"], database["NAME"], database["USER"]) == (
        "/run/postgresql",
        "homes",
        "someone",
    )


def test_a_bucket_has_an_address():
    found = reader(X="s3+http://k%2Fy:s%40t@minio:9000/house-1?region=eu-west-1").bucket(
        "X", about=""
    )
    assert found == {
        "bucket_name": "house-1",
        "endpoint_url": "http://minio:9000",
        "region_name": "eu-west-1",
        "access_key": "k/y",
        "secret_key": "s@t",
    }
    plain = reader(X="s3://[::1]/house").bucket("X", about="")
    assert plain == {
        "bucket_name": "house",
        "endpoint_url": "https://[::1]",
        "region_name": "us-east-1",
        "access_key": None,
        "secret_key": None,
    }
    assert reader().bucket("X", about="") == {}


@pytest.mark.parametrize(
    "address",
    [
        "https://k:s@host/house",
        "s3://k:s@host",
        "s3://k:s@/house",
        "s3://k@host/house",
        "s3://k:s@host/House",
        "s3://k:s@host/house/folder",
        "s3://k:s@host:port/house",
        "s3://k:s@host/house?acl=public",
        "s3://k:s@host/house?region=",
        "s3://k:s@host/house#x",
    ],
)
def test_a_bucket_with_another_address_is_refused(address):
    env = reader(X=address)
    assert env.bucket("X", about="") == {}
    assert env.problems == [
        "X must look like s3://KEY:SECRET@s3.example.com/bucket?region=eu-west-1"
    ]


def test_mail_servers_have_addresses():
    found = reader(X="smtp+tls://user:secret@mail.example.org:587").mail(
        "X", default="consolemail://", about=""
    )
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_USE_TLS"]) == (
        "mail.example.org",
        587,
        True,
    )
    env = reader(X="pigeon://loft")
    assert env.mail("X", default="consolemail://", about="")["EMAIL_BACKEND"].endswith(
        "console.EmailBackend"
    )
    assert len(env.problems) == 1


def test_folders_count_from_the_checkout():
    assert reader(X="data").folder("X", default=BASE_DIR / "var", about="") == BASE_DIR / "data"
    assert reader().folder("X", default=BASE_DIR / "var", about="") == BASE_DIR / "var"


def test_all_problems_are_told_at_once_and_no_value_is_shown():
    env = reader(A="secret-value", B="secret-value")
    env.number("A", default=1, about="")
    env.switch("B", default=False, about="")
    env.require("C")
    with pytest.raises(ImproperlyConfigured) as refusal:
        env.refuse()
    assert str(refusal.value) == (
        "The configuration is not usable:"
        "\n  - A must be a whole number from 0 to 2147483648"
        "\n  - B must be 1 or 0"
        "\n  - C is required"
    )


def test_every_variable_is_registered_with_a_meaning():
    from realestate.settings.env import env  # noqa: PLC0415  # the register that the settings filled

    assert {"SECRET_KEY", "DATABASE_URL", "PORT", "CORS_ALLOWED_ORIGINS", "EMAIL_URL"} <= set(
        env.variables
    )
    assert all(
        variable.about.endswith(".") and variable.kind for variable in env.variables.values()
    )
    secret = {name for name, variable in env.variables.items() if variable.secret}
    assert secret == {
        "SECRET_KEY",
        "JWT_SIGNING_KEY",
        "SECRET_KEY_FALLBACKS",
        "JWT_PREVIOUS_KEYS",
        "DATABASE_URL",
        "DATABASE_REPLICA_URL",
        "REDIS_URL",
        "EMAIL_URL",
        "SMS_URL",
        "PUSH_URL",
        "FILES_URL",
        "STRIPE_SECRET_KEY",
        "STRIPE_WEBHOOK_SECRET",
        "RAZORPAY_KEY_SECRET",
        "RAZORPAY_WEBHOOK_SECRET",
        "METRICS_TOKEN",
    }


def test_the_example_file_names_every_variable():
    from realestate.settings.env import env  # noqa: PLC0415  # the register that the settings filled

    lines = (BASE_DIR / ".env.example").read_text().splitlines()
    named = {line.removeprefix("# ").split("=")[0] for line in lines if "=" in line}
    assert named == set(env.variables)


@pytest.mark.parametrize(
    ("given", "expected"), [({}, "offered"), ({"ADMIN_SECOND_FACTOR": "required"}, "required")]
)
def test_E9_on_one_machine_the_second_factor_is_offered_until_one_says_otherwise(given, expected):
    code = "from django.conf import settings; print(settings.ADMIN_SECOND_FACTOR)"
    given = {"DATABASE_URL": "postgres://app@127.0.0.1/house", **given}
    assert start(given, code, module="local").stdout == f"{expected}\n"


# --- production ------------------------------------------------------------------------------------------------------


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


# --- what all set-ups share ------------------------------------------------------------------------------------------


def test_local_works_with_nothing_set():
    code = (
        "import json; from django.conf import settings as s;"
        "print(json.dumps([s.DEBUG, s.ALLOWED_HOSTS, s.PUBLIC_URL, s.EMAIL_BACKEND]))"
    )
    run = start({"DATABASE_URL": GOOD["DATABASE_URL"], "PORT": "9000"}, code, module="local")
    assert json.loads(run.stdout or run.stderr) == [
        False,
        ["localhost", "127.0.0.1", "[::1]"],
        "http://localhost:9000",
        "django.core.mail.backends.console.EmailBackend",
    ]


def test_web_requests_have_limits_in_the_database(django_db_blocker):
    from django.db import connection  # noqa: PLC0415  # only this test

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        found = {}
        for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            cursor.execute(f"SHOW {name}")
            found[name] = cursor.fetchone()[0]
    assert found == {
        "statement_timeout": "10s",
        "lock_timeout": "3s",
        "idle_in_transaction_session_timeout": "15s",
    }


def test_long_commands_have_no_limit_for_a_statement():
    code = (
        "import sys, runpy; sys.argv = ['manage.py', 'migrate', '--help'];\n"
        "try: runpy.run_path('manage.py', run_name='__main__')\n"
        "except SystemExit: pass\n"
        "from django.conf import settings; print(settings.DATABASES['default']['OPTIONS']['options'])"
    )
    run = start({"DATABASE_URL": GOOD["DATABASE_URL"]}, code, module="local")
    assert "statement_timeout=0 " in run.stdout, run.stderr
    assert "lock_timeout=3000 " in run.stdout


def test_passwords_are_hashed_with_argon2_outside_of_tests():
    from realestate.settings import base  # noqa: PLC0415  # not the settings in force here

    # Django's own, not one of that name; what it costs: tests/accounts/test_api_auth.py
    assert base.PASSWORD_HASHERS[0] == "django.contrib.auth.hashers.Argon2PasswordHasher"


def test_runs_beside_one_another_have_databases_of_their_own():
    assert str(os.getpid()) in settings.DATABASES["default"]["TEST"]["NAME"]
