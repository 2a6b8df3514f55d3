"""H5, H6: what is installed, whether it is what was locked, and what is known against it: python -m tests.house.supply

``locked`` needs no network. ``audit`` asks for advisories, and says how many packages it got an answer for: a tool that
skips a package has not found it good. ``sbom FILE`` writes a bill of materials (CycloneDX 1.6) from the lock, from the
scripts that lie in the tree, and from what deploy/ builds and starts.
"""

import hashlib
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
LOCKS = ("requirements.txt", "requirements-dev.txt")
APART = {"requirements-bench.txt"}  # has an environment of its own
SERIES = {"django": "5.2."}  # the release with long-term support that we follow
BROUGHT_ALONG = {"pip", "setuptools", "wheel"}  # by venv itself
PINNED = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]+\])?==(?P<version>[^\s;\\]+)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
# Scripts of others, each in a folder NAME-VERSION.
VENDORED = ROOT / "realestate" / "static" / "vendor"
DEPLOY = ROOT / "deploy"
IMAGE = re.compile(r"(?m)^(?:FROM|\s*image:) (?P<name>[a-z0-9./-]+):(?P<version>[\w.-]+)")
OURS = "realestate"  # with which images begin that are built here
BUILT = re.compile(r"go install (?P<name>\S+)@(?P<version>\S+)")
FIRST = "Django"  # asked for first: without an answer here there will be none


@dataclass(frozen=True)
class Package:
    """One entry of a lock."""

    name: str
    version: str
    hashes: tuple[str, ...]


Lock = dict[str, list[Package]]


def canonical(name: str) -> str:
    """As the index compares names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def entries(text: str) -> Iterator[str]:
    """A lock's requirements, each with its hashes in one line."""
    for line in text.replace("\\\n", " ").splitlines():
        entry = line.partition(" #")[0].strip()
        if entry and not entry.startswith("#"):
            yield entry


def locked(path: Path) -> Lock:
    """A lock by canonical names; one for several Pythons may hold several versions. Raises ValueError for no pin."""
    found: Lock = {}
    for entry in entries(path.read_text()):
        match = PINNED.match(entry)
        if match is None:
            message = f"{path.name}: {entry[:60]} is not pinned with =="
            raise ValueError(message)
        name = canonical(match["name"])
        package = Package(name, match["version"], tuple(HASH.findall(entry)))
        found.setdefault(name, []).append(package)
    return found


def installed() -> dict[str, str]:
    """What this environment holds, by canonical names."""
    return {canonical(one.metadata["Name"]): one.version for one in distributions()}


def complaints(locks: Mapping[str, Lock], here: Mapping[str, str]) -> list[str]:
    """What is wrong between the locks and the environment."""
    versions: dict[str, set[str]] = {}
    found = []
    for lock, packages in locks.items():
        for name, choices in packages.items():
            versions.setdefault(name, set()).update(one.version for one in choices)
            found += [f"{lock}: {name} has no hash" for one in choices if not one.hashes]
    first, *others = locks.values()
    found += [
        f"{name} is {_shown(first[name])} in one lock and {_shown(other[name])} in another"
        for other in others
        for name in sorted(first.keys() & other.keys())
        if _shown(first[name]) != _shown(other[name])
    ]
    for name, version in sorted(here.items()):
        if name in BROUGHT_ALONG:
            continue
        if name not in versions:
            found.append(f"{name} {version} is installed and in no lock")
        elif version not in versions.get(name, {version}):
            found.append(f"{name} is locked at {sorted(versions[name])} and {version} is installed")
    for name, series in SERIES.items():
        strange = [version for version in versions.get(name, ()) if not version.startswith(series)]
        found += [f"{name} is {version}, and we follow {series}x" for version in strange]
    return found


def _shown(choices: list[Package]) -> list[str]:
    return sorted(one.version for one in choices)


def check_locked() -> int:
    """Exit code 1 when something was not locked."""
    optional = {path.name for path in ROOT.glob("requirements-*.txt")} - {*LOCKS} - APART
    locks = {name: locked(ROOT / name) for name in (*LOCKS, *sorted(optional))}
    wrong = complaints(locks, installed())
    for one in wrong:
        sys.stdout.write(f"{one}\n")
    sys.stdout.write(
        f"Packages: {len(installed())} installed, {len(wrong)} that are not as locked with their hashes.\n"
    )
    return 1 if wrong else 0


def ask_advisories(packages: Mapping[str, str]) -> dict[str, Any]:
    """What pip-audit says about these versions, as it says it."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as wanted:
        wanted.write("".join(f"{name}=={version}\n" for name, version in packages.items()))
        wanted.flush()
        command = [sys.executable, "-m", "pip_audit", "--no-deps", "--disable-pip"]
        command += ["--progress-spinner", "off", "--format", "json", "-r", wanted.name]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    try:
        return dict(json.loads(done.stdout))
    except ValueError:
        return {"dependencies": [{"name": name, "skip_reason": "failed"} for name in packages]}


def verdict(said: Mapping[str, Any], packages: Mapping[str, str]) -> tuple[str, bool]:
    """A sentence, and whether every package was looked at and nothing is known against one."""
    answered = [one for one in said["dependencies"] if "vulns" in one]
    known = [
        f"{one['name']} {one['version']}: {fault['id']}"
        for one in answered
        for fault in one["vulns"]
    ]
    count = f"{len(answered)} of {len(packages)} installed packages audited"
    if known:
        return f"{count}; known vulnerabilities: {', '.join(known)}.", False
    if len(answered) < len(packages):
        return f"{count}; nothing is known of the others.", False
    return f"{count}, nothing known against them.", True


def audit(*, is_required: bool) -> int:
    """Exit code 1 for a known vulnerability; without advisories only where somebody insists on them."""
    here = {name: version for name, version in installed().items() if name not in BROUGHT_ALONG}
    first = canonical(FIRST)
    probe = ask_advisories({first: here[first]})
    if not any("vulns" in one for one in probe["dependencies"]):
        sys.stdout.write(
            f"Advisories: none can be had here; 0 of {len(here)} installed packages audited,"
            " and nothing is known about their vulnerabilities.\n"
        )
        return int(is_required)
    sentence, is_good = verdict(ask_advisories(here), here)
    sys.stdout.write(f"Advisories: {sentence}\n")
    return int(not is_good)


def sbom() -> dict[str, Any]:
    """The bill of materials of what runs in production."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "realestate"}},
        "components": [*_packages(), *_scripts(), *_images()],
    }


def _component(
    kind: str, name: str, version: str, *, of: str = "library", sums: Iterable[str] = ()
) -> dict[str, Any]:
    purl = f"pkg:{kind}/{name}@{version}"
    hashes = [{"alg": "SHA-256", "content": content} for content in sums]
    found = {"type": of, "bom-ref": purl, "name": name, "version": version, "purl": purl}
    return {**found, "hashes": hashes} if hashes else found


def _packages() -> Iterator[dict[str, Any]]:
    """Python's, from the lock."""
    for choices in locked(ROOT / LOCKS[0]).values():
        for one in choices:
            yield _component("pypi", one.name, one.version, sums=one.hashes)


def _scripts() -> Iterator[dict[str, Any]]:
    """Those that browsers are given as their makers wrote them."""
    for folder in sorted(VENDORED.iterdir()):
        name, _, version = folder.name.rpartition("-")
        files = sorted(folder.glob("*.js"))
        sums = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
        yield _component("npm", name, version, sums=sums)


def _images() -> Iterator[dict[str, Any]]:
    """Images that ours are made from or that run beside them, and what is built into one from source."""
    files = [DEPLOY / "compose.yaml", *sorted(DEPLOY.rglob("Dockerfile"))]
    text = "\n".join(file.read_text() for file in files)
    found = {(each["name"], each["version"]) for each in IMAGE.finditer(text)}
    for name, version in sorted(found):
        if not name.startswith(OURS):
            yield _component("docker", name, version, of="container")
    for each in BUILT.finditer(text):
        yield _component("golang", each["name"], each["version"], of="application")


def main(words: list[str]) -> int:
    """``locked``, ``audit [--required]`` or ``sbom FILE``."""
    match words:
        case ["locked"]:
            return check_locked()
        case ["audit", *rest]:
            return audit(is_required="--required" in rest)
        case ["sbom", file]:
            Path(file).write_text(json.dumps(sbom(), indent=2) + "\n")
            return 0
    sys.stderr.write(f"{main.__doc__}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
