"""H10: as whom the platform comes to its database, object store and Redis where it is installed as in deploy/."""

import json
import re
import shutil
import subprocess
from urllib.parse import urlsplit

import pytest
from redis import Redis, RedisError

from realestate.settings.env import BASE_DIR
from tests.deploy.files import DEPLOY, UNITS, assignments, compose, ours, services, unit
from tests.redis_server import redis_server

OWNER, PLATFORM = "realestate_owner", "realestate"
AS_OWNER = {"migrate", "rights"}
GUIDE = (BASE_DIR / "docs" / "operation.md").read_text()


def example(name: str) -> dict[str, str]:
    """The variables of an example."""
    return assignments((DEPLOY / f"{name}.env.example").read_text())


def test_H10_the_role_that_serves_owns_nothing_and_is_no_superuser():
    script = (DEPLOY / "postgres" / "10-role.sh").read_text()
    made = dict(re.findall(r"CREATE ROLE (\w+) (.*);", script))
    assert made == {OWNER: "LOGIN PASSWORD :'owner'", PLATFORM: "LOGIN PASSWORD :'platform'"}
    assert re.findall(r"OWNER TO (\w+)", script) == [OWNER]
    assert re.findall(r"GRANT .*", script) == [
        f'GRANT CONNECT ON DATABASE :"database" TO {PLATFORM};'
    ]
    assert urlsplit(example("production")["DATABASE_URL"]).username == PLATFORM
    assert urlsplit(example("owner")["DATABASE_URL"]).username == OWNER
    assert set(example("owner")) == {"DATABASE_URL"}


def test_H10_with_docker_only_migrations_and_rights_come_as_the_owner():
    assert {name for name, each in ours().items() if "owner.env" in each["env_file"]} == AS_OWNER
    for name in AS_OWNER:
        assert ours()[name]["env_file"][-1] == "owner.env"  # the last one counts
        assert ours()[name]["restart"] == "no"
    assert ours()["rights"]["command"][-2:] == ["grant_rights", PLATFORM]
    assert set(ours()["rights"]["depends_on"]) == {"migrate"}
    for name in ("web1", "web2", "sockets", "worker"):
        assert ours()[name]["depends_on"]["rights"] == {
            "condition": "service_completed_successfully"
        }


def test_H10_with_systemd_only_the_unit_that_migrates_comes_as_the_owner():
    files = {path.stem: unit(path)["EnvironmentFile"] for path in UNITS}
    migrate = files.pop("realestate-migrate")
    assert migrate == ["/etc/realestate.env", "/etc/realestate-owner.env"]  # the last one counts
    assert set(map(tuple, files.values())) == {("/etc/realestate.env",)}
    steps = unit(DEPLOY / "systemd" / "realestate-migrate.service")["ExecStart"]
    said = [line.partition("manage.py ")[2] for line in steps]
    assert said[:2] == ["migrate --no-input", f"grant_rights {PLATFORM}"]
    assert f"createdb --owner={OWNER} realestate" in GUIDE
    assert "install -m 600 deploy/owner.env.example /etc/realestate-owner.env" in GUIDE


def test_H10_the_object_stores_user_may_use_one_bucket_and_nothing_else():
    bucket = urlsplit(example("production")["FILES_URL"]).path.strip("/")
    policy = json.loads((DEPLOY / "objects" / "policy.json").read_text())
    for rule in policy["Statement"]:
        assert rule["Effect"] == "Allow"
        assert set(rule["Resource"]) <= {f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"}
        assert not [action for action in rule["Action"] if "*" in action or "Policy" in action]
    script = (DEPLOY / "objects" / "make-bucket.sh").read_text()
    assert f"mc mb --ignore-existing store/{bucket}\n" in script
    assert 'mc admin policy attach store realestate --user "$PLATFORM_KEY"' in script
    assert set(example("objects")) >= {"MINIO_ROOT_USER", "PLATFORM_KEY", "PLATFORM_SECRET"}
    hint = (
        (DEPLOY / "production.env.example").read_text().partition("FILES_URL=")[0].splitlines()[-1]
    )
    assert "PLATFORM_KEY" in hint
    asked = {name for name, each in services().items() if "objects.env" in each.get("env_file", [])}
    assert asked == {"objects", "bucket"}  # no process of ours knows the root's key
    assert "docker compose run --rm bucket" in GUIDE


HELD = "mc: <ERROR> Unable to make user/group policy association. The specified policy change is already in effect."
UNKNOWN = (
    "mc: <ERROR> Unable to make user/group policy association. The canned policy does not exist."
)


@pytest.mark.parametrize(
    ("says", "code", "heard"), [("", 0, ""), (HELD, 0, "already"), (UNKNOWN, 1, UNKNOWN)]
)
def test_H10_a_bucket_whose_user_got_no_policy_is_no_success(tmp_path, says, code, heard):
    programs = {
        "mc": f'case "$*" in *attach*) test -z "{says}" || {{ echo "{says}" >&2; exit 1; }} ;; esac',
        **dict.fromkeys(("cp", "mkdir"), ":"),  # the container's folders
    }
    for name, does in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)
    run = subprocess.run(
        ["/bin/sh", DEPLOY / "objects" / "make-bucket.sh"],
        env={"PATH": str(tmp_path), **example("objects")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == code
    assert heard in run.stdout + run.stderr


REDIS = services()["redis"]["command"]


# Only a Redis knows what its options allow: without one there is nobody to ask.
@pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed")
def test_H10_of_redis_the_platform_may_what_it_needs_and_set_nothing_up():
    options = REDIS[REDIS.index("--user") :]
    with redis_server(*options) as url, Redis.from_url(url) as client:
        assert client.set("a", "b", px=60_000)
        assert client.get("a") == b"b"
        assert client.publish("bell", "") == 0
        with client.pubsub() as ears:
            ears.subscribe("bell")
            assert ears.get_message(timeout=5)["type"] == "subscribe"
        for refused in (
            "CONFIG GET dir",
            "FLUSHALL",
            "KEYS *",
            "ACL LIST",
            "CLIENT LIST",
            "SHUTDOWN",
        ):
            with pytest.raises(RedisError, match="permission"):
                client.execute_command(*refused.split())


@pytest.mark.parametrize("name", ["postgres", "redis", "objects", "migrate", "rights", "backup"])
def test_H10_what_holds_the_data_asks_nobody_in_the_world(name):
    assert services()[name]["networks"] == ["inside"]
    assert compose()["networks"]["inside"]["internal"] is True
