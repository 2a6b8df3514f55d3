"""H4 to H6: the programs that look for secrets and at what is installed find what they are for."""

import re

import pytest

from tests.deploy.files import services
from tests.house import leaks, supply

DIGITS = "a8Qw3zX9rT5yLm2Kc7Vb"  # stands in no key; keys are put together here so that none stands in this file
KEYS = {
    "a private key": "-----BEGIN RSA PRIVATE " + "KEY-----",
    "a key of AWS": "AKIA" + "ABCDEFGHIJKLMNOP",
    "a key of Stripe": "sk_" + "live_" + DIGITS,
    "a key of Razorpay": "rzp_" + "live_" + DIGITS[:14],
    "a token of GitHub": "ghp_" + (DIGITS * 2)[:36],
    "a token of GitLab": "glpat-" + DIGITS,
    "a token of Slack": "xoxb-" + DIGITS,
    "a key of Google": "AIza" + (DIGITS * 2)[:35],
    "an account of Twilio": "AC" + "0123456789abcdef" * 2,
    "a key of SendGrid": "SG." + DIGITS + "." + DIGITS * 2 + DIGITS[:3],
    "a token (JWT)": ".".join(["eyJ" + DIGITS, "eyJ" + DIGITS, DIGITS]),
    "a password in an address": "postgres://house:" + DIGITS + "@db.house.in/house",
    "a secret": "SECRET" + "_KEY = '" + DIGITS + "'",
}


@pytest.mark.parametrize("what", leaks.RULES)
def test_H4_each_kind_of_secret_is_found(what):
    found = [leak.what for leak in leaks.leaks_in("a file", f"before {KEYS[what]} after")]
    assert what in found


@pytest.mark.parametrize(
    "harmless",
    [
        "SECRET_KEY = env.text('SECRET_KEY', secret=True)",
        "password = 'correct horse battery staple'",
        "token='accounts.services.tokens.read_access'",
        "DATABASE_URL=postgres://app:secret@localhost:5432/house",
        "sha256:5a811826e1a5a06c25ebc3e6c4a704613eb9a1bcf6b78428fbe865f4f6c9a4b8",
        "sk_test_123",
    ],
)
def test_H4_what_only_looks_like_one_is_let_pass(harmless):
    assert list(leaks.leaks_in("a file", harmless)) == []


def commit(folder, name, text):
    """One file, committed."""
    (folder / name).write_text(text)
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    if not (folder / ".git").exists():
        leaks.git("init", "-q", root=folder)
    leaks.git("add", "-f", ".", root=folder)
    leaks.git(*who, "commit", "-qm", "one", root=folder)


def test_H4_a_secret_that_was_taken_out_again_is_found_in_the_history(tmp_path):
    commit(tmp_path, "settings.py", KEYS["a secret"])
    assert [leak.what for leak in leaks.in_tree(tmp_path)] == ["a secret"]
    commit(tmp_path, "settings.py", "nothing")
    assert leaks.in_tree(tmp_path) == []
    commits, found = leaks.in_history(tmp_path)
    assert (commits, [leak.what for leak in found]) == (2, ["a secret"])
    assert DIGITS not in str(found[0])


@pytest.mark.parametrize("name", [".env", "tls.key", "house.pem"])
def test_H4_files_of_secrets_are_not_committed(tmp_path, name):
    commit(tmp_path, name, "x")
    assert [leak.what for leak in leaks.in_tree(tmp_path)] == ["a file of secrets"]
    assert [leak.what for leak in leaks.in_history(tmp_path)[1]] == ["a file of secrets"]


# --- what is installed -----------------------------------------------------------------------------------------------

HASH = "--hash=sha256:" + "0" * 64


def lock(tmp_path, *lines):
    """A lock as a file."""
    path = tmp_path / "requirements.txt"
    path.write_text("".join(f"{line}\n" for line in lines))
    return supply.locked(path)


def test_H6_our_locks_pin_everything_with_hashes():
    for name in supply.LOCKS:
        packages = supply.locked(supply.ROOT / name)
        assert len(packages) > 50
        assert [one for choices in packages.values() for one in choices if not one.hashes] == []


@pytest.mark.parametrize(
    ("lines", "here", "told"),
    [
        ([f"Django==5.2.19 {HASH}"], {"django": "5.2.19"}, 0),
        ([f"Django==5.2.19 {HASH}"], {"django": "5.2.19", "pip": "1"}, 0),
        ([f"Django==5.2.19 {HASH}"], {"django": "5.2.18"}, 1),
        ([f"Django==5.2.19 {HASH}"], {"django": "5.2.19", "left_pad": "1"}, 1),
        (["Django==5.2.19"], {"django": "5.2.19"}, 1),
        ([f"Django==5.1.9 {HASH}"], {"django": "5.1.9"}, 1),
    ],
)
def test_H5_what_is_not_as_locked_is_told(tmp_path, lines, here, told):
    assert len(supply.complaints({"requirements.txt": lock(tmp_path, *lines)}, here)) == told


def test_H5_locks_that_differ_are_told(tmp_path):
    locks = {
        "one": lock(tmp_path, f"Django==5.2.19 {HASH}"),
        "two": lock(tmp_path, f"Django==5.2.18 {HASH}"),
    }
    assert len(supply.complaints(locks, {"django": "5.2.19"})) == 1


def test_H6_a_line_that_pins_nothing_is_refused(tmp_path):
    with pytest.raises(ValueError, match="not pinned"):
        lock(tmp_path, "Django>=5.2")


GOOD = {"name": "a", "version": "1", "vulns": []}


@pytest.mark.parametrize(
    ("answered", "is_good", "says"),
    [
        ([GOOD, {**GOOD, "name": "b"}], True, "2 of 2 installed packages audited"),
        ([GOOD, {"name": "b", "skip_reason": "not found"}], False, "1 of 2"),
        ([{"name": "a", "skip_reason": ""}, {"name": "b", "skip_reason": ""}], False, "0 of 2"),
        ([GOOD, {**GOOD, "name": "b", "vulns": [{"id": "CVE-1"}]}], False, "b 1: CVE-1"),
    ],
)
def test_H5_a_package_that_was_skipped_is_not_found_good(answered, is_good, says):
    sentence, found = supply.verdict({"dependencies": answered}, {"a": "1", "b": "1"})
    assert (found, says in sentence) == (is_good, True), sentence


def test_H6_the_bill_of_materials_names_what_runs():
    bill = supply.sbom()
    lock = supply.locked(supply.ROOT / "requirements.txt")
    python = [one for one in bill["components"] if one["purl"].startswith("pkg:pypi/")]
    assert {one["name"] for one in python} == set(lock)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert all(one["hashes"] for one in python)
    assert all(one["version"] for one in bill["components"])


def test_H6_the_bill_of_materials_names_the_scripts_and_images_of_others():
    named = {one["bom-ref"]: one for one in supply.sbom()["components"]}
    folders = [folder.name.rpartition("-") for folder in supply.VENDORED.iterdir()]
    assert folders
    for name, _, version in folders:
        (content,) = named[f"pkg:npm/{name}@{version}"]["hashes"]
        assert len(content["content"]) == 64
    images = {service["image"] for service in services().values()}
    recipes = [path.read_text() for path in (supply.ROOT / "deploy").rglob("Dockerfile")]
    images |= {name for text in recipes for name in re.findall(r"(?m)^FROM (\S+)", text)}
    foreign = {image for image in images if not image.startswith("realestate")}
    assert len(foreign) >= 6
    assert {f"pkg:docker/{image.replace(':', '@')}" for image in foreign} <= set(named)
    built = {name for text in recipes for name in re.findall(r"go install (\S+)", text)}
    assert {f"pkg:golang/{name}" for name in built} <= set(named)
    assert not [image for image in foreign if ":" not in image or image.endswith(":latest")]
