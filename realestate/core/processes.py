"""Child processes that must not outlive us. Only the standard library: the database's watcher imports this."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1  # prctl(2)


def ending_with_us(number: signal.Signals) -> Callable[[], None]:
    """For ``preexec_fn``: the child gets this signal when we die, even by SIGKILL (Linux; elsewhere nothing)."""
    parent = os.getpid()
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None

    def arrange() -> None:
        if prctl is not None:
            prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
            if os.getppid() != parent:  # we died before the line above
                os._exit(1)

    return arrange
