"""``python -m realestate.web …`` is ``python -m granian …`` with the application's modules loaded before workers start.

Granian forks its workers: what is loaded before that is there for all of them, once in memory, and at once for the
worker that replaces a killed one (C1). Only modules: a connection or a thread opened here would be shared by all forks.
"""

import ctypes
import gc
import multiprocessing
import os
import runpy
import sys

import django
from django.urls import get_resolver

from realestate.core.processes import stand_by

# mallopt(3), of the C library of Linux.
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8


def keep_memory_flat() -> None:
    """One heap for all threads, and what is larger than 128 kB on its own, so that it is given back when it is freed.

    The texts of long answers then leave no holes in a heap of each thread (I9; docs/performance.md, Memory).
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)
        mallopt(_M_MMAP_THRESHOLD, 128 * 1024)


def load() -> None:
    """Import what the application consists of; it stays for as long as the process does."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "realestate.settings.production")
    gc.disable()  # nothing of this is garbage: looking for some takes a fifth of the time
    django.setup()
    _ = get_resolver().url_patterns
    gc.freeze()  # nor is it later; so that collections leave these pages as they are, shared
    gc.enable()


if __name__ == "__main__":
    keep_memory_flat()
    if "fork" in multiprocessing.get_all_start_methods():
        multiprocessing.set_start_method("fork")  # Python 3.14 has another default
    load()
    stand_by()
    runpy.run_module("granian", run_name="__main__", alter_sys=True)
