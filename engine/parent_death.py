"""A child that does not outlive its parent: the kernel's parent-death signal, where there is one."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1  # https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html


def tied_to_parent(nice: int = 0) -> Callable[[], None]:
    """What a child runs between fork and exec: it dies with its parent (Linux) and gets its niceness.

    The signal is SIGKILL: a new `tropa up` finds the ports free at once, and nothing is lost by a kill.
    """
    parent = os.getpid()
    libc = (
        ctypes.CDLL(None) if sys.platform == "linux" else None
    )  # loaded before the fork: nothing is imported after it

    def tie() -> None:
        if nice:
            os.nice(nice)
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:  # the parent died before the signal was set
                os._exit(1)

    return tie
