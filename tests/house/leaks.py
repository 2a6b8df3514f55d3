"""H4: looks for secrets in every tracked file and in every line that was ever committed: python -m tests.house.leaks

Ours rather than a tool: those on the package index look at files only, and a key that was taken out again a commit
later is still given away. What is found is shown by its place and its first characters, never whole.
"""

import math
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LARGEST = 2_000_000  # bytes of a file that is looked at; vendored libraries are smaller
LEAST_ENTROPY = (
    3.7  # bits per character: words and dotted paths have less, random keys of this length more
)

# Forms that keys have by their makers, and texts that code calls a secret.
RULES = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
    "a key of AWS": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a key of Stripe": r"\b(?:sk|rk)_live_[0-9A-Za-z]{16,}|\bwhsec_[0-9A-Za-z+/]{24,}",
    "a key of Razorpay": r"\brzp_live_[0-9A-Za-z]{10,}",
    "a token of GitHub": r"\b(?:gh[pousr]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{50,})",
    "a token of GitLab": r"\bglpat-[0-9A-Za-z_-]{20,}",
    "a token of Slack": r"\bxox[abeoprs]-[0-9A-Za-z-]{20,}",
    "a key of Google": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "an account of Twilio": r"\b(?:AC|SK)[0-9a-f]{32}\b",
    "a key of SendGrid": r"\bSG\.[0-9A-Za-z_-]{20,}\.[0-9A-Za-z_-]{40,}",
    "a token (JWT)": r"\beyJ[0-9A-Za-z_-]{15,}\.eyJ[0-9A-Za-z_-]{15,}\.[0-9A-Za-z_-]{20,}",
    "a password in an address": r"\b[a-z][a-z0-9+]+://[^\s/:@\"'{}<>$]+:(?!password@|PASSWORD@)[^\s/:@\"'{}<>$]{8,}"
    r"@(?!example|localhost|127\.)",
    "a secret": r"(?i)(?:secret|passw(?:or)?d|token|api_?key|signing_?key)[a-z_]*[\"']?\]?\s*[:=]\s*"
    r"[\"']([^\"'\s{}]{20,})[\"']",
}
PATTERNS = {name: re.compile(rule) for name, rule in RULES.items()}
FILES = re.compile(
    r"(?:^|/)(?:\.env|\.netrc|\.pgpass|id_(?:rsa|ed25519|ecdsa)|.*\.(?:pem|p12|pfx|jks|key))$"
)
# Invented ones, by the place that needs them; a real key never begins like this.
INVENTED = (
    "development-only-",
    "django-insecure-",
    "k3Yq-7wZp_0aLr",
    "Z9x8-C7v6_B5n4",
    "another-key-of-the-tests-",
    "minioadmin:minioadmin@",  # what a new object store has, and production refuses
    "9.…",  # examples in the OpenAPI document, cut off where the secret part begins
    "1tF2aB:…",
)


@dataclass(frozen=True)
class Leak:
    """Something that looks like a secret."""

    where: str
    what: str
    begins: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what} ({self.begins}…)"


def leaks_in(where: str, text: str) -> Iterator[Leak]:
    """All that one line or file gives away."""
    for what, pattern in PATTERNS.items():
        for match in pattern.finditer(text):
            found = match[match.lastindex or 0]
            if any(known in found for known in INVENTED):
                continue
            if match.lastindex and not is_random(found):
                continue
            yield Leak(where, what, found[:6])


def is_random(text: str) -> bool:
    """Whether letters and digits stand in it as in a key, and not as in words or a path."""
    if not (re.search(r"[0-9]", text) and re.search(r"[A-Za-z]", text)):
        return False
    counts = Counter(text).values()
    entropy = -sum(count / len(text) * math.log2(count / len(text)) for count in counts)
    return entropy >= LEAST_ENTROPY


def git(*words: str, root: Path = ROOT) -> str:
    """What git says. Raises CalledProcessError."""
    command = ["git", "-C", str(root), "-c", "core.quotePath=false", *words]
    done = subprocess.run(command, check=True, capture_output=True)
    return done.stdout.decode(errors="replace")


def in_tree(root: Path = ROOT) -> list[Leak]:
    """What is given away now."""
    found = []
    for name in git("ls-files", "-z", root=root).split("\0"):
        path = root / name
        if FILES.search(name):
            found.append(Leak(name, "a file of secrets", name[-6:]))
        if name and path.is_file() and path.stat().st_size <= LARGEST:
            found += leaks_in(name, path.read_bytes().decode(errors="replace"))
    return found


def in_history(root: Path = ROOT) -> tuple[int, list[Leak]]:
    """How many commits there are, and what a line that was ever added gives away."""
    log = ("log", "--all", "--no-color", "--no-ext-diff", "--no-textconv", "-p", "-U0", "-m")
    commits, commit, name, found = 0, "", "", []
    for line in git(*log, "--format=commit %H", root=root).splitlines():
        if line.startswith("commit ") and len(line) == len("commit ") + 40:
            commits, commit = commits + 1, line[7:15]
        elif line.startswith("+++ b/"):
            name = line[6:].strip()
            if FILES.search(name):
                found.append(Leak(f"{commit} {name}", "a file of secrets", name[-6:]))
        elif line.startswith("+") and len(line) < LARGEST:
            found += leaks_in(f"{commit} {name}", line)
    return commits, found


def main() -> int:
    """Exit code 1 when anything is found."""
    try:
        tree, (commits, history) = in_tree(), in_history()
    except (OSError, subprocess.CalledProcessError):
        sys.stdout.write("Secrets: not looked for; this is no checkout of git.\n")
        return 0
    for leak in (*tree, *history):
        sys.stdout.write(f"{leak}\n")
    sys.stdout.write(f"Secrets: {len(tree)} in the files, {len(history)} in {commits} commits.\n")
    return 1 if tree or history else 0


if __name__ == "__main__":
    sys.exit(main())
