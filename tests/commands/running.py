"""Running a command as a test does."""

import io

from django.core.management import call_command


def run(name: str, *arguments: str) -> str:
    """What it prints; its exceptions are the test's."""
    out = io.StringIO()
    call_command(name, *arguments, stdout=out, stderr=out)
    return out.getvalue()
