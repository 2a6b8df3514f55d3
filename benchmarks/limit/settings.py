"""The platform as ``make run`` has it, with the hand-written reads beside its own addresses."""

from realestate.settings.local import *  # noqa: F403  # the platform's settings; only one differs

ROOT_URLCONF = "benchmarks.limit.urls"
