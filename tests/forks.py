"""Processes that begin as forks of one that has the imports behind it: importing everything anew costs seconds each."""

from __future__ import annotations

import multiprocessing

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["sandbox.world", "api.__main__", "engine.__main__", "bench.line"])
