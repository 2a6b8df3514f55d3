"""``python -m realestate.web …`` is ``python -m granian …`` with the application's modules loaded before workers start.

Granian forks its workers: what is loaded before that is there for all of them, once in memory, and at once for the
worker that replaces a killed one (C1). Only modules: a connection or a thread opened here would be shared by all forks.
"""

import gc
import multiprocessing
import os
import runpy

import django
from django.urls import get_resolver


def load() -> None:
    """Import what the application consists of; it stays for as long as the process does."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "realestate.settings.production")
    gc.disable()  # nothing of this is garbage: looking for some takes a fifth of the time
    django.setup()
    _ = get_resolver().url_patterns
    gc.freeze()  # nor is it later; so that collections leave these pages as they are, shared
    gc.enable()


if __name__ == "__main__":
    if "fork" in multiprocessing.get_all_start_methods():
        multiprocessing.set_start_method("fork")  # Python 3.14 has another default
    load()
    runpy.run_module("granian", run_name="__main__", alter_sys=True)
