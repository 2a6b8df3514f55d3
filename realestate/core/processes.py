"""How processes end: children not after us, workers also while they start.

Only the standard library: the database's watcher imports this.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

LOADED_FD = (
    "REALESTATE_LOADED_FD"  # of the environment: a pipe to whoever waits until workers answer
)
BEGIN_FD = "REALESTATE_BEGIN_FD"  # of the environment: a pipe from whoever lets a server stand by
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


def end_when_asked_while_starting() -> None:
    """Let a worker of Granian that still loads the application end at once when it is told to.

    It has the handler of the process that forked it until it has loaded us, and that only takes a note, in the wrong
    process: the wish would be lost and the worker killed when patience runs out, with whatever it answers by then.
    Nothing is answered yet, so the default, to end, is right; Granian sets its own handler before it answers.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        if getattr(signal.getsignal(number), "__name__", "") == "signal_handler_interrupt":
            signal.signal(number, signal.SIG_DFL)


def say_that_we_are_loaded() -> None:
    """Tell who has started this server that one more worker is about to answer; most start without anybody waiting."""
    with suppress(OSError, ValueError):
        os.write(int(os.environ.get(LOADED_FD, "")), b".")


def stand_by() -> None:
    """Wait until whoever started this server lets it begin, if it was started to stand by; end when they are gone."""
    given = os.environ.pop(BEGIN_FD, "")
    if not given:
        return
    with os.fdopen(int(given), "rb") as told:
        if not told.read(1):
            sys.exit(0)
