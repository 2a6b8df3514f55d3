"""The image, the composition, the units: they name only what there is, run as nobody special and hold no secret."""

import re
import shutil
import subprocess
import sys

import pytest
from django.core.management import get_commands

from realestate.management.commands.serve import PARTS, WEB_PATIENCE
from realestate.settings.env import BASE_DIR, env
from tests.deploy.files import (
    DEPLOY,
    ENVIRONMENTS,
    UNITS,
    assignments,
    compose,
    instructions,
    ours,
    services,
    unit,
)
from tests.deploy.nginx import written

# Variables of the programs that we start, not of the platform.
OF_OTHERS = {
    "AWS_CA_BUNDLE",  # botocore
    "MINIO_ROOT_PASSWORD",
    "MINIO_ROOT_USER",
    "OWNER_PASSWORD",  # deploy/postgres/10-role.sh
    "PATH",
    "PLATFORM_KEY",  # deploy/objects/make-bucket.sh
    "PLATFORM_PASSWORD",  # deploy/postgres/10-role.sh
    "PLATFORM_SECRET",  # deploy/objects/make-bucket.sh
    "POSTGRES_DB",
    "POSTGRES_INITDB_ARGS",
    "POSTGRES_PASSWORD",
    "POSTGRES_USER",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONUNBUFFERED",
}


def image_environment():
    words = " ".join(rest for word, rest in instructions() if word == "ENV")
    return dict(re.findall(r"([A-Z][A-Z0-9_]*)=(\S*)", words))


def test_every_setting_that_is_named_is_one():
    named = {
        **image_environment(),
        **{name: "" for service in services().values() for name in service.get("environment", {})},
    }
    for path in (*ENVIRONMENTS, *UNITS):
        named |= assignments(path.read_text())
    of_pip = {name for name in named if name.startswith("PIP_")}
    of_systemd = {name for name in named if name in {"User", "Group"}}
    assert set(named) - OF_OTHERS - of_pip - of_systemd - set(env.variables) == set()
    assert set(env.variables) & set(named) >= {
        "SECRET_KEY",
        "VAR_DIR",
        "STATIC_DIR",
        "METRICS_TOKEN",
    }


def test_production_starts_with_the_example_filled_in():
    given = {
        name: re.sub(r"\b(USER|PASSWORD|KEY|SECRET)\b", r"\1-of-ours", value)
        or "".join(f"{name}{number}" for number in range(9))
        for name, value in assignments((DEPLOY / "production.env.example").read_text()).items()
    }
    given |= {
        name: value for name, value in image_environment().items() if not name.startswith("PYTHON")
    }
    given |= {
        name: str(value)
        for name, value in services()["web1"]["environment"].items()
        if "$" not in value
    }
    run = subprocess.run(
        [sys.executable, "-c", "from django.conf import settings; print(settings.STATIC_ROOT)"],
        cwd=BASE_DIR,
        env=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.stdout, run.stderr) == ("/srv/static\n", "")


def commands():
    """Whatever is said to manage.py, by where it stands."""
    for name, service in ours().items():
        if "manage.py" in service["command"]:
            yield f"compose {name}", service["command"][2:]
    for path in UNITS:
        for line in unit(path)["ExecStart"]:
            yield path.name, line.partition("manage.py ")[2].split()
    for word, rest in instructions():
        if word == "CMD":
            yield "image", rest.strip("[]").replace('"', "").replace(",", "").split()[2:]


def test_every_command_is_one():
    said = dict(commands())
    assert len(said) >= 9
    assert {
        where: words[0] for where, words in said.items() if words[0] not in get_commands()
    } == {}
    parts = {words[1] for words in said.values() if words[0] == "serve"}
    assert parts == set(PARTS)


def test_the_image_runs_as_nobody_special():
    last = instructions()
    last = last[max(number for number, (word, _) in enumerate(last) if word == "FROM") :]
    users = [rest for word, rest in last if word == "USER"]
    assert users == ["realestate"]
    assert "--uid 10001" in next(rest for word, rest in last if "useradd" in rest)
    assert [word for word, _ in last if word == "HEALTHCHECK"] == ["HEALTHCHECK"]


def test_the_image_takes_what_there_is():
    sources = [
        rest.split()[:-1]
        for word, rest in instructions()
        if word == "COPY" and "--from" not in rest
    ]
    assert sources == [["requirements.txt"], ["."]]
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    assert {".git", ".env", "var", "!deploy/probe.py"} <= set(ignored)
    assert {"tests", "drills", "benchmarks"} <= set(ignored)  # nothing that only tries the platform
    assert "requirements.txt" not in ignored


def test_H10_no_page_of_a_package_is_served_that_nobody_needs():
    """Swagger's page for OAuth: there is no OAuth here."""
    unit_said = " ".join(unit(DEPLOY / "systemd" / "realestate-migrate.service")["ExecStart"])
    image_said = " ".join(rest for word, rest in instructions() if word == "RUN")
    for said in (unit_said, image_said):
        assert said.count("collectstatic") == said.count("--ignore oauth2-redirect.html") == 1


@pytest.mark.parametrize("name", sorted(ours()))
def test_containers_of_ours_may_little(name):
    service = ours()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "user" not in service
    assert "privileged" not in service


def test_no_secret_stands_in_the_repository():
    secret = {name for name, variable in env.variables.items() if variable.secret}
    secret |= {"POSTGRES_PASSWORD", "OWNER_PASSWORD", "PLATFORM_PASSWORD"}
    secret |= {"MINIO_ROOT_PASSWORD", "PLATFORM_SECRET"}
    assert [
        service for service in services().values() if secret & set(service.get("environment", {}))
    ] == []
    for path in ENVIRONMENTS:
        for name, value in assignments(path.read_text()).items():
            if name in secret:
                assert re.sub(r"PASSWORD|USER|KEY|SECRET", "", value) == re.sub(
                    r"[A-Z]{3,}", "", value
                )
    ignored = (BASE_DIR / ".gitignore").read_text().splitlines()
    assert {"/deploy/*.env", "/deploy/certificates/"} <= set(ignored)


def test_the_composition_is_whole():
    for name, service in services().items():
        for other, wanted in (service.get("depends_on") or {}).items():
            assert other in services(), f"{name} waits for {other}"
            if wanted["condition"] == "service_healthy":
                check = services()[other].get("healthcheck")
                assert "test" in (check or {}), f"{name} waits for the health of {other}"
        named = {mount.split(":")[0] for mount in service.get("volumes", [])}
        assert {mount for mount in named if "/" not in mount} <= set(compose()["volumes"])
        for mount in named:
            if mount.startswith("./") and "certificates" not in mount:
                assert (DEPLOY / mount).exists(), mount
    assert set(services()) >= {
        "web1",
        "web2",
        "sockets",
        "worker",
        "migrate",
        "rights",
        "postgres",
        "redis",
        "objects",
        "clamav",
        "proxy",
    }


def test_who_has_requests_in_hand_gets_time_to_finish():
    assert {service["stop_grace_period"] for service in ours().values()} == {"30s"}
    web = unit(DEPLOY / "systemd" / "realestate-web.service")
    assert web["ExecReload"] == ["/bin/kill -HUP $MAINPID"]
    assert int(web["TimeoutStopSec"][0]) > WEB_PATIENCE
    assert WEB_PATIENCE < 30


def test_what_serves_is_started_again_whatever_ended_it():
    always = {path.stem for path in UNITS if unit(path).get("Restart") == ["always"]}
    assert always == {"realestate-web", "realestate-sockets", "realestate-worker"}
    assert all(unit(path)["User"] == ["realestate"] for path in UNITS)
    again = {name for name, service in services().items() if service["restart"] == "unless-stopped"}
    assert set(services()) - again == {"migrate", "rights", "backup", "bucket"}


HARDENED = {
    "NoNewPrivileges": ["yes"],
    "ProtectSystem": ["strict"],  # it reads the system and writes to its own folder alone
    "ProtectHome": ["yes"],
    "PrivateTmp": ["yes"],
    "CapabilityBoundingSet": [""],
    "InaccessiblePaths": [
        " ".join(f"-/opt/realestate/{name}" for name in (".git", "tests", "drills", "benchmarks"))
    ],
    "StateDirectoryMode": ["0750"],
}


@pytest.mark.parametrize("path", UNITS, ids=[path.stem for path in UNITS])
def test_H10_units_may_little_and_see_no_history_of_the_code(path):
    """Nor its tests and drills."""
    said = unit(path)
    assert {name: said.get(name) for name in HARDENED} == HARDENED
    assert "SupplementaryGroups" not in said  # not adm, which reads everybody's log


def test_H10_logs_leave_the_machine_over_tls():
    upload = unit(DEPLOY / "systemd" / "90-realestate-upload.conf")
    assert upload["URL"][0].startswith("https://")
    assert set(upload) == {
        "URL",
        "ServerKeyFile",
        "ServerCertificateFile",
        "TrustedCertificateFile",
    }


def test_H10_files_of_secrets_are_installed_for_their_owner_alone():
    said = (BASE_DIR / "docs" / "operation.md").read_text()
    assert "install -m 600 deploy/production.env.example /etc/realestate.env" in said
    assert "install -m 600 $name.env.example $name.env" in said
    assert "\numask 077\n" in (DEPLOY / "make-certificates.sh").read_text()


def test_H10_keys_are_made_on_an_approved_curve():
    script = (DEPLOY / "make-certificates.sh").read_text()
    made = re.findall(r"-newkey (\S+) -pkeyopt (\S+)", script)
    assert made == [("ec", "ec_paramgen_curve:prime256v1")] * 2
    assert script.count("-newkey") == 2
    assert not re.search(r"-(?:md5|sha1)\b", script)


def test_H10_the_store_of_files_is_known_by_our_own_authority_alone():
    for name, service in ours().items():
        assert service["environment"]["AWS_CA_BUNDLE"] == "/run/realestate/ca.crt", name
        assert "./certificates/ca.crt:/run/realestate/ca.crt:ro" in service["volumes"], name


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze")
def test_systemd_understands_the_units(tmp_path):
    python = tmp_path / "python"  # a checkout's path may have a space, which ends a command
    python.symlink_to(sys.executable)
    folder = tmp_path / "units"
    folder.mkdir()
    for path in (DEPLOY / "systemd").iterdir():
        text = path.read_text().replace("/opt/realestate/.venv/bin/python", str(python))
        (folder / path.name).write_text(text)
    units = [str(path) for path in folder.iterdir() if path.suffix != ".conf"]
    run = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units],  # noqa: S607  # where the system has it
        capture_output=True,
        text=True,
        check=False,
    )
    assert [line for line in run.stderr.splitlines() if "realestate" in line] == []


@pytest.mark.skipif(shutil.which("nginx") is None, reason="there is no nginx")
@pytest.mark.parametrize("upstreams", ["compose", "one-machine"])
def test_nginx_understands_its_configuration(tmp_path, upstreams):
    main = written(tmp_path, upstreams)
    command = ["nginx", "-t", "-q", "-p", str(tmp_path), "-e", f"{tmp_path}/log"]
    run = subprocess.run(
        [*command, "-c", str(main)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
