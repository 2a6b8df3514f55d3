"""Settings: readers that refuse, and what all set-ups share."""

import json
import os

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from realestate.settings.env import BASE_DIR, Reader
from tests.house.set_ups import GOOD, start


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

    # Django's own, not one of that name; what it costs: tests/accounts/test_api_register.py
    assert base.PASSWORD_HASHERS[0] == "django.contrib.auth.hashers.Argon2PasswordHasher"


def test_runs_beside_one_another_have_databases_of_their_own():
    assert str(os.getpid()) in settings.DATABASES["default"]["TEST"]["NAME"]
